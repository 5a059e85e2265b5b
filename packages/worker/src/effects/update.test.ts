import { createHash, generateKeyPairSync, type KeyObject } from "node:crypto";
import {
  type ReleaseManifest,
  type ReleaseRoot,
  type SignedText,
  signText,
  writeReleaseManifest,
  writeReleaseRoot,
} from "@pulsekeep/signing";
import { beforeEach, describe, expect, it } from "vitest";
import { failedAs, refusedAs, REPOSITORY, WorkerBench } from "../testing/worker-bench.js";

interface Key {
  privateKey: KeyObject;
  publicKey: string;
}

const makeKey = (): Key => {
  const { publicKey, privateKey } = generateKeyPairSync("ed25519");
  return { privateKey, publicKey: publicKey.export({ format: "jwk" }).x ?? "" };
};
const [rootKey, releaseKey, stranger] = [makeKey(), makeKey(), makeKey()];
const root: ReleaseRoot = {
  version: 1,
  expiresAt: "2031-01-01T00:00:00.000Z",
  rootKey: rootKey.publicKey,
  releaseKey: releaseKey.publicKey,
};
const source = "// KeepStreak worker 0.2.0\nconsole.log('new');\n";
const installed = "// KeepStreak worker 0.1.0\n";

let bench: WorkerBench;
beforeEach(() => {
  bench = new WorkerBench();
  bench.github.push({ "worker.mjs": installed });
  bench.allow({ updates: "auto" });
  bench.server.releases.set("0.2.0", source);
});

function release(
  change: Partial<ReleaseManifest> = {},
  key = releaseKey,
): { manifest: SignedText; roots: SignedText[] } {
  const text = writeReleaseManifest({
    version: "0.2.0",
    root: 1,
    length: Buffer.byteLength(source),
    sha256: createHash("sha256").update(source).digest("hex"),
    expiresAt: "2026-09-14T00:00:00.000Z",
    ...change,
  });
  return {
    manifest: { text, signatures: [signText(text, "keepstreak/release/v1", key.privateKey)] },
    roots: [],
  };
}

async function update(params: object, trusted = writeReleaseRoot(root)) {
  const runId = bench.server.enqueue("update", params as Record<string, unknown>);
  await bench.wake({}, { releaseRoot: trusted });
  return { runId, result: bench.server.reports.at(-1)?.result };
}

const worker = () => bench.github.files["worker.mjs"];

