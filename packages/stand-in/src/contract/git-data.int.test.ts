import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type ApiClient, field } from "../testing/api-client.js";
import { type ContractServer, contractServers, signedInClient } from "./contract-server.js";

const AUTHOR = {
  name: "Alice Octo",
  email: "1+octo-alice@users.noreply.github.com",
  date: "2026-11-02T10:00:00Z",
};
// Ends in a newline, because the emulator adds one where GitHub keeps the message as it is.
const MESSAGE = "chore: pulse\n\nPulse-Run: 1\n";
const REPOSITORY = "/repos/octo-alice/objects";

/** What real git calls the same objects. */
function hashWithGit(): { blob: string; tree: string; commit: string } {
  const directory = mkdtempSync(join(tmpdir(), "objects-"));
  const at = String(Date.parse(AUTHOR.date) / 1000);
  const git = (args: string[], input?: string): string =>
    execFileSync("git", args, {
      cwd: directory,
      input,
      env: {
        PATH: process.env["PATH"],
        GIT_AUTHOR_NAME: AUTHOR.name,
        GIT_AUTHOR_EMAIL: AUTHOR.email,
        GIT_AUTHOR_DATE: `${at} +0000`,
        GIT_COMMITTER_NAME: AUTHOR.name,
        GIT_COMMITTER_EMAIL: AUTHOR.email,
        GIT_COMMITTER_DATE: `${at} +0000`,
      },
    })
      .toString()
      .trim();
  git(["init", "--quiet", "--bare"]);
  const blob = git(["hash-object", "-w", "--stdin"], "pulse\n");
  const inner = git(["mktree"], `100644 blob ${blob}\tlog.txt\n`);
  const tree = git(["mktree"], `040000 tree ${inner}\tdata\n`);
  const commit = git(["commit-tree", tree], MESSAGE);
  rmSync(directory, { recursive: true });
  return { blob, tree, commit };
}

describe.each(contractServers)("git data at $name", ({ start }) => {
  let server: ContractServer;
  let api: ApiClient;
  let head: string;
  beforeAll(async () => {
    server = await start();
    api = await signedInClient(server, "repo");
    await api.call("POST", "/user/repos", { name: "objects", auto_init: true });
    head = field(await api.call("GET", `${REPOSITORY}/git/ref/heads/main`), "object.sha");
  });
  afterAll(() => server.close());

  const commitOn = async (parents: string[], message: string): Promise<string> => {
    const tree = await api.call("POST", `${REPOSITORY}/git/trees`, {
      tree: [{ path: "data/log.txt", mode: "100644", type: "blob", content: "pulse\n" }],
    });
    const commit = await api.call("POST", `${REPOSITORY}/git/commits`, {
      message,
      tree: field(tree, "sha"),
      parents,
      author: AUTHOR,
      committer: AUTHOR,
    });
    expect(commit.status).toBe(201);
    return field(commit, "sha");
  };

  test("blob, tree and commit have the SHAs that git gives them", async () => {
    const expected = hashWithGit();
    const blob = await api.call("POST", `${REPOSITORY}/git/blobs`, { content: "pulse\n", encoding: "utf-8" });
    expect(blob.status).toBe(201);
    expect(field(blob, "sha")).toBe(expected.blob);
    const tree = await api.call("POST", `${REPOSITORY}/git/trees`, {
      tree: [{ path: "data/log.txt", mode: "100644", type: "blob", sha: field(blob, "sha") }],
    });
    expect(field(tree, "sha")).toBe(expected.tree);
    const commit = await api.call("POST", `${REPOSITORY}/git/commits`, {
      message: MESSAGE,
      tree: expected.tree,
      parents: [],
      author: AUTHOR,
      committer: AUTHOR,
    });
    expect(field(commit, "sha")).toBe(expected.commit);
    expect(commit.body).toMatchObject({ author: AUTHOR, committer: AUTHOR, parents: [] });
  });

  test("a tree is built on another one", async () => {
    const base = field(await api.call("GET", `${REPOSITORY}/git/commits/${head}`), "tree.sha");
    const tree = await api.call("POST", `${REPOSITORY}/git/trees`, {
      base_tree: base,
      tree: [{ path: "extra.txt", mode: "100644", type: "blob", content: "extra" }],
    });
    const paths = (tree.body as { tree: { path: string }[] }).tree.map(({ path }) => path);
    expect(paths).toContain("README.md");
    expect(paths).toContain("extra.txt");
  });

  test("the same commit made twice is one commit", async () => {
    expect(await commitOn([head], "same")).toBe(await commitOn([head], "same"));
  });

  test("a branch is made once, moves forward, and never back without force", async () => {
    const made = await api.call("POST", `${REPOSITORY}/git/refs`, { ref: "refs/heads/side", sha: head });
    expect(made.status).toBe(201);
    expect(made.body).toMatchObject({ ref: "refs/heads/side", object: { sha: head, type: "commit" } });
    const again = await api.call("POST", `${REPOSITORY}/git/refs`, { ref: "refs/heads/side", sha: head });
    expect(again.status).toBe(422);

    const next = await commitOn([head], "next");
    const moved = await api.call("PATCH", `${REPOSITORY}/git/refs/heads/side`, { sha: next, force: false });
    expect(moved.status).toBe(200);
    expect(field(await api.call("GET", `${REPOSITORY}/git/ref/heads/side`), "object.sha")).toBe(next);

    const rival = await commitOn([head], "rival");
    const refused = await api.call("PATCH", `${REPOSITORY}/git/refs/heads/side`, {
      sha: rival,
      force: false,
    });
    expect(refused.status).toBe(422);
    expect(field(await api.call("GET", `${REPOSITORY}/git/ref/heads/side`), "object.sha")).toBe(next);
    const forced = await api.call("PATCH", `${REPOSITORY}/git/refs/heads/side`, { sha: rival, force: true });
    expect(forced.status).toBe(200);
  });

  test("a ref that is not there is a 404", async () => {
    expect((await api.call("GET", `${REPOSITORY}/git/ref/heads/none`)).status).toBe(404);
  });

  test("a blob is read back as base64", async () => {
    const blob = await api.call("POST", `${REPOSITORY}/git/blobs`, { content: "AAH/", encoding: "base64" });
    const read = await api.call("GET", `${REPOSITORY}/git/blobs/${field(blob, "sha")}`);
    expect(field(read, "content").replaceAll("\n", "")).toBe("AAH/");
    expect(read.body).toMatchObject({ encoding: "base64", size: 3 });
  });
});
