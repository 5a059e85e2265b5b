import { type AuditExport, auditExportSchema } from "@pulsekeep/contracts/api/audit";
import { readUnverifiedCheckpoint } from "@pulsekeep/signing/merkle/checkpoint";
import { CliFailure } from "../command-line/cli-failure.js";
import type { LogSource, ProvenEntry } from "./log-source.js";

/** An exported file. @throws CliFailure with exit code 2 when it is none */
export function readAuditExport(file: string, text: string): AuditExport {
  const parsed = auditExportSchema.safeParse(readJson(text));
  if (parsed.success && readUnverifiedCheckpoint(parsed.data.checkpoint) !== undefined) return parsed.data;
  throw new CliFailure("no_audit_export", `${file} is no exported audit log, and no checkpoint.`, {
    hint: "An export is JSON with the format pulsekeep/audit-export/v1; a checkpoint is a signed note.",
    exitCode: 2,
  });
}

/** The entries of an export, each with the size of the tree that its proof leads to. */
export function provenEntriesOf({ checkpoint, entries }: AuditExport): ProvenEntry[] {
  const treeSize = readUnverifiedCheckpoint(checkpoint)?.treeSize ?? 0;
  return entries.map((proven) => ({ ...proven, treeSize }));
}

/** A log of which nothing is known but one exported file: its checkpoint and its entries. */
export function exportSource(file: string, exported: AuditExport): LogSource {
  const { origin, keys, checkpoint } = exported;
  return {
    name: file,
    entries: provenEntriesOf(exported),
    readLog: () => Promise.resolve({ origin, keys, checkpoints: [checkpoint] }),
    findConsistency: () => Promise.resolve(undefined),
    findLeaves: () => Promise.resolve(undefined),
  };
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
