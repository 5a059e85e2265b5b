import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, expect, test } from "vitest";
import { apiClient, field } from "../testing/api-client.js";
import { issueToken, startForTest, type TestStandIn } from "../testing/start-for-test.js";

const run = promisify(execFile);

let standIn: TestStandIn;
let directory: string;
beforeEach(async () => {
  standIn = await startForTest();
  directory = mkdtempSync(join(tmpdir(), "clone-"));
});
afterEach(async () => {
  await standIn.dispose();
  rmSync(directory, { recursive: true, force: true });
});

function git(...args: string[]): Promise<{ stdout: string; stderr: string }> {
  const env = {
    PATH: process.env["PATH"],
    HOME: directory,
    GIT_TERMINAL_PROMPT: "0",
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_AUTHOR_NAME: "Alice",
    GIT_AUTHOR_EMAIL: "a@example.test",
    GIT_COMMITTER_NAME: "Alice",
    GIT_COMMITTER_EMAIL: "a@example.test",
  };
  return run("git", args, { cwd: directory, env });
}

function remote(token: string): string {
  return `http://x-access-token:${token}@localhost:${standIn.port}/octo-alice/keep.git`;
}

async function makeRepository(options: { private?: boolean; auto_init?: boolean } = {}): Promise<number> {
  const api = apiClient(standIn.apiUrl, issueToken(standIn, "octo-alice", ["repo"]));
  const created = await api.call("POST", "/user/repos", {
    name: "keep",
    private: true,
    auto_init: true,
    ...options,
  });
  return Number(field(created, "id"));
}

async function commitFile(path: string, content: string): Promise<void> {
  await mkdir(join(directory, "clone", path, ".."), { recursive: true });
  writeFileSync(join(directory, "clone", path), content);
  await git("-C", "clone", "add", "-A");
  await git("-C", "clone", "commit", "-q", "-m", `add ${path}`);
}

test("clones, pushes a large file, and the API shows the commit", async () => {
  await makeRepository();
  const token = issueToken(standIn, "octo-alice", ["repo"]);
  await git("clone", "-q", remote(token), "clone");
  await commitFile("data/big.txt", "0123456789abcdef\n".repeat(200_000));
  await git("-C", "clone", "push", "-q", "origin", "main");
  const head = (await git("-C", "clone", "rev-parse", "HEAD")).stdout.trim();
  const commits = await apiClient(standIn.apiUrl, token).call("GET", "/repos/octo-alice/keep/commits");
  expect(commits.body).toMatchObject([{ sha: head }, {}]);
});

test("takes the first pushed branch of an empty repository as its default", async () => {
  await makeRepository({ auto_init: false });
  const token = issueToken(standIn, "octo-alice", ["repo"]);
  await git("init", "-q", "--initial-branch=trunk", "clone");
  await commitFile("a.txt", "a");
  await git("-C", "clone", "push", "-q", remote(token), "trunk");
  const repository = await apiClient(standIn.apiUrl, token).call("GET", "/repos/octo-alice/keep");
  expect(repository.body).toMatchObject({ default_branch: "trunk" });
});

test("refuses a clone with an unknown token, and one of a foreign account", async () => {
  await makeRepository();
  await expect(git("clone", "-q", remote("ghp_unknown"), "clone")).rejects.toThrow(/Authentication failed/);
  const bob = issueToken(standIn, "octo-bob", ["repo"]);
  await expect(git("clone", "-q", remote(bob), "clone")).rejects.toThrow(/not found/i);
});

test("gives a public repository to everybody and takes pushes from its owner only", async () => {
  await makeRepository({ private: false });
  await git("clone", "-q", `http://localhost:${standIn.port}/octo-alice/keep.git`, "clone");
  await commitFile("a.txt", "a");
  const bob = issueToken(standIn, "octo-bob", ["repo"]);
  await expect(git("-C", "clone", "push", "-q", remote(bob), "main")).rejects.toThrow(/403/);
});

test("refuses a push of a workflow file without the workflow scope, in GitHub's words", async () => {
  await makeRepository();
  const token = issueToken(standIn, "octo-alice", ["repo"]);
  await git("clone", "-q", remote(token), "clone");
  await commitFile(".github/workflows/pulse.yml", "on: push\n");
  await expect(git("-C", "clone", "push", "-q", "origin", "main")).rejects.toThrow(
    /create or update workflow `\.github\/workflows\/pulse\.yml` without `workflow` scope/,
  );
  const allowed = issueToken(standIn, "octo-alice", ["repo", "workflow"]);
  await git("-C", "clone", "push", "-q", remote(allowed), "main");
  // What is there already is no news, so the weaker token may push on top of it.
  await commitFile("b.txt", "b");
  await git("-C", "clone", "push", "-q", "origin", "main");
});

test("a job's token pushes contents to its own repository but never workflow files", async () => {
  const repositoryId = await makeRepository();
  const { tokenPlain } = standIn.context.store.tokens.create({
    kind: "job",
    repositoryId,
    permissions: { contents: "write", actions: "write" },
  });
  await git("clone", "-q", remote(tokenPlain), "clone");
  await commitFile("data/pulse.log", "1\n");
  await git("-C", "clone", "push", "-q", "origin", "main");
  await commitFile(".github/workflows/evil.yml", "on: push\n");
  await expect(git("-C", "clone", "push", "-q", "origin", "main")).rejects.toThrow(/GitHub App/);
});

test("a push whose reply is lost has happened all the same", async () => {
  await makeRepository();
  const token = issueToken(standIn, "octo-alice", ["repo"]);
  await git("clone", "-q", remote(token), "clone");
  await commitFile("a.txt", "a");
  standIn.context.faults.seed({ kind: "reply_lost", method: "POST", path: "*/git-receive-pack" }, 1);
  await expect(git("-C", "clone", "push", "-q", "origin", "main")).rejects.toThrow();
  const { stdout } = await git("ls-remote", remote(token), "refs/heads/main");
  expect(stdout.slice(0, 40)).toBe((await git("-C", "clone", "rev-parse", "HEAD")).stdout.trim());
});
