import { execFile, spawn } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { sha256, signText, writeReleaseManifest, writeReleaseRoot } from "@pulsekeep/signing";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { isMarker } from "./marker.js";
import { renderAllowList } from "./render-allow-list.js";
import { renderWorkflow } from "./render-workflow.js";
import { FakeGitHub, TOKEN } from "./testing/fake-github.js";
import { CLIENT_ID, commitParams, FakeServer, SECRET } from "./testing/fake-server.js";
import { serve } from "./testing/http-double.js";

const MAX_BUNDLE_BYTES = 60 * 1024;
const repository = "alice/keepstreak-pulse";
const handshakeSecret = SECRET.toString("base64url");

let directory: string;
let script: string;
let github: FakeGitHub;
let server: FakeServer;
let close: (() => Promise<void>)[];
let env: Record<string, string>;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "worker-"));
  script = join(directory, "worker.mjs");
  await promisify(execFile)(process.execPath, [
    fileURLToPath(new URL("../bundle.mjs", import.meta.url)),
    script,
  ]);
});

afterAll(() => rm(directory, { recursive: true }));

beforeEach(async () => {
  github = new FakeGitHub(repository, {
    "allow.json": renderAllowList({ repository }),
    "worker.mjs": await readFile(script, "utf8"),
  });
  server = new FakeServer(() => new Date());
  const githubHost = await serve(github.handle);
  const serverHost = await serve(server.handle);
  server.url = serverHost.url;
  close = [githubHost.close, serverHost.close];
  env = {
    PATH: process.env["PATH"] ?? "",
    KEEPSTREAK_SERVER_URL: serverHost.url,
    KEEPSTREAK_CLIENT_ID: CLIENT_ID,
    HANDSHAKE_SECRET: handshakeSecret,
    GITHUB_ACTIONS: "true",
    GITHUB_REPOSITORY: repository,
    GITHUB_SHA: github.head,
    GITHUB_API_URL: `${githubHost.url}/api`,
    GITHUB_TOKEN: TOKEN,
    ACTIONS_ID_TOKEN_REQUEST_URL: `${githubHost.url}/oidc/token?v=2`,
    ACTIONS_ID_TOKEN_REQUEST_TOKEN: "request-token",
    RUNNER_TEMP: directory,
  };
});

afterEach(() => Promise.all(close.map((end) => end())));

/** Runs a command as a runner's step would: nothing but this environment. */
function run(command: string, args: string[]): Promise<{ code: number | null; log: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { env, timeout: 30_000 });
    let log = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (chunk: Buffer) => {
        log += chunk.toString();
      });
    }
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, log }));
  });
}

const wake = () => run(process.execPath, [script]);
const now = () => commitParams({ authoredAt: new Date().toISOString() });

