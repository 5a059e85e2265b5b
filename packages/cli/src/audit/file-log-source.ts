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

/** The log in an exported file. @throws CliFailure with exit code 2 when it is none */
export function fileLogSource(file: string, text: string): LogSource {
  const parsed = exportSchema.safeParse(readJson(text));
  if (!parsed.success) {
    throw new CliFailure("no_audit_export", `${file} is no exported audit log, and no checkpoint.`, {
      hint: "An export is JSON with the format pulsekeep/audit-export/v1; a checkpoint is a signed note.",
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

function readJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
