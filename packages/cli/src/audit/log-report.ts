import type { Checkpoint } from "@pulsekeep/signing/merkle/checkpoint";
import type { NoteKey } from "@pulsekeep/signing/merkle/signed-note";
import type { KeptLog } from "./kept-log.js";

/** What is wrong with a log. Adding one: a row here, and its words in `describe-report.ts`. */
export type FindingKind =
  | "key_malformed"
  | "other_log"
  | "unknown_key"
  | "forged_checkpoint"
  | "malformed_checkpoint"
  | "two_roots_of_one_size"
  | "shrunk"
  | "rewritten"
  | "proof_missing"
  | "leaves_differ"
  | "entry_differs";

interface Finding {
  kind: FindingKind;
  /** Number of leaves of the checkpoint, or index of the entry; null for the log as a whole. */
  at: number | null;
}

export interface LogReport {
  origin: string;
  findings: Finding[];
  /** The newest checkpoint whose signature holds. */
  newest: { treeSize: number; rootHash: string } | null;
  checkpoints: number;
  consistencyProofs: number;
  /** How many leaf hashes the roots were computed from; null when the source gives none. */
  leaves: number | null;
  entries: number;
  /** Checkpoints that were kept elsewhere and that the log continues. */
  witnesses: number;
  /** The log that was kept the last time. */
  previous: { treeSize: number; keptAt: string } | null;
  /** Short ids of the keys that signed the newest checkpoint. */
  signedBy: string[];
  /** What to keep from now on; undefined when anything is wrong, or the log is empty. */
  keep: KeptLog | undefined;
}

/** A checkpoint whose signature holds. */
export interface SignedCheckpoint extends Checkpoint {
  note: string;
  signedBy: readonly NoteKey[];
}

/** Writes a finding down. */
export function addFinding(report: LogReport, kind: FindingKind, at: number | null): void {
  report.findings.push({ kind, at });
}
