import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { GitServer } from "./git-server.js";
import type { GitRepository } from "./git-repository.js";
import { findLooseObject, writeLooseBlob } from "./loose-objects.js";

const CONTENTS = ["", "a line\n", "two\0bytes of nothing", "x".repeat(200_000), "é🚀"];

let folder: string;
let repository: GitRepository;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "stand-in-objects-"));
  repository = await new GitServer(folder).create("octo", "objects");
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const git = (args: string[], input?: string): string =>
  execFileSync("git", ["-c", "safe.directory=*", "-C", repository.gitDir, ...args], { input }).toString();

it.each(CONTENTS)("a blob (%#) is the one that git would write, also the second time", async (content) => {
  const sha = git(["hash-object", "-t", "blob", "--stdin"], content).trim();
  expect(await writeLooseBlob(repository.gitDir, content)).toBe(sha);
  expect(await writeLooseBlob(repository.gitDir, content)).toBe(sha);
  expect(git(["cat-file", "blob", sha])).toBe(content);
});

it("is read as git wrote it, loose and packed, and what is not there is not found", async () => {
  const tree = await repository.writeTree(undefined, [
    { path: "a", mode: "100644", sha: await repository.writeObject("blob", "a line\n") },
  ]);
  const commit = git(["-c", "user.name=o", "-c", "user.email=o@x", "commit-tree", tree, "-m", "one"]).trim();
  const look = async () => ({
    types: await Promise.all([commit, tree].map((sha) => repository.findType(sha))),
    tree: await repository.findObject(commit, "tree"),
    commit: await repository.findObject(commit, "commit"),
    noCommit: await repository.findObject(tree, "commit"),
    content: (await repository.readObject(commit, "commit")).toString(),
    missing: await repository.findType("0123456789".repeat(4)),
  });
  expect(await findLooseObject(repository.gitDir, commit)).toMatchObject({ type: "commit" });
  const loose = await look();
  expect(loose).toMatchObject({ types: ["commit", "tree"], tree, commit, noCommit: undefined });
  expect(loose.missing).toBeUndefined();
  git(["update-ref", "refs/heads/main", commit]);
  git(["repack", "-adq"]);
  expect(await findLooseObject(repository.gitDir, commit)).toBeUndefined();
  expect(await look()).toEqual(loose);
  expect(git(["fsck", "--strict"])).not.toMatch(/error|missing|corrupt/);
});

it("a branch is found in its file, packed, and not at all", async () => {
  const head = git(["rev-parse", "refs/heads/main"]).trim();
  expect(await repository.findRef("refs/heads/main")).toBe(head);
  git(["pack-refs", "--all"]);
  expect(await repository.findRef("refs/heads/main")).toBe(head);
  expect(await repository.findBranchHead("main")).toBe(head);
  for (const name of ["refs/heads/other", "refs/heads/../main", "refs/heads/main.lock", "refs/heads/-x"])
    expect(await repository.findRef(name)).toBeUndefined();
});
