import { generateKeyPairSync, sign } from "node:crypto";
import { auditLeafHash } from "@pulsekeep/signing/merkle/audit-leaf";
import { toBase64 } from "@pulsekeep/signing/merkle/bytes";
import { signCheckpoint } from "@pulsekeep/signing/merkle/checkpoint";
import {
  appendLeaf,
  type CompactRange,
  EMPTY_RANGE,
  rootOfRange,
} from "@pulsekeep/signing/merkle/compact-range";
import { makeProof, planConsistency, planInclusion } from "@pulsekeep/signing/merkle/make-proof";
import { formatNoteKey, type NoteSigner, noteKeyOf } from "@pulsekeep/signing/merkle/signed-note";
import { webSha256 as sha256 } from "@pulsekeep/signing/merkle/web-crypto";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { AuditEntry } from "../../api/types";
import { type LogReader, type Verification, verifyEntry } from "./verify-entry";

const origin = "pulsekeep.example/audit";
const workspaceId = "0199d2c4-0000-7000-8000-000000000002";
const salt = new Uint8Array(32).fill(3);
const now = new Date("2026-11-22T04:00:00.000Z");
const entryAt = (index: number): AuditEntry => ({
  id: `0199d2c4-0000-7000-8000-00000000000${index}`,
  action: "pulse.created",
  actor: { kind: "user", id: "u" },
  subject: { kind: "pulse", id: String(index) },
  facts: { name: index },
  requestId: null,
  recordedAt: "2026-11-22T03:00:00.000Z",
});

/** A log in memory that answers as the server does. */
class TestLog {
  signers: NoteSigner[] = [];
  size = 0;
  private range: CompactRange = EMPTY_RANGE;
  private readonly ranges: CompactRange[] = [EMPTY_RANGE];
  private readonly nodes = new Map<string, Uint8Array>();

  async grow(to: number, change: Partial<AuditEntry> = {}): Promise<this> {
    for (; this.size < to; this.size++) {
      const leaf = await auditLeafHash({ ...entryAt(this.size), workspaceId, ...change }, salt, sha256);
      const { range, made } = await appendLeaf(this.range, leaf, sha256);
      for (const { level, index, hash } of made) this.nodes.set(`${level}/${index}`, hash);
      this.range = range;
      this.ranges.push(range);
    }
    return this;
  }

  readonly reader: LogReader = {
    getProof: async (id) => {
      const leafIndex = Number(id.slice(-1));
      if (leafIndex >= this.size) return { state: "waiting", inclusion: null };
      const rootHash = await rootOfRange(this.range, sha256);
      return {
        state: "included",
        inclusion: {
          workspaceId,
          salt: toBase64(salt),
          leafIndex,
          treeSize: this.size,
          proof: (await this.prove(planInclusion(leafIndex, this.size))).map(toBase64),
          checkpoint: signCheckpoint({ origin, treeSize: this.size, rootHash }, this.signers),
        },
      };
    },
    getKeys: async () => ({ origin, keys: this.signers.map(({ key }) => formatNoteKey(key)) }),
    getConsistency: async (from, to) => (await this.prove(planConsistency(from, to))).map(toBase64),
  };

  private prove(plan: ReturnType<typeof planInclusion>) {
    return makeProof(plan, ({ level, index }) => this.nodes.get(`${level}/${index}`), sha256);
  }
}

async function newSigner(): Promise<NoteSigner> {
  const { publicKey, privateKey } = generateKeyPairSync("ed25519");
  const raw = new Uint8Array(publicKey.export({ format: "der", type: "spki" }).subarray(-32));
  return { key: await noteKeyOf(origin, raw, sha256), sign: (text) => sign(null, text, privateKey) };
}

type Checked = Extract<Verification, { state: "checked" }>;
const verify = async (log: TestLog, kept?: Checked["keep"], entry = entryAt(2)): Promise<Checked> => {
  const verification = await verifyEntry({ entry, kept, read: log.reader, now });
  if (verification.state !== "checked") throw new Error(verification.state);
  return verification;
};

let signer: NoteSigner;
let log: TestLog;
beforeEach(async () => {
  signer = await newSigner();
  log = await new TestLog().grow(5);
  log.signers = [signer];
});
afterEach(() => {
  vi.restoreAllMocks();
});

it("proves an entry at first sight, and keeps what it saw", async () => {
  const first = await verify(log);
  expect(first).toMatchObject({
    leafNumber: 3,
    treeSize: 5,
    isIncluded: true,
    signature: "first_key",
    continuity: "first",
    keyId: signer.key.id,
  });
  expect(first.keep).toMatchObject({ origin, keys: [formatNoteKey(signer.key)], keptAt: now.toISOString() });
});

it("proves that the log continues what was kept", async () => {
  const { keep } = await verify(log);
  expect(await verify(log, keep)).toMatchObject({ signature: "kept_key", continuity: "unchanged" });
  await log.grow(9);
  const later = await verify(log, keep);
  expect(later).toMatchObject({ signature: "kept_key", continuity: "continues", isIncluded: true });
  expect(later.keep?.note).not.toBe(keep?.note);
});

it("refuses an entry that is shown otherwise than it was logged, and keeps nothing", async () => {
  const shown = { ...entryAt(2), facts: { name: "another" } };
  expect(await verify(log, undefined, shown)).toMatchObject({ isIncluded: false, keep: undefined });
});

it("finds a log that was rewritten, or cut, since it was kept [AUD-06]", async () => {
  const { keep } = await verify(log);
  for (const [size, continuity] of [
    [9, "broken"],
    [5, "broken"],
    [4, "shorter"],
  ] as const) {
    const other = await new TestLog().grow(size, { action: "pulse.deleted" });
    other.signers = [signer];
    expect(await verify(other, keep)).toMatchObject({ continuity, keep: undefined });
  }
});

it("believes no key that it does not know and none that it knew has signed beside", async () => {
  const { keep } = await verify(log);
  const next = await newSigner();
  log.signers = [next];
  expect(await verify(log, keep)).toMatchObject({
    signature: "other_key",
    isIncluded: false,
    keep: undefined,
  });
  log.signers = [next, signer];
  const handedOver = await verify(log, keep);
  expect(handedOver).toMatchObject({ signature: "kept_key", continuity: "unchanged" });
  log.signers = [next];
  expect(await verify(log, handedOver.keep)).toMatchObject({ signature: "kept_key", isIncluded: true });
});

it("refuses a forged signature", async () => {
  const impostor = await newSigner();
  log.signers = [{ key: signer.key, sign: impostor.sign }];
  expect(await verify(log)).toMatchObject({ signature: "forged", isIncluded: false, keep: undefined });
});

it("refuses another log than the one that was kept", async () => {
  const { keep } = await verify(log);
  const elsewhere = keep && { ...keep, origin: "elsewhere.example/audit" };
  expect(await verify(log, elsewhere)).toMatchObject({ continuity: "other_log", keep: undefined });
});

it("says what a browser without Ed25519 cannot tell, and proves the rest", async () => {
  vi.spyOn(crypto.subtle, "importKey").mockRejectedValue(new DOMException("no", "NotSupportedError"));
  expect(await verify(log)).toMatchObject({ signature: "unsupported", isIncluded: true, keep: undefined });
});

it("says that it must wait, or that it cannot compute at all", async () => {
  const input = { entry: entryAt(7), kept: undefined, read: log.reader, now };
  expect(await verifyEntry(input)).toEqual({ state: "waiting" });
  vi.stubGlobal("crypto", {});
  expect(await verifyEntry(input)).toEqual({ state: "unsupported" });
  vi.unstubAllGlobals();
});
