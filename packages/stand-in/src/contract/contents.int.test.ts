import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type ApiClient, field } from "../testing/api-client.js";
import { type ContractServer, contractServers, signedInClient } from "./contract-server.js";

const base64 = (text: string): string => Buffer.from(text).toString("base64");

describe.each(contractServers)("repositories and contents at $name", ({ start }) => {
  let server: ContractServer;
  let api: ApiClient;
  beforeAll(async () => {
    server = await start();
    api = await signedInClient(server, "repo");
  });
  afterAll(() => server.close());

  const makeRepository = async (name: string): Promise<string> => {
    const created = await api.call("POST", "/user/repos", { name, private: true, auto_init: true });
    expect(created.status).toBe(201);
    return `/repos/octo-alice/${name}`;
  };

  test("a new repository has numeric ids, an owner and a default branch", async () => {
    const created = await api.call("POST", "/user/repos", {
      name: "fresh",
      private: true,
      auto_init: true,
      description: "first",
    });
    expect(created.status).toBe(201);
    expect(created.body).toMatchObject({
      id: expect.any(Number),
      name: "fresh",
      full_name: "octo-alice/fresh",
      private: true,
      description: "first",
      default_branch: "main",
      owner: { login: "octo-alice", id: expect.any(Number) },
    });
    expect((await api.call("GET", "/repos/octo-alice/fresh")).body).toMatchObject({
      full_name: "octo-alice/fresh",
    });
  });

  test("a name is given once per account", async () => {
    await makeRepository("twice");
    const again = await api.call("POST", "/user/repos", { name: "twice" });
    expect(again.status).toBe(422);
  });

  test("a missing repository is a 404", async () => {
    const answer = await api.call("GET", "/repos/octo-alice/nothing");
    expect(answer.status).toBe(404);
    expect(answer.body).toMatchObject({ message: "Not Found" });
  });

  test("a file is written, read, replaced and taken away by its SHA", async () => {
    const repository = await makeRepository("files");
    const path = `${repository}/contents/data/pulse.log`;
    const created = await api.call("PUT", path, { message: "one", content: base64("one\n") });
    expect(created.status).toBe(201);
    // git hash-object of "one\n"
    expect(field(created, "content.sha")).toBe("5626abf0f72e58d7a153368ba57db4c673c0e171");

    const read = await api.call("GET", path);
    expect(Buffer.from(field(read, "content"), "base64").toString()).toBe("one\n");

    const withoutSha = await api.call("PUT", path, { message: "x", content: base64("x") });
    expect(withoutSha.status).toBe(422);
    const stale = await api.call("PUT", path, { message: "x", content: base64("x"), sha: "0".repeat(40) });
    expect(stale.status).toBe(409);

    const replaced = await api.call("PUT", path, {
      message: "two",
      content: base64("two\n"),
      sha: field(created, "content.sha"),
    });
    expect(replaced.status).toBe(200);

    const removed = await api.call("DELETE", path, { message: "away", sha: field(replaced, "content.sha") });
    expect(removed.status).toBe(200);
    expect((await api.call("GET", path)).status).toBe(404);
  });

  test("a directory is listed with names and types", async () => {
    const repository = await makeRepository("listing");
    await api.call("PUT", `${repository}/contents/docs/a.md`, { message: "a", content: base64("a") });
    const root = await api.call("GET", `${repository}/contents`);
    expect(root.body).toContainEqual(expect.objectContaining({ name: "docs", type: "dir" }));
    expect(root.body).toContainEqual(expect.objectContaining({ name: "README.md", type: "file" }));
  });

  test("the history shows the newest commit first and can be narrowed to a path", async () => {
    const repository = await makeRepository("history");
    for (const name of ["a", "b"])
      await api.call("PUT", `${repository}/contents/${name}.txt`, {
        message: `add ${name}`,
        content: base64(name),
      });
    const commits = await api.call("GET", `${repository}/commits`);
    expect(commits.body).toHaveLength(3);
    expect(commits.body).toMatchObject([
      { commit: { message: "add b" } },
      { commit: { message: "add a" } },
      {},
    ]);
  });

  test("the author of a contents write is the one that the request names", async () => {
    const repository = await makeRepository("authors");
    const author = {
      name: "Alice",
      email: "1+octo-alice@users.noreply.github.com",
      date: "2026-11-02T10:00:00Z",
    };
    const written = await api.call("PUT", `${repository}/contents/a.txt`, {
      message: "by alice",
      content: base64("a"),
      author,
      committer: author,
    });
    expect(written.body).toMatchObject({ commit: { author, committer: author } });
  });
});
