import { sameBytes } from "@pulsekeep/signing/merkle/bytes";
import {
  type CheckpointRefusal,
  openCheckpoint,
  readUnverifiedCheckpoint,
} from "@pulsekeep/signing/merkle/checkpoint";
import { type NoteKey, parseNoteKey } from "@pulsekeep/signing/merkle/signed-note";
import { webVerifyEd25519 as verify } from "@pulsekeep/signing/merkle/web-crypto";
import { addFinding, type FindingKind, type LogReport, type SignedCheckpoint } from "./log-report.js";
import { sha256 } from "./node-sha256.js";

/** Keys that the log publishes, and those of them that are believed. */
export interface Keyring {
  known: readonly NoteKey[];
  trusted: NoteKey[];
}

const KIND_OF: Readonly<Record<CheckpointRefusal, FindingKind>> = {
  unknown_key: "unknown_key",
  forged: "forged_checkpoint",
  malformed: "malformed_checkpoint",
  wrong_origin: "other_log",
};

/** Reads public keys; one that is malformed is a finding. */
export async function readKeys(report: LogReport, texts: readonly string[]): Promise<NoteKey[]> {
  const keys: NoteKey[] = [];
  for (const text of texts) {
    const key = await parseNoteKey(text, sha256);
    if (key === undefined) addFinding(report, "key_malformed", null);
    else if (!includes(keys, key)) keys.push(key);
  }
  return keys;
}

/**
 * Opens published checkpoints from the smallest on. A key becomes trusted once it signed beside one that is: so the
 * keys' rotation is followed without believing anybody.
 *
 * @param log.past the checkpoint that was kept; what came before it was verified then
 */
export async function openCheckpoints(
  report: LogReport,
  log: { origin: string; notes: readonly string[]; past: SignedCheckpoint | undefined },
  keyring: Keyring,
): Promise<SignedCheckpoint[]> {
  const { origin, past } = log;
  const sized = log.notes.map((note) => ({
    note,
    treeSize: readUnverifiedCheckpoint(note)?.treeSize ?? null,
  }));
  sized.sort((one, other) => (one.treeSize ?? 0) - (other.treeSize ?? 0));
  const signed: SignedCheckpoint[] = [];
  for (const { note, treeSize } of sized) {
    if (past && treeSize !== null && treeSize < past.treeSize) continue;
    const opened = await openCheckpoint({ note, origin, keys: keyring.trusted, verify });
    if (!opened.ok) {
      // Before a key that was named signed for the first time, others did: nothing is said about those.
      const isBefore = opened.reason === "unknown_key" && past === undefined && signed.length === 0;
      if (!isBefore) addFinding(report, KIND_OF[opened.reason], treeSize);
      continue;
    }
    signed.push({
      ...opened.checkpoint,
      note,
      signedBy: await trustOthers(keyring, note, origin, opened.signedBy),
    });
  }
  if (past === undefined && signed.length === 0 && sized.length > 0 && report.findings.length === 0)
    addFinding(report, "unknown_key", sized.at(-1)?.treeSize ?? null);
  report.checkpoints = signed.length;
  return withoutTwins(report, signed);
}

/** Opens checkpoints that were kept elsewhere, in a worker's repository for one. */
export async function openWitnesses(
  report: LogReport,
  { origin, notes }: { origin: string; notes: readonly string[] },
  keys: readonly NoteKey[],
): Promise<SignedCheckpoint[]> {
  const signed: SignedCheckpoint[] = [];
  for (const note of notes) {
    const opened = await openCheckpoint({ note, origin, keys, verify });
    if (opened.ok) signed.push({ ...opened.checkpoint, note, signedBy: opened.signedBy });
    else addFinding(report, KIND_OF[opened.reason], readUnverifiedCheckpoint(note)?.treeSize ?? null);
  }
  return signed;
}

async function trustOthers(
  keyring: Keyring,
  note: string,
  origin: string,
  signedBy: readonly NoteKey[],
): Promise<readonly NoteKey[]> {
  const others = await openCheckpoint({ note, origin, keys: keyring.known, verify });
  if (!others.ok) return signedBy;
  for (const key of others.signedBy) if (!includes(keyring.trusted, key)) keyring.trusted.push(key);
  return others.signedBy;
}

function withoutTwins(report: LogReport, signed: readonly SignedCheckpoint[]): SignedCheckpoint[] {
  return signed.filter((checkpoint, index) => {
    const before = signed[index - 1];
    if (before?.treeSize !== checkpoint.treeSize) return true;
    if (!sameBytes(before.rootHash, checkpoint.rootHash))
      addFinding(report, "two_roots_of_one_size", checkpoint.treeSize);
    return false;
  });
}

function includes(keys: readonly NoteKey[], key: NoteKey): boolean {
  return keys.some(({ name, publicKey }) => name === key.name && sameBytes(publicKey, key.publicKey));
}
