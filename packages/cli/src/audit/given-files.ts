import { readFile } from "node:fs/promises";
import { readUnverifiedCheckpoint } from "@pulsekeep/signing/merkle/checkpoint";
import { CliFailure } from "../command-line/cli-failure.js";
import { fileLogSource } from "./file-log-source.js";
import type { LogSource } from "./log-source.js";

/** Files that were named: one exported log, or checkpoints that were kept elsewhere. */
export interface GivenFiles {
  exported: LogSource | undefined;
  /** Signed notes. */
  checkpoints: string[];
}

/** @throws CliFailure with exit code 2 for what is neither */
export async function readGivenFiles(files: readonly string[]): Promise<GivenFiles> {
  const given: GivenFiles = { exported: undefined, checkpoints: [] };
  for (const file of files) {
    const text = await readText(file);
    // Editors and copies add lines at the end, which a signed note has none of.
    const note = `${text.trimEnd()}\n`;
    if (readUnverifiedCheckpoint(note) !== undefined) given.checkpoints.push(note);
    else if (given.exported === undefined) given.exported = fileLogSource(file, text);
    else throw new CliFailure("too_many_files", "One exported log at a time.", { exitCode: 2 });
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
