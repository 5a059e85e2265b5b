import { generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import { auditLeafHash, type SealedAuditEntry } from "@pulsekeep/signing/merkle/audit-leaf";
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
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import type { KeptLog } from "./kept-log.js";
import type { LogSource, ProvenEntry } from "./log-source.js";
import { verifyLog } from "./verify-log.js";

const ORIGIN = "pulse.example/audit";
const now = new Date("2026-03-14T09:26:53.000Z");

/** A log as an honest server has it, and what it would publish. */
class TestLog {
  readonly leaves: Uint8Array[] = [];
  readonly notes: string[] = [];
  signers: NoteSigner[];
  readonly keys: string[] = [];
  private readonly nodes = new Map<string, Uint8Array>();
  private range: CompactRange = EMPTY_RANGE;

  constructor(signer: NoteSigner) {
    this.signers = [];
    this.use(signer);
  }

  use(...signers: NoteSigner[]): void {
    this.signers = signers;
    for (const { key } of signers) {
      const text = formatNoteKey(key);
      if (!this.keys.includes(text)) this.keys.push(text);
    }
  }

  async append(leafHash: Uint8Array): Promise<void> {
    const { range, made } = await appendLeaf(this.range, leafHash, sha256);
    for (const { level, index, hash } of made) this.nodes.set(`${level}/${index}`, hash);
    this.leaves.push(leafHash);
    this.range = range;
  }

  async checkpoint(): Promise<void> {
    const rootHash = await rootOfRange(this.range, sha256);
    this.notes.push(signCheckpoint({ origin: ORIGIN, treeSize: this.range.size, rootHash }, this.signers));
  }

  async grow(text: string, leaves: number): Promise<void> {
    for (let index = 0; index < leaves; index++) await this.append(await hashOf(`${text} ${index}`));
    await this.checkpoint();
  }

  async include(leafIndex: number): Promise<readonly string[]> {
    const plan = planInclusion(leafIndex, this.leaves.length);
    return (await makeProof(plan, this.find, sha256)).map(toBase64);
  }

  source(changes: Partial<LogSource> = {}): LogSource {
    return {
      name: "test",
      entries: [],
      readLog: () => Promise.resolve({ origin: ORIGIN, keys: this.keys, checkpoints: this.notes }),
      findConsistency: async (from, to) =>
        (await makeProof(planConsistency(from, to), this.find, sha256)).map(toBase64),
      findLeaves: (from, to) => Promise.resolve(onePiece(this.leaves.slice(from, to).map(toBase64))),
      ...changes,
    };
  }

  private readonly find = ({ level, index }: { level: number; index: number }) =>
    this.nodes.get(`${level}/${index}`);
}

async function* onePiece(leaves: string[]): AsyncGenerator<string[]> {
  yield leaves;
}

const hashOf = async (text: string) => sha256(new TextEncoder().encode(text));

async function newSigner(): Promise<NoteSigner> {
  const { privateKey, publicKey }: { privateKey: KeyObject; publicKey: KeyObject } =
    generateKeyPairSync("ed25519");
  const raw = Uint8Array.from(publicKey.export({ format: "der", type: "spki" }).subarray(-32));
  return { key: await noteKeyOf(ORIGIN, raw, sha256), sign: (text) => sign(null, text, privateKey) };
}

let one: NoteSigner;
let two: NoteSigner;
beforeAll(async () => {
  [one, two] = [await newSigner(), await newSigner()];
});

const verify = (source: LogSource, kept?: KeptLog, pinned: string[] = [], witnesses: string[] = []) =>
  verifyLog({ source, kept, pinned, witnesses, now });
const kindsOf = async (source: LogSource, kept?: KeptLog, pinned: string[] = []) =>
  (await verify(source, kept, pinned)).findings.map(({ kind }) => kind);

async function keptOf(log: TestLog): Promise<KeptLog> {
  const { keep } = await verify(log.source());
  if (keep === undefined) throw new Error("the log was not verified");
  return keep;
}

describe("an honest log", () => {
  it("is verified the first time, and again after it has grown, from what was kept on", async () => {
    const log = new TestLog(one);
    await log.grow("a", 5);
    await log.grow("b", 3);
    const first = await verify(log.source());
    expect(first).toMatchObject({ findings: [], leaves: 8, checkpoints: 2, previous: null });
    await log.grow("c", 6);
    const second = await verify(log.source(), first.keep);
    expect(second).toMatchObject({
      findings: [],
      leaves: 6,
      previous: { treeSize: 8 },
      newest: { treeSize: 14 },
    });
    expect(second.consistencyProofs).toBe(1);
  });

  it("is verified by its proofs where no leaves are given", async () => {
    const log = new TestLog(one);
    for (let step = 1; step <= 5; step++) await log.grow(String(step), step);
    const report = await verify(log.source({ findLeaves: () => Promise.resolve(undefined) }));
    expect(report).toMatchObject({ findings: [], leaves: null, consistencyProofs: 4 });
    expect(report.keep?.edge).toBeUndefined();
  });

  it("may change its keys, when both have signed in between", async () => {
    const log = new TestLog(one);
    await log.grow("a", 2);
    const kept = await keptOf(log);
    log.use(two, one);
    await log.grow("b", 2);
    log.use(two);
    await log.grow("c", 2);
    const report = await verify(log.source(), kept);
    expect(report.findings).toEqual([]);
    expect(report.keep?.keys).toContain(formatNoteKey(two.key));
  });

  it("may be empty, and be asked twice", async () => {
    expect(await verify(new TestLog(one).source())).toMatchObject({ findings: [], newest: null });
    const log = new TestLog(one);
    await log.grow("a", 3);
    expect(await verify(log.source(), await keptOf(log))).toMatchObject({ findings: [], leaves: 0 });
  });

  it("of any sizes is verified step by step", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 5 }),
        async (steps) => {
          const log = new TestLog(one);
          let kept: KeptLog | undefined;
          for (const [index, leaves] of steps.entries()) {
            await log.grow(`${index}`, leaves);
            const report = await verify(log.source(), kept);
            expect(report.findings).toEqual([]);
            kept = report.keep;
          }
        },
      ),
      { numRuns: 10 },
    );
  });
});