describe("an update", () => {
  it("replaces the worker's own file in one commit that its user sees, and nothing else", async () => {
    const before = bench.github.files;
    const { runId, result } = await update(release());
    expect(result).toEqual({ outcome: "succeeded", commitSha: bench.github.head, facts: null });
    expect(bench.github.files).toEqual({ ...before, "worker.mjs": source });
    const [made] = bench.github.history;
    expect(made?.message).toBe(`Update the worker to 0.2.0\n\nPulse-Run: ${runId}\nAutomated-By: KeepStreak`);
    expect(made?.author.name).toBe("github-actions[bot]");
  });

  it("is made once: a second delivery finds the file", async () => {
    await update(release());
    const made = bench.github.head;
    expect((await update(release())).result).toEqual({ outcome: "already_done", commitSha: null });
    expect(bench.github.head).toBe(made);
  });

  it("is found at the next try when the answer to the branch's move is lost", async () => {
    bench.github.patchFaults = ["reply_lost"];
    expect((await update(release())).result).toEqual(failedAs("branch_moved"));
    expect((await update(release())).result).toMatchObject({ outcome: "already_done" });
    expect(worker()).toBe(source);
  });

  it("waits on a branch of its own until the user merges it, where the user wants to be asked", async () => {
    bench.allow({ updates: "ask" });
    const { head } = bench.github;
    const { result } = await update(release());
    const [[name, sha] = []] = bench.github.refs;
    expect(name).toMatch(/^heads\/keepstreak-update\/0\.2\.0-[0-9a-f]{12}$/);
    expect(result).toEqual({ outcome: "succeeded", commitSha: sha, facts: null });
    expect([bench.github.head, worker()]).toEqual([head, installed]);
    expect((await update(release())).result).toMatchObject({ outcome: "already_done" });
    expect(bench.github.refs.size).toBe(1);
  });

  it("is refused where the user has pinned the release, or allows no updates", async () => {
    bench.allow({ updates: "pinned" });
    expect((await update(release())).result).toEqual(refusedAs("not_allowed"));
    bench.allow({ kinds: ["verify", "commit"], updates: "auto" });
    expect((await update(release())).result).toEqual(refusedAs("not_allowed"));
    expect(worker()).toBe(installed);
  });

  it("UPD-01 is refused unsigned, signed with the handshake's secret, or by another key", async () => {
    const { manifest } = release();
    const unsigned = { manifest: { ...manifest, signatures: [] }, roots: [] };
    const mac = createHash("sha512").update("handshake").update(manifest.text).digest("base64url");
    const maced = { manifest: { ...manifest, signatures: [mac] }, roots: [] };
    for (const params of [unsigned, maced, release({}, stranger), release({}, rootKey)])
      expect((await update(params)).result).toEqual(refusedAs("release_refused"));
    expect(worker()).toBe(installed);
  });

  it("UPD-01 is refused by a build that trusts no key", async () => {
    expect((await update(release(), "")).result).toEqual(refusedAs("release_refused"));
  });

  it("UPD-02 is refused when it is older than the worker, however well signed", async () => {
    expect((await update(release({ version: "0.0.9" }))).result).toEqual(refusedAs("release_refused"));
    expect((await update(release({ version: "0.1.0" }))).result).toEqual(refusedAs("release_refused"));
  });

  it("UPD-03 is refused once it has expired, and its user hears of it", async () => {
    const { result } = await update(release({ expiresAt: "2026-03-14T09:26:53.000Z" }));
    expect(result).toMatchObject({
      reason: { code: "release_refused", detail: expect.stringContaining("expired") },
    });
    expect(bench.lines.join()).toContain("expired");
  });

  it.each([
    ["another file of the same length", source.replace("new", "old")],
    ["a shorter file", source.slice(1)],
    ["a longer file", `${source}\n`],
    ["a file without end", source.repeat(10_000)],
    ["an empty file", ""],
  ])("UPD-04 is refused when the server hands out %s", async (_, file) => {
    bench.server.releases.set("0.2.0", file);
    expect((await update(release())).result).toEqual(refusedAs("release_refused"));
    expect(worker()).toBe(installed);
  });

  it("UPD-04 reads no more of a file than its length", async () => {
    let read = 0;
    const { fetch } = bench.around;
    bench.around.fetch = (input, init) => {
      const url = input instanceof Request ? input.url : input.toString();
      if (!url.includes("/releases/")) return fetch(input, init);
      const endless = new ReadableStream({
        pull: (controller) => {
          read += 1_024;
          controller.enqueue(new Uint8Array(1_024));
        },
      });
      return Promise.resolve(new Response(endless));
    };
    expect((await update(release())).result).toEqual(refusedAs("release_refused"));
    expect(read).toBeLessThan(8_192);
  });

  it("UPD-04 is refused when what is signed is no worker", async () => {
    const other = "console.log('KeepStreak worker')";
    bench.server.releases.set("0.2.0", other);
    const sha256 = createHash("sha256").update(other).digest("hex");
    expect((await update(release({ length: other.length, sha256 }))).result).toEqual(
      refusedAs("release_refused"),
    );
  });

  it("UPD-05 is taken under a new root although the highest version was signed under the old one", async () => {
    const next = makeKey();
    const text = writeReleaseRoot({ ...root, version: 2, releaseKey: next.publicKey });
    const roots = [{ text, signatures: [signText(text, "keepstreak/release-root/v1", rootKey.privateKey)] }];
    const stolen = release({ version: "999999.999999.999999" });
    expect((await update({ ...stolen, roots })).result).toEqual(refusedAs("release_refused"));
    const healed = release({ root: 2 }, next);
    expect((await update({ ...healed, roots })).result).toMatchObject({ outcome: "succeeded" });
  });

  it("UPD-06 UPD-07 is refused when its key was put in place by anybody but the root key", async () => {
    const next = makeKey();
    const text = writeReleaseRoot({ ...root, version: 2, releaseKey: next.publicKey });
    for (const thief of [releaseKey, stranger]) {
      const roots = [{ text, signatures: [signText(text, "keepstreak/release-root/v1", thief.privateKey)] }];
      expect((await update({ ...release({ root: 2 }, next), roots })).result).toEqual(
        refusedAs("release_refused"),
      );
    }
    const skipping = writeReleaseRoot({ ...root, version: 3, releaseKey: next.publicKey });
    const signature = signText(skipping, "keepstreak/release-root/v1", rootKey.privateKey);
    const roots = [{ text: skipping, signatures: [signature] }];
    expect((await update({ ...release({ root: 3 }, next), roots })).result).toEqual(
      refusedAs("release_refused"),
    );
    expect(worker()).toBe(installed);
  });

  it("UPD-08 names no other file than the worker's, whatever its manifest says", async () => {
    const { manifest } = release();
    for (const file of [".github/workflows/pulse.yml", "allow.json", "../worker.mjs"]) {
      const text = manifest.text.replace("worker.mjs", file);
      const signatures = [signText(text, "keepstreak/release/v1", releaseKey.privateKey)];
      expect((await update({ manifest: { text, signatures }, roots: [] })).result).toEqual(
        refusedAs("release_refused"),
      );
    }
    await update(release());
    expect(bench.github.requests.filter((line) => line.includes("workflows"))).toEqual([]);
    expect(bench.github.files["allow.json"]).toContain(REPOSITORY);
  });
});
