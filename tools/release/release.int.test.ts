import { execFile } from "node:child_process";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readRelease } from "./read-release.ts";
import { readRootFiles } from "./root-files.ts";

const tool = fileURLToPath(new URL("release.ts", import.meta.url));
const run = promisify(execFile);

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "release-"));
});
afterAll(() => rm(folder, { recursive: true }));

const at = (...names: string[]) => path.join(folder, ...names);
const release = (...args: string[]) =>
  run(process.execPath, [tool, ...args, "--roots", at("roots")], {
    env: { ...process.env, RELEASE_PASSPHRASE: "of the ceremony" },
  });

describe("the ceremony", () => {
  it("makes keys, signs the worker of this checkout, replaces the keys and signs again", async () => {
    await release("keys", "--out", at("keys"));
    expect((await readdir(at("keys"))).sort()).toEqual(["release-1.key", "root.key"]);
    const first = readRootFiles(at("roots")).root;
    await release("sign", "--key", at("keys", "release-1.key"), "--out", at("one"));
    const [version = ""] = await readdir(at("one"));
    const { stdout } = await release("verify", at("one", version));
    expect(stdout).toContain(`Worker ${version} is signed`);
    expect(await readFile(at("one", version, "worker.mjs"), "utf8")).toContain(first.rootKey);

    await release("replace", "--root-key", at("keys", "root.key"), "--out", at("keys"), "--new-root");
    await expect(
      release("sign", "--key", at("keys", "release-1.key"), "--out", at("two")),
    ).rejects.toMatchObject({ stderr: expect.stringContaining("not the release key of root 2") as string });
    await release("sign", "--key", at("keys", "release-2.key"), "--out", at("two"));
    expect(readRelease(at("two", version), { trusted: first, now: new Date() }).root).toBe(2);
  });

  it("says what is missing, without a stack", async () => {
    for (const args of [[], ["sign"], ["sign", "--days", "x"], ["keys"], ["verify"], ["--nonsense"]])
      await expect(release(...args)).rejects.toMatchObject({
        code: 1,
        stderr: expect.not.stringContaining("    at ") as string,
      });
  });
});