describe("a log that was tampered with", () => {
  it("is found out by any leaf that differs", async () => {
    const log = new TestLog(one);
    await log.grow("a", 7);
    await fc.assert(
      fc.asyncProperty(fc.nat(6), async (index) => {
        const leaves = log.leaves.map(toBase64);
        leaves[index] = toBase64(await hashOf("other"));
        const source = log.source({ findLeaves: () => Promise.resolve(onePiece(leaves)) });
        expect(await kindsOf(source)).toContain("leaves_differ");
      }),
      { numRuns: 7 },
    );
    for (const leaves of [log.leaves.slice(0, 6).map(toBase64), ["no hash"]])
      expect(await kindsOf(log.source({ findLeaves: () => Promise.resolve(onePiece(leaves)) }))).toEqual([
        "leaves_differ",
      ]);
  });

  it("is found out when it shows another past than the one that was kept, leaves or not [AUD-02]", async () => {
    const log = new TestLog(one);
    await log.grow("a", 5);
    const kept = await keptOf(log);
    const other = new TestLog(one);
    await other.grow("b", 9);
    expect(await kindsOf(other.source(), kept)).toEqual(expect.arrayContaining(["rewritten"]));
    const silent = other.source({ findLeaves: () => Promise.resolve(undefined) });
    expect(await kindsOf(silent, kept)).toEqual(["rewritten"]);
    const sameSize = new TestLog(one);
    await sameSize.grow("c", 5);
    expect(await kindsOf(sameSize.source(), kept)).toContain("rewritten");
  });

  it("is found out when it is shorter than the one that was kept", async () => {
    const log = new TestLog(one);
    await log.grow("a", 3);
    const short = log.notes.slice();
    await log.grow("b", 3);
    const kept = await keptOf(log);
    const source = log.source({
      readLog: () => Promise.resolve({ origin: ORIGIN, keys: log.keys, checkpoints: short }),
    });
    expect(await kindsOf(source, kept)).toEqual(["shrunk"]);
  });

  it("is found out when another key signs it, published or not", async () => {
    const log = new TestLog(one);
    await log.grow("a", 3);
    const kept = await keptOf(log);
    log.use(two);
    await log.grow("b", 3);
    expect(await kindsOf(log.source(), kept)).toContain("unknown_key");
    const alien = log.source({
      readLog: () =>
        Promise.resolve({ origin: ORIGIN, keys: [formatNoteKey(one.key)], checkpoints: log.notes.slice(1) }),
    });
    expect(await kindsOf(alien)).toEqual(["unknown_key"]);
    expect(await kindsOf(log.source(), undefined, [formatNoteKey((await newSigner()).key)])).toEqual([
      "unknown_key",
    ]);
    expect(await kindsOf(log.source(), undefined, [formatNoteKey(two.key)])).toEqual([]);
  });

  it("is found out when a signature, a key or a name is not what it says", async () => {
    const log = new TestLog(one);
    await log.grow("a", 3);
    const [note = ""] = log.notes;
    const show = (changes: object) =>
      log.source({
        readLog: () =>
          Promise.resolve({ origin: ORIGIN, keys: log.keys, checkpoints: log.notes, ...changes }),
      });
    expect(await kindsOf(show({ checkpoints: [note.replace("\n3\n", "\n4\n")] }))).toEqual([
      "forged_checkpoint",
    ]);
    expect(await kindsOf(show({ checkpoints: ["nothing"] }))).toEqual(["malformed_checkpoint"]);
    expect(await kindsOf(show({ keys: ["x+00000000+AQ=="] }))).toContain("key_malformed");
    expect(await kindsOf(show({ origin: "other.example/audit" }), await keptOf(log))).toEqual(["other_log"]);
  });

  it("is found out by a checkpoint that was kept elsewhere [AUD-06]", async () => {
    const log = new TestLog(one);
    await log.grow("a", 3);
    const [early = ""] = log.notes;
    await log.grow("b", 3);
    expect(await verify(log.source(), undefined, [], [early])).toMatchObject({ findings: [], witnesses: 1 });
    const other = new TestLog(one);
    await other.grow("c", 5);
    const kinds = async (...notes: string[]) =>
      (await verify(other.source(), undefined, [], notes)).findings.map(({ kind }) => kind);
    expect(await kinds(early)).toEqual(["rewritten"]);
    expect(await kinds(log.notes.at(-1) ?? "")).toEqual(["shrunk"]);
    expect(await kinds(early.replace("\n3\n", "\n2\n"))).toEqual(["forged_checkpoint"]);
    expect(await kinds("nothing")).toEqual(["malformed_checkpoint"]);
  });

  it("is found out when it signs two roots of one size", async () => {
    const log = new TestLog(one);
    await log.grow("a", 3);
    const twin = new TestLog(one);
    await twin.grow("b", 3);
    log.notes.push(...twin.notes);
    expect(await kindsOf(log.source())).toContain("two_roots_of_one_size");
  });

  it("keeps nothing of itself, and what was kept cannot be changed unseen", async () => {
    const log = new TestLog(one);
    await log.grow("a", 3);
    const kept = await keptOf(log);
    const silent = log.source({
      findConsistency: () => Promise.resolve(undefined),
      findLeaves: () => Promise.resolve(undefined),
    });
    await log.grow("b", 3);
    expect((await verify(silent, kept)).keep).toBeUndefined();
    expect(await kindsOf(silent, kept)).toEqual(["proof_missing"]);
    const changed = { ...kept, note: kept.note.replace("\n3\n", "\n2\n") };
    expect(await kindsOf(log.source(), changed)).toEqual(["forged_checkpoint"]);
    // A damaged edge is passed over: everything is read from the beginning then.
    expect(await verify(log.source(), { ...kept, edge: ["AAAA"] })).toMatchObject({
      findings: [],
      leaves: 6,
    });
  });
});

