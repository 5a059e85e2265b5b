import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runCli } from "../run-cli.js";
import { testTerminal } from "../test-terminal.js";
import { findCheckout } from "./keys-command.js";

let root: string;
beforeAll(async () => {
  root = await mkdtemp(path.join(tmpdir(), "checkout-"));
  await mkdir(path.join(root, "apps/api/dist/modules/vault"), { recursive: true });
  await mkdir(path.join(root, "apps/web/src"), { recursive: true });
});
afterAll(() => rm(root, { recursive: true }));

const runScript = async (content: string, args: string[]) => {
  await writeFile(path.join(root, "apps/api/dist/modules/vault/keys-command.js"), content);
  const stop = new AbortController();
  return runCli(["keys", ...args], testTerminal({ cwd: path.join(root, "apps/web/src"), stop: stop.signal }));
};

describe("the operator's keys", () => {
  it("are worked on by the script of the checkout that one is in, which decides the exit code", async () => {
    expect(await runScript("process.exit(process.argv.length === 3 ? 0 : 3)", ["verify"])).toBe(0);
    expect(
      await runScript("process.exit(process.argv[2] === 'status' && process.argv[3] === '--json' ? 1 : 0)", [
        "status",
        "--json",
      ]),
    ).toBe(1);
  });

  it("are refused outside of a checkout, with the command to run where the server is", async () => {
    const terminal = testTerminal({ cwd: tmpdir() });
    expect(await runCli(["keys", "rotate"], terminal)).toBe(2);
    expect(terminal.noted.join(" ")).toContain("node apps/api/dist/modules/vault/keys-command.js rotate");
  });

  it("have their script where it is looked for", () => {
    const checkout = findCheckout(fileURLToPath(new URL(".", import.meta.url))) ?? "";
    expect(existsSync(path.join(checkout, "apps/api/src/modules/vault/keys-command.ts"))).toBe(true);
  });

  it("know a checkout from any folder in it", () => {
    expect(findCheckout(path.join(root, "apps/web/src"))).toBe(root);
    expect(findCheckout("/")).toBeUndefined();
  });
});