describe("the bundled worker", () => {
  it("is one readable file of at most 60 KiB that imports nothing but Node", async () => {
    const source = await readFile(script, "utf8");
    expect((await stat(script)).size).toBeLessThanOrEqual(MAX_BUNDLE_BYTES);
    const imported = [...source.matchAll(/^import .* from "(.+)";$/gm)].map(([, name]) => name);
    expect(imported.filter((name) => !name?.startsWith("node:") && name !== undefined)).toEqual([]);
    expect(imported.length).toBeGreaterThan(0);
    expect(isMarker(source)).toBe(true);
    expect(source).toContain("http://www.apache.org/licenses/LICENSE-2.0");
    expect(source.split("\n").length).toBeGreaterThan(500);
  });

  it("makes one commit, and finds it at the second delivery", async () => {
    const params = now();
    const runId = server.enqueue("commit", params);
    expect(await wake()).toMatchObject({ code: 0 });
    const made = github.head;
    expect(github.files["pulse/journal.md"]).toBe("- a line\n");
    server.enqueue("commit", params, { runId });
    expect(await wake()).toMatchObject({ code: 0 });
    expect(server.reports.map((report) => report.result)).toEqual([
      { outcome: "succeeded", commitSha: made, facts: null },
      { outcome: "already_done", commitSha: made },
    ]);
    expect(github.history.filter((commit) => commit.message.includes(runId))).toHaveLength(1);
  });

  it("is fetched and run by the steps of its own workflow", async () => {
    const workflow = renderWorkflow({ cronMinute: 1, serverUrl: server.url });
    const [, steps = ""] = workflow.split("run: |\n");
    server.enqueue("commit", now());
    env["RUNNER_TEMP"] = await mkdtemp(join(directory, "runner-"));
    const { code, log } = await run("bash", ["-e", "-c", steps]);
    expect({ code, log }).toEqual({ code: 0, log: expect.stringContaining("1 runs reported") as string });
    expect(github.history).toHaveLength(2);
  });

  it("replaces itself by a signed release, and starts no other process for anything", async () => {
    const key = generateKeyPairSync("ed25519");
    const root = generateKeyPairSync("ed25519");
    const rootFile = join(directory, "root.json");
    const text = writeReleaseRoot({
      version: 1,
      expiresAt: "2099-01-01T00:00:00.000Z",
      rootKey: root.publicKey.export({ format: "jwk" }).x ?? "",
      releaseKey: key.publicKey.export({ format: "jwk" }).x ?? "",
    });
    await writeFile(rootFile, `${text}\n`);
    const trusting = join(directory, "trusting.mjs");
    const bundler = fileURLToPath(new URL("../bundle.mjs", import.meta.url));
    await promisify(execFile)(process.execPath, [bundler, trusting, rootFile]);
    expect((await stat(trusting)).size).toBeLessThanOrEqual(MAX_BUNDLE_BYTES);
    const next = "// KeepStreak worker 0.2.0\n";
    const manifest = writeReleaseManifest({
      version: "0.2.0",
      root: 1,
      length: next.length,
      sha256: sha256(next).toString("hex"),
      expiresAt: "2099-01-01T00:00:00.000Z",
    });
    const signatures = [signText(manifest, "keepstreak/release/v1", key.privateKey)];
    github.push({
      "allow.json": renderAllowList({ repository }).replace('"ask"', '"auto"'),
    });
    server.releases.set("0.2.0", next);
    server.enqueue("update", { manifest: { text: manifest, signatures }, roots: [] });
    const source = await readFile(trusting, "utf8");
    expect(source).not.toMatch(/child_process|node:vm|\beval\(|new Function/);
    expect(await run(process.execPath, [trusting])).toMatchObject({ code: 0 });
    expect(server.reports.map(({ result }) => result.outcome)).toEqual(["succeeded"]);
    expect(github.files["worker.mjs"]).toBe(next);
  });

  it("refuses an expired signal and one that allow.json forbids, and goes on", async () => {
    const past = { notBefore: new Date(Date.now() - 120_000), expiresAt: new Date(Date.now() - 60_000) };
    server.enqueue("commit", now(), past);
    server.enqueue("commit", { ...now(), repo: "other" });
    server.enqueue("commit", now());
    expect(await wake()).toMatchObject({ code: 0 });
    expect(server.reports.map((report) => report.result)).toMatchObject([
      { outcome: "failed", reason: { code: "signal_expired" } },
      { outcome: "refused", reason: { code: "not_allowed" } },
      { outcome: "succeeded" },
    ]);
    expect(github.history).toHaveLength(2);
  });

  it("refuses a server that cannot prove to be its own", async () => {
    server.enqueue("commit", now());
    server.faults.set("/v1/worker/claim", ["wrong_key"]);
    const { code, log } = await wake();
    expect(code).toBe(1);
    expect(log).toContain("bad_mac");
    expect(github.history).toHaveLength(1);
  });

  it("says what is wrong with its secrets and never what they are", async () => {
    env["HANDSHAKE_SECRET"] = "not-a-secret-of-32-bytes";
    const { code, log } = await wake();
    expect(code).toBe(1);
    expect(log).toContain("HANDSHAKE_SECRET");
    expect(log).not.toContain("not-a-secret-of-32-bytes");
  });

  it("ZT-07 writes no credential into its log or its reports, whatever goes wrong", async () => {
    server.enqueue("commit", now());
    server.enqueue("commit", { ...now(), branch: "gone" });
    server.faults.set("/v1/worker/report", ["reply_lost"]);
    const { log } = await wake();
    const said = log + JSON.stringify(server.reports);
    expect(server.reports.length).toBeGreaterThan(2);
    for (const secret of [TOKEN, handshakeSecret, "request-token", "oidc for"])
      expect(said).not.toContain(secret);
  });
});
