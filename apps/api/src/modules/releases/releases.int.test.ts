import { createHash, generateKeyPairSync } from "node:crypto";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { signText, writeReleaseManifest } from "@pulsekeep/signing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestApp, type TestApp } from "../../testing/test-app.js";
import type { TestClient } from "../../testing/test-client.js";
import { enrolTestWorker, type TestWorker } from "../../testing/test-worker.js";
import { UpdateOffersJobs } from "./update-offers.jobs.js";

const key = generateKeyPairSync("ed25519").privateKey;

let dataDir: string;
let test: TestApp;
let alice: TestClient;
beforeAll(async () => {
  dataDir = await mkdtemp(path.join(tmpdir(), "releases-"));
  test = await startTestApp({ env: { PULSEKEEP_DATA_DIR: dataDir } });
  alice = await test.signUp("Alice");
  await putRelease("0.9.0");
  await putRelease("0.10.0");
  await putRelease("0.11.0", { changed: true });
});
afterAll(async () => {
  await test.close();
  await rm(dataDir, { recursive: true });
});

const sourceOf = (version: string) => `// KeepStreak worker ${version}\n`;

async function putRelease(version: string, { changed = false, root = 1 } = {}) {
  const source = sourceOf(version);
  const text = writeReleaseManifest({
    version,
    root,
    length: source.length,
    sha256: createHash("sha256").update(source).digest("hex"),
    expiresAt: "2099-01-01T00:00:00.000Z",
  });
  const manifest = { text, signatures: [signText(text, "keepstreak/release/v1", key)] };
  const folder = path.join(dataDir, "releases", version);
  await mkdir(folder, { recursive: true });
  await writeFile(path.join(folder, "worker.mjs"), changed ? `${source} ` : source);
  await writeFile(path.join(folder, "release.json"), JSON.stringify({ manifest, roots: [] }));
  return { manifest, roots: [] };
}

/** A worker in a repository, as it is after a handshake of this version. */
async function workerOf(version: string): Promise<TestWorker> {
  const worker = await enrolTestWorker(test, alice);
  await worker.hello();
  await test.sql("update workers set kind = 'actions', version = $2 where id = $1", [worker.id, version]);
  return worker;
}

describe("a release", () => {
  it("is handed out to anybody as it was signed, and its manifest with it", async () => {
    const nobody = test.newClient();
    const answer = await nobody.fetch("GET", "/v1/worker/releases/0.10.0");
    expect(answer.status).toBe(200);
    expect(answer.headers.get("content-type")).toContain("text/javascript");
    expect(answer.headers.get("content-disposition")).toContain("attachment");
    expect(await answer.text()).toBe(sourceOf("0.10.0"));
    const { body } = await nobody.get<{ manifest: { text: string } }>("/v1/worker/releases/0.10.0/manifest");
    expect(JSON.parse(body.manifest.text)).toMatchObject({ version: "0.10.0", file: "worker.mjs" });
  });

  it.each(["9.9.9", "..", "..%2F..%2Fetc", "0.10.0%2Frelease.json", "latest", "0.11.0"])(
    "is not found when there is none, or its file is not the signed one: %s",
    async (version) => {
      const answer = await test.newClient().fetch("GET", `/v1/worker/releases/${version}`);
      expect(answer.status).toBe(404);
    },
  );
});

describe("an update", () => {
  it("is offered once to workers that are older, with what was signed and nothing of ours", async () => {
    const [older, current] = [await workerOf("0.2.0"), await workerOf("0.10.0")];
    const offers = test.get(UpdateOffersJobs);
    await Promise.all([offers.offerNewest(), offers.offerNewest()]);
    const [run, ...rest] = await older.claim({ waitSeconds: 5 });
    expect(rest).toEqual([]);
    expect(run?.opened).toMatchObject({ kind: "update", params: { roots: [] } });
    expect(JSON.stringify(run?.opened.params)).toContain("0.10.0");
    const refusal = {
      outcome: "refused",
      reason: { code: "release_refused", detail: "not_signed" },
    } as const;
    if (run) expect((await older.report(run, refusal)).status).toBe(200);
    await offers.offerNewest();
    expect(await older.claim()).toEqual([]);
    expect(await current.claim()).toEqual([]);
  });

  it("of newer keys goes before any version of older ones", async () => {
    const worker = await workerOf("0.2.0");
    const release = await putRelease("0.3.0", { root: 2 });
    await test.get(UpdateOffersJobs).offerNewest();
    const [run] = await worker.claim({ waitSeconds: 5 });
    expect(run?.opened.params).toEqual(release);
  });
});
