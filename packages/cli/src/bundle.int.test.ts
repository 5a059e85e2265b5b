import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { renderAllowList } from "@pulsekeep/worker";
import { FakeGitHub, TOKEN } from "@pulsekeep/worker/testing/fake-github";
import { CLIENT_ID, commitParams, FakeServer, SECRET } from "@pulsekeep/worker/testing/fake-server";
import { serve } from "@pulsekeep/worker/testing/http-double";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const run = promisify(execFile);
const repository = "alice/keepstreak-pulse";

let folder: string;
let program: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "pulsekeep-bundle-"));
  program = path.join(folder, "pulsekeep.mjs");
  await run(process.execPath, [fileURLToPath(new URL("../bundle.mjs", import.meta.url)), program]);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe("the bundled program", () => {
  it("is one file that imports nothing but Node, and runs alone", async () => {
    const source = await readFile(program, "utf8");
    const imported = [...source.matchAll(/^import [^"'`]*from "([^"]+)";$/gm)].map(([, name]) => name ?? "");
    expect(imported.length).toBeGreaterThan(0);
    expect(imported.filter((name) => !name.startsWith("node:"))).toEqual([]);
    expect(source.startsWith("#!/usr/bin/env node\n")).toBe(true);
    expect(source).toContain("// KeepStreak worker ");
    const alone = { cwd: folder, env: {} };
    expect((await run(process.execPath, [program, "--version"], alone)).stdout).toBe("0.1.0\n");
    expect((await run(process.execPath, [program, "--help"], alone)).stdout).toContain("worker init");
  });

  it("writes no colours into a pipe", async () => {
    const failed = await run(process.execPath, [program, "worker", "dance"], { env: {} }).catch(
      (error: unknown) => error as { code: number; stderr: string },
    );
    expect(failed).toMatchObject({ code: 2 });
    expect(failed.stderr).not.toContain("\u001B[");
  });

  it("is stopped by one signal in good order, and by a second one at once", async () => {
    const github = new FakeGitHub(repository, { "allow.json": renderAllowList({ repository }) });
    const server = new FakeServer(() => new Date(), "none");
    server.enqueue("commit", commitParams({ authoredAt: new Date().toISOString() }));
    // GitHub asks to wait in the middle of the effect, so that there is something to finish.
    github.answers = [{ status: 429, headers: { "retry-after": "30" } }];
    const [githubHost, serverHost] = [await serve(github.handle), await serve(server.handle)];
    server.url = serverHost.url;
    const child = spawn(process.execPath, [program, "worker", "run"], {
      cwd: folder,
      env: {
        HOME: folder,
        GH_TOKEN: TOKEN,
        GITHUB_API_URL: `${githubHost.url}/api`,
        GITHUB_REPOSITORY: repository,
        KEEPSTREAK_SERVER_URL: serverHost.url,
        KEEPSTREAK_CLIENT_ID: CLIENT_ID,
        HANDSHAKE_SECRET: SECRET.toString("base64url"),
      },
    });
    try {
      let said = "";
      const heard = (text: string) =>
        new Promise<void>((resolve) => {
          const look = () => void (said.includes(text) && resolve());
          child.stderr.on("data", look);
          look();
        });
      child.stderr.on("data", (chunk: Buffer) => {
        said += chunk.toString();
      });
      await heard("connected");
      await expect.poll(() => github.requests.length, { timeout: 30_000 }).toBeGreaterThan(0);
      // The report cannot be delivered, so the worker is still busy with what it holds.
      server.faults.set(
        "/v1/worker/report",
        Array.from({ length: 50 }, () => "down" as const),
      );
      child.kill("SIGTERM");
      await heard("stopping");
      child.kill("SIGTERM");
      expect(await once(child, "exit")).toEqual([130, null]);
    } finally {
      child.kill("SIGKILL");
      await Promise.all([githubHost.close(), serverHost.close()]);
    }
  });
});
