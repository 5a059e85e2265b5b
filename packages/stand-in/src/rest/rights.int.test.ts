import sodium from "libsodium-wrappers";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { apiClient, type ApiClient, field } from "../testing/api-client.js";
import { issueToken, startForTest, type TestStandIn } from "../testing/start-for-test.js";

const WORKFLOW = ".github/workflows/pulse.yml";
const base64 = (text: string): string => Buffer.from(text).toString("base64");

let standIn: TestStandIn;
let sequence = 0;
beforeAll(async () => {
  standIn = await startForTest();
});
afterAll(() => standIn.dispose());

const client = (login: string, ...scopes: string[]): ApiClient =>
  apiClient(standIn.apiUrl, issueToken(standIn, login, scopes));

async function makeRepository(isPrivate = true): Promise<{ path: string; id: number }> {
  const name = `repository-${++sequence}`;
  const created = await client("octo-alice", "repo").call("POST", "/user/repos", {
    name,
    private: isPrivate,
    auto_init: true,
  });
  return { path: `/repos/octo-alice/${name}`, id: Number(field(created, "id")) };
}

function jobClient(repositoryId: number, permissions: Record<string, "read" | "write">): ApiClient {
  const { tokenPlain } = standIn.context.store.tokens.create({ kind: "job", repositoryId, permissions });
  return apiClient(standIn.apiUrl, tokenPlain);
}

async function treeWithWorkflow(api: ApiClient, path: string): Promise<number> {
  const entry = { path: WORKFLOW, mode: "100644", type: "blob", content: "on: push\n" };
  return (await api.call("POST", `${path}/git/trees`, { tree: [entry] })).status;
}

describe("tokens", () => {
  test("that are unknown are a 401", async () => {
    const answer = await apiClient(standIn.apiUrl, "gho_unknown").call("GET", "/rate_limit");
    expect(answer.status).toBe(401);
    expect(answer.body).toMatchObject({ message: "Bad credentials", status: "401" });
  });

  test("show their scopes on each answer", async () => {
    const answer = await client("octo-alice", "repo", "workflow").call("GET", "/user");
    expect(answer.headers.get("x-oauth-scopes")).toBe("repo, workflow");
    expect(answer.headers.get("x-github-request-id")).toMatch(/^[0-9A-F]+$/);
    expect(answer.headers.get("x-ratelimit-limit")).toBe("5000");
  });

  test("without the repo scope do not see a private repository, not even their owner's", async () => {
    const { path } = await makeRepository();
    expect((await client("octo-alice", "user:email").call("GET", path)).status).toBe(404);
    expect((await client("octo-bob", "repo").call("GET", path)).status).toBe(404);
    expect((await apiClient(standIn.apiUrl).call("GET", path)).status).toBe(404);
  });

  test("of others read a public repository and write nothing", async () => {
    const { path } = await makeRepository(false);
    const bob = client("octo-bob", "repo");
    expect((await bob.call("GET", `${path}/contents/README.md`)).status).toBe(200);
    const write = await bob.call("PUT", `${path}/contents/a.txt`, { message: "a", content: base64("a") });
    expect(write.status).toBe(403);
  });

  test("without user:email do not see addresses", async () => {
    expect((await client("octo-alice", "repo").call("GET", "/user/emails")).status).toBe(404);
  });

  test("need delete_repo to delete a repository, and then it is gone", async () => {
    const { path } = await makeRepository();
    expect((await client("octo-alice", "repo").call("DELETE", path)).status).toBe(403);
    expect((await client("octo-alice", "repo", "delete_repo").call("DELETE", path)).status).toBe(204);
    expect((await client("octo-alice", "repo").call("GET", path)).status).toBe(404);
  });
});

