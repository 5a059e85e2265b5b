import { auditLeafHash, type SealedAuditEntry } from "@pulsekeep/signing/merkle/audit-leaf";
import { fromBase64, toBase64 } from "@pulsekeep/signing/merkle/bytes";
import { openCheckpoint } from "@pulsekeep/signing/merkle/checkpoint";
import { formatNoteKey, type NoteKey } from "@pulsekeep/signing/merkle/signed-note";
import { verifyInclusion } from "@pulsekeep/signing/merkle/verify-proof";
import { webVerifyEd25519 as verify } from "@pulsekeep/signing/merkle/web-crypto";
import { checkContinuity, decodeHashes } from "./check-continuity.js";
import { checkLeaves, rangeOf } from "./check-leaves.js";
import type { KeptLog } from "./kept-log.js";
import { addFinding, type LogReport, type SignedCheckpoint } from "./log-report.js";
import type { LogSource, ProvenEntry } from "./log-source.js";
import { sha256 } from "./node-sha256.js";
import { openCheckpoints, openWitnesses, readKeys } from "./open-checkpoints.js";

/** Proofs between neighbours that are asked for at most, where no leaves say more. */
const MAX_PROOFS = 100;

/**
 * Verifies a log: every checkpoint is signed by a key that is trusted, each continues the one before and the one
 * that was kept, the leaves give the roots, and the entries stand in it. Keys are trusted because they were kept,
 * because `pinned` names them, or because a checkpoint carries their signature beside a trusted one; without any
 * of these the published ones are taken as they are, this once.
 */
export async function verifyLog(input: {
  source: LogSource;
  kept: KeptLog | undefined;
  pinned: readonly string[];
  /** Checkpoints that were kept elsewhere; the log has to continue these too. */
  witnesses: readonly string[];
  /** Entries that were kept elsewhere, proven to some of these checkpoints. */
  entries?: readonly ProvenEntry[];
  now: Date;
}): Promise<LogReport> {
  const { source, kept, pinned, now } = input;
  const report = newReport(kept?.origin ?? "");
  const trusted = await readKeys(report, [...pinned, ...(kept?.keys ?? [])]);
  const past = kept && (await openKept(kept, trusted));
  if (kept && past === undefined) {
    addFinding(report, "forged_checkpoint", null);
    return report;
  }
  const published = await source.readLog(past?.treeSize ?? 0);
  report.origin = published.origin;
  if (kept && past) report.previous = { treeSize: past.treeSize, keptAt: kept.keptAt };
  if (kept && kept.origin !== published.origin) {
    addFinding(report, "other_log", null);
    return report;
  }
  const known = await readKeys(report, published.keys);
  const keyring = { known, trusted: trusted.length > 0 ? trusted : [...known] };
  const log = { origin: published.origin, notes: published.checkpoints, past };
  const signed = await openCheckpoints(report, log, keyring);
  const newest = signed.at(-1);
  if (newest === undefined) {
    if (past && report.findings.length === 0) addFinding(report, "shrunk", past.treeSize);
    return report;
  }
  report.newest = { treeSize: newest.treeSize, rootHash: toBase64(newest.rootHash) };
  report.signedBy = newest.signedBy.map(({ id }) => id);
  const edge = await checkLeaves(report, source, { signed, start: await rangeOf(past, kept?.edge) });
  await checkContinuity(report, source, thinned(past ? [past, ...signed] : signed, edge !== undefined));
  const elsewhere = { origin: published.origin, notes: input.witnesses };
  const witnesses = await openWitnesses(report, elsewhere, keyring.trusted);
  for (const witness of witnesses) {
    await checkContinuity(report, source, [witness, newest]);
    report.witnesses += 1;
  }
  for (const entry of [...source.entries, ...(input.entries ?? [])])
    await checkEntry(report, entry, [...signed, ...witnesses]);
  if (report.findings.length === 0) {
    const keys = keyring.trusted.map(formatNoteKey);
    const { note } = newest;
    report.keep = { version: 1, origin: published.origin, note, keys, edge, keptAt: now.toISOString() };
  }
  return report;
}

function newReport(origin: string): LogReport {
  return {
    origin,
    findings: [],
    newest: null,
    checkpoints: 0,
    consistencyProofs: 0,
    leaves: null,
    entries: 0,
    witnesses: 0,
    previous: null,
    signedBy: [],
    keep: undefined,
  };
}

async function openKept(kept: KeptLog, keys: readonly NoteKey[]): Promise<SignedCheckpoint | undefined> {
  const opened = await openCheckpoint({ note: kept.note, origin: kept.origin, keys, verify });
  return opened.ok ? { ...opened.checkpoint, note: kept.note, signedBy: opened.signedBy } : undefined;
}

/** Leaves that give every root have shown more than proofs between neighbours could. */
function thinned(chain: readonly SignedCheckpoint[], hasLeaves: boolean): readonly SignedCheckpoint[] {
  const most = hasLeaves ? 1 : MAX_PROOFS;
  return chain.length <= most + 1 ? chain : [...chain.slice(0, 1), ...chain.slice(-most)];
}

async function checkEntry(
  report: LogReport,
  proven: ProvenEntry,
  signed: readonly SignedCheckpoint[],
): Promise<void> {
  const checkpoint = signed.find(({ treeSize }) => treeSize === proven.treeSize);
  const salt = fromBase64(proven.salt);
  const proof = decodeHashes(proven.proof);
  const leafHash = salt && (await findLeafHash(proven.entry, salt));
  const stands =
    checkpoint !== undefined &&
    proof !== undefined &&
    leafHash !== undefined &&
    (await verifyInclusion({ ...checkpoint, leafHash, leafIndex: proven.leafIndex, proof, sha256 }));
  if (stands) report.entries += 1;
  else addFinding(report, "entry_differs", proven.leafIndex);
}

/** Undefined for what cannot be an entry: nothing has its hash. */
async function findLeafHash(entry: unknown, salt: Uint8Array): Promise<Uint8Array | undefined> {
  try {
    return await auditLeafHash(entry as SealedAuditEntry, salt, sha256);
  } catch {
    return undefined;
  }
}
