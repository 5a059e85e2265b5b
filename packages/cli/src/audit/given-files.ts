import { readFile } from "node:fs/promises";
import type { AuditExport } from "@pulsekeep/contracts/api/audit";
import { readUnverifiedCheckpoint } from "@pulsekeep/signing/merkle/checkpoint";
import { CliFailure } from "../command-line/cli-failure.js";
import { readAuditExport } from "./audit-export.js";

/** Files that were named: exports, and checkpoints that were kept elsewhere. */
export interface GivenFiles {
  exports: { file: string; exported: AuditExport }[];
  /** Signed notes. */
  checkpoints: string[];
}

/** @throws CliFailure with exit code 2 for what is neither */
export async function readGivenFiles(files: readonly string[]): Promise<GivenFiles> {
  const given: GivenFiles = { exports: [], checkpoints: [] };
  for (const file of files) {
    const text = await readText(file);
    // Editors and copies add lines at the end, which a signed note has none of.
    const note = `${text.trimEnd()}\n`;
    if (readUnverifiedCheckpoint(note) !== undefined) given.checkpoints.push(note);
    else given.exports.push({ file, exported: readAuditExport(file, text) });
  }
  return given;
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch {
    throw new CliFailure("file_unreadable", `${file} cannot be read.`, { exitCode: 2 });
  }
}