describe("workflow files", () => {
  test("are refused without the workflow scope through contents, trees and refs", async () => {
    const { path } = await makeRepository();
    const weak = client("octo-alice", "repo");
    const strong = client("octo-alice", "repo", "workflow");
    const write = { message: "w", content: base64("on: push\n") };
    expect((await weak.call("PUT", `${path}/contents/${WORKFLOW}`, write)).status).toBe(404);
    expect(await treeWithWorkflow(weak, path)).toBe(404);

    const tree = await strong.call("POST", `${path}/git/trees`, {
      tree: [{ path: WORKFLOW, mode: "100644", type: "blob", content: "on: push\n" }],
    });
    const head = field(await strong.call("GET", `${path}/git/ref/heads/main`), "object.sha");
    const commit = await weak.call("POST", `${path}/git/commits`, {
      message: "w",
      tree: field(tree, "sha"),
      parents: [head],
    });
    const sha = field(commit, "sha");
    expect((await weak.call("PATCH", `${path}/git/refs/heads/main`, { sha })).status).toBe(404);
    expect((await weak.call("POST", `${path}/git/refs`, { ref: "refs/heads/x", sha })).status).toBe(404);
    expect((await strong.call("PATCH", `${path}/git/refs/heads/main`, { sha })).status).toBe(200);
  });

  test("that are on a branch already do not stand in the way of other commits", async () => {
    const { path } = await makeRepository();
    const strong = client("octo-alice", "repo", "workflow");
    await strong.call("PUT", `${path}/contents/${WORKFLOW}`, { message: "w", content: base64("on: push\n") });
    const weak = client("octo-alice", "repo");
    const base = field(await weak.call("GET", `${path}/git/ref/heads/main`), "object.sha");
    const tree = await weak.call("POST", `${path}/git/trees`, {
      base_tree: base,
      tree: [{ path: "data/a.txt", mode: "100644", type: "blob", content: "a" }],
    });
    expect(tree.status).toBe(201);
  });

  test("are never written by a job", async () => {
    const { path, id } = await makeRepository();
    const job = jobClient(id, { contents: "write", actions: "write" });
    expect(await treeWithWorkflow(job, path)).toBe(403);
    const write = { message: "w", content: base64("on: push\n") };
    const answer = await job.call("PUT", `${path}/contents/${WORKFLOW}`, write);
    expect(answer.status).toBe(403);
    expect(answer.body).toMatchObject({ message: "Resource not accessible by integration" });
  });
});

describe("a job's token", () => {
  test("writes contents of its own repository as the Actions bot", async () => {
    const { path, id } = await makeRepository();
    const answer = await jobClient(id, { contents: "write" }).call("PUT", `${path}/contents/a.txt`, {
      message: "a",
      content: base64("a"),
    });
    expect(answer.status).toBe(201);
    expect(field(answer, "commit.author.email")).toBe(
      "41898282+github-actions[bot]@users.noreply.github.com",
    );
  });

  test("may do nothing that its permissions leave out", async () => {
    const { path, id } = await makeRepository();
    const job = jobClient(id, { contents: "read" });
    const write = await job.call("PUT", `${path}/contents/a.txt`, { message: "a", content: base64("a") });
    expect(write.status).toBe(403);
    expect(write.body).toMatchObject({ message: "Resource not accessible by integration" });
    expect((await job.call("GET", `${path}/actions/workflows`)).status).toBe(403);
    expect((await job.call("GET", `${path}/actions/secrets/public-key`)).status).toBe(403);
    expect((await job.call("GET", "/user")).status).toBe(403);
  });

  test("does not see other private repositories of the same owner", async () => {
    const own = await makeRepository();
    const other = await makeRepository();
    expect((await jobClient(own.id, { contents: "write" }).call("GET", other.path)).status).toBe(404);
  });
});

describe("Actions secrets", () => {
  const seal = async (value: string, publicKey: string): Promise<string> => {
    await sodium.ready;
    const key = new Uint8Array(Buffer.from(publicKey, "base64"));
    return Buffer.from(sodium.crypto_box_seal(value, key)).toString("base64");
  };

  test("sealed with the repository's key are taken and listed without their value", async () => {
    const { path, id } = await makeRepository();
    const api = client("octo-alice", "repo");
    const key = await api.call("GET", `${path}/actions/secrets/public-key`);
    const put = async (value: string) =>
      api.call("PUT", `${path}/actions/secrets/HANDSHAKE_SECRET`, {
        encrypted_value: await seal(value, field(key, "key")),
        key_id: field(key, "key_id"),
      });
    expect((await put("first")).status).toBe(201);
    expect((await put("second")).status).toBe(204);
    const list = await api.call("GET", `${path}/actions/secrets`);
    expect(list.body).toMatchObject({ total_count: 1, secrets: [{ name: "HANDSHAKE_SECRET" }] });
    expect(JSON.stringify(list.body)).not.toContain("second");
    expect(JSON.stringify(standIn.context.store.secrets.listAll(id))).not.toContain("second");
  });

  test("sealed with another key, cut short, or not sealed are a 422", async () => {
    const { path } = await makeRepository();
    const api = client("octo-alice", "repo");
    const key = await api.call("GET", `${path}/actions/secrets/public-key`);
    const other = await api.call("GET", `${(await makeRepository()).path}/actions/secrets/public-key`);
    const sealed = await seal("value", field(key, "key"));
    for (const wrong of [
      await seal("value", field(other, "key")),
      sealed.slice(0, 40),
      base64("value"),
      "!",
    ]) {
      const answer = await api.call("PUT", `${path}/actions/secrets/S`, {
        encrypted_value: wrong,
        key_id: field(key, "key_id"),
      });
      expect(answer.status).toBe(422);
    }
    expect((await api.call("GET", `${path}/actions/secrets/S`)).status).toBe(404);
  });
});
