import { readFile } from "node:fs/promises";
import { z } from "zod";
import { CliFailure } from "../command-line/cli-failure.js";
import type { LogSource } from "./log-source.js";

const hashes = z.array(z.string());

/** A log that was exported into one file, with what proves it. */
const exportSchema = z.object({
  format: z.literal("pulsekeep/audit-export/v1"),
  origin: z.string(),
  keys: z.array(z.string()),
  checkpoints: z.array(z.string()),
  consistency: z.array(z.object({ from: z.number(), to: z.number(), proof: hashes })).default([]),
  leaves: hashes.optional(),
  entries: z
    .array(
      z.object({
        entry: z.unknown(),
        salt: z.string(),
        leafIndex: z.number(),
        treeSize: z.number(),
        proof: hashes,
      }),
    )
    .default([]),
});

/** Reads an exported file. @throws CliFailure with exit code 2 when it is none */
export async function fileLogSource(file: string): Promise<LogSource> {
  const parsed = exportSchema.safeParse(await readJson(file));
  if (!parsed.success) {
    throw new CliFailure("no_audit_export", `${file} is no exported audit log.`, {
      hint: "An export is JSON with the format pulsekeep/audit-export/v1.",
      exitCode: 2,
    });
  }
  const { origin, keys, checkpoints, consistency, leaves, entries } = parsed.data;
  return {
    name: file,
    entries: entries.map((proven) => ({ ...proven, entry: proven.entry as unknown })),
    readLog: () => Promise.resolve({ origin, keys, checkpoints }),
    findConsistency: (from, to) =>
      Promise.resolve(consistency.find((proof) => proof.from === from && proof.to === to)?.proof),
    findLeaves: (from, to) => Promise.resolve(leaves && onePiece(leaves.slice(from, to))),
  };
}

async function* onePiece(leaves: readonly string[]): AsyncGenerator<readonly string[]> {
  yield leaves;
}

async function readJson(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, "utf8")) as unknown;
  } catch {
    throw new CliFailure("file_unreadable", `${file} cannot be read as JSON.`, { exitCode: 2 });
  }
}