describe("an entry", () => {
  const entry: SealedAuditEntry = {
    id: "0192e4a0-0000-7000-8000-000000000001",
    workspaceId: "0192e4a0-0000-7000-8000-000000000002",
    action: "account.updated",
    actor: { kind: "user", id: "alice" },
    subject: { kind: "user", id: "alice" },
    facts: { name: "Alice" },
    requestId: null,
    recordedAt: "2026-03-14T09:26:53.000Z",
  };
  const salt = new Uint8Array(32).fill(7);

  async function proven(): Promise<{ log: TestLog; good: ProvenEntry }> {
    const log = new TestLog(one);
    await log.grow("a", 4);
    await log.append(await auditLeafHash(entry, salt, sha256));
    await log.grow("b", 4);
    const proof = await log.include(4);
    return { log, good: { entry, salt: toBase64(salt), leafIndex: 4, treeSize: 9, proof } };
  }

  it("stands in the log as it is shown, or is found out", async () => {
    const { log, good } = await proven();
    expect(await verify(log.source({ entries: [good] }))).toMatchObject({ findings: [], entries: 1 });
    const bad: ProvenEntry[] = [
      { ...good, entry: { ...entry, action: "account.deleted" } },
      { ...good, entry: null },
      { ...good, salt: toBase64(new Uint8Array(32)) },
      { ...good, salt: "short" },
      { ...good, leafIndex: 3 },
      { ...good, treeSize: 8 },
      { ...good, proof: good.proof.slice(1) },
    ];
    for (const entries of bad)
      expect(await kindsOf(log.source({ entries: [entries] }))).toEqual(["entry_differs"]);
  });

  it("that was kept elsewhere has to stand in a log that continues its checkpoint", async () => {
    const { log, good } = await proven();
    const witness = log.notes.at(-1) ?? "";
    await log.grow("later", 4);
    const verifyKept = (entries: ProvenEntry[], witnesses: string[]) =>
      verifyLog({ source: log.source(), kept: undefined, pinned: [], witnesses, entries, now: new Date() });
    expect(await verifyKept([good], [witness])).toMatchObject({ findings: [], entries: 1, witnesses: 1 });
    const changed = { ...good, entry: { ...entry, action: "account.deleted" } };
    const kinds = async (report: Promise<{ findings: { kind: string }[] }>) =>
      (await report).findings.map(({ kind }) => kind);
    expect(await kinds(verifyKept([changed], [witness]))).toEqual(["entry_differs"]);
    const forged = witness.replace("\n9\n", "\n8\n");
    expect(await kinds(verifyKept([{ ...good, treeSize: 8 }], [forged]))).toEqual([
      "forged_checkpoint",
      "entry_differs",
    ]);
  });
});
