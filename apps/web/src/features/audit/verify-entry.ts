import { auditLeafHash } from "@pulsekeep/signing/merkle/audit-leaf";
import { fromBase64, sameBytes } from "@pulsekeep/signing/merkle/bytes";
import {
  type Checkpoint,
  openCheckpoint,
  readUnverifiedCheckpoint,
} from "@pulsekeep/signing/merkle/checkpoint";
import { formatNoteKey, type NoteKey, parseNoteKey } from "@pulsekeep/signing/merkle/signed-note";
import { verifyConsistency, verifyInclusion } from "@pulsekeep/signing/merkle/verify-proof";
import { webSha256 as sha256, webVerifyEd25519 } from "@pulsekeep/signing/merkle/web-crypto";
import type { AuditEntry, AuditKeys, AuditProof } from "../../api/types";
import type { KeptLog } from "./kept-log";

/** `first_key`: it holds, by a key that this browser sees for the first time. */
export type SignatureCheck =
  | "kept_key"
  | "first_key"
  | "other_key"
  | "forged"
  | "malformed"
  | "wrong_origin"
  | "unsupported";

/** Whether the log of today continues the one that this browser kept. */
export type ContinuityCheck =
  | "first"
  | "unchanged"
  | "continues"
  | "broken"
  | "shorter"
  | "other_log"
  | "unchecked";

export type Verification =
  | { state: "waiting" }
  /** The page has no WebCrypto: it came over plain HTTP from another machine. */
  | { state: "unsupported" }
  | {
      state: "checked";
      leafNumber: number;
      treeSize: number;
      keyId: string;
      isIncluded: boolean;
      signature: SignatureCheck;
      continuity: ContinuityCheck;
      /** When the log was kept that this one was held against. */
      keptAt: string | undefined;
      /** What to keep from now on; undefined when anything at all was wrong. */
      keep: KeptLog | undefined;
    };

export type LogReader = {
  getProof: (entryId: string) => Promise<AuditProof>;
  getKeys: () => Promise<AuditKeys>;
  getConsistency: (from: number, to: number) => Promise<readonly string[]>;
};

type Signed = { check: SignatureCheck; checkpoint: Checkpoint | undefined; signedBy: readonly NoteKey[] };

/**
 * Proves in this page that an entry, as it is shown, stands in the log; that the log is signed; and that it
 * continues the log that this browser saw before. The server gives hashes and signatures, and is believed in
 * nothing but that this code is the code.
 */
export async function verifyEntry(input: {
  entry: AuditEntry;
  kept: KeptLog | undefined;
  read: LogReader;
  now: Date;
}): Promise<Verification> {
  const { entry, kept, read, now } = input;
  if (globalThis.crypto?.subtle === undefined) return { state: "unsupported" };
  const [{ inclusion }, published] = await Promise.all([read.getProof(entry.id), read.getKeys()]);
  if (!inclusion) return { state: "waiting" };
  const isSameLog = kept?.origin === published.origin;
  const signed = await checkSignature(inclusion.checkpoint, published, isSameLog ? kept : undefined);
  const isIncluded = await checkInclusion(entry, inclusion, signed.checkpoint);
  const continuity = await checkContinuity(signed.checkpoint, kept, { isSameLog, read });
  const isFine =
    isIncluded &&
    (signed.check === "kept_key" || signed.check === "first_key") &&
    (continuity === "first" || continuity === "unchanged" || continuity === "continues");
  const keys = new Set([...(kept?.keys ?? []), ...signed.signedBy.map(formatNoteKey)]);
  return {
    state: "checked",
    leafNumber: inclusion.leafIndex + 1,
    treeSize: signed.checkpoint?.treeSize ?? inclusion.treeSize,
    keyId: signed.signedBy[0]?.id ?? "",
    isIncluded,
    signature: signed.check,
    continuity,
    keptAt: kept?.keptAt,
    keep: isFine
      ? { origin: published.origin, note: inclusion.checkpoint, keys: [...keys], keptAt: now.toISOString() }
      : undefined,
  };
}

/** Keys that this browser knows decide; all that the server publishes only add to them, once those have signed. */
async function checkSignature(
  note: string,
  published: AuditKeys,
  kept: KeptLog | undefined,
): Promise<Signed> {
  const read = async (texts: readonly string[]) =>
    (await Promise.all(texts.map((text) => parseNoteKey(text, sha256)))).filter((key) => key !== undefined);
  const keys = await read([...new Set([...(kept?.keys ?? []), ...published.keys])]);
  const known = kept ? keys.filter((key) => kept.keys.includes(formatNoteKey(key))) : keys;
  try {
    const all = { note, origin: published.origin, verify: webVerifyEd25519 };
    const opened = await openCheckpoint({ ...all, keys: known });
    if (!opened.ok) {
      const check = opened.reason === "unknown_key" && kept ? "other_key" : opened.reason;
      return { check: check === "unknown_key" ? "forged" : check, checkpoint: undefined, signedBy: [] };
    }
    const complete = await openCheckpoint({ ...all, keys });
    const signedBy = complete.ok ? complete.signedBy : opened.signedBy;
    return { check: kept ? "kept_key" : "first_key", checkpoint: opened.checkpoint, signedBy };
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
    // A browser without Ed25519: the rest can still be computed, over what nobody vouches for.
    return { check: "unsupported", checkpoint: readUnverifiedCheckpoint(note), signedBy: [] };
  }
}

async function checkInclusion(
  entry: AuditEntry,
  inclusion: NonNullable<AuditProof["inclusion"]>,
  checkpoint: Checkpoint | undefined,
): Promise<boolean> {
  const salt = fromBase64(inclusion.salt);
  const proof = inclusion.proof.map(fromBase64).filter((hash) => hash !== undefined);
  if (!checkpoint || salt?.length !== 32 || proof.length !== inclusion.proof.length) return false;
  const sealed = { ...entry, workspaceId: inclusion.workspaceId };
  return verifyInclusion({
    leafHash: await auditLeafHash(sealed, salt, sha256),
    leafIndex: inclusion.leafIndex,
    treeSize: checkpoint.treeSize,
    rootHash: checkpoint.rootHash,
    proof,
    sha256,
  });
}

async function checkContinuity(
  now: Checkpoint | undefined,
  kept: KeptLog | undefined,
  { isSameLog, read }: { isSameLog: boolean; read: LogReader },
): Promise<ContinuityCheck> {
  const before = kept && readUnverifiedCheckpoint(kept.note);
  if (!before) return "first";
  if (!isSameLog) return "other_log";
  if (!now) return "unchecked";
  if (now.treeSize < before.treeSize) return "shorter";
  if (now.treeSize === before.treeSize)
    return sameBytes(now.rootHash, before.rootHash) ? "unchanged" : "broken";
  const texts = await read.getConsistency(before.treeSize, now.treeSize);
  const proof = texts.map(fromBase64).filter((hash) => hash !== undefined);
  const continues = await verifyConsistency({
    firstSize: before.treeSize,
    firstRoot: before.rootHash,
    secondSize: now.treeSize,
    secondRoot: now.rootHash,
    proof,
    sha256,
  });
  return continues && proof.length === texts.length ? "continues" : "broken";
}
