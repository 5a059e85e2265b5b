import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import path from "node:path";
import { z } from "zod";
import { CliFailure } from "../command-line/cli-failure.js";

/** What is kept from one verification to the next, so that nobody can show another past. */
const keptLogSchema = z.strictObject({
  version: z.literal(1),
  origin: z.string(),
  /** The last checkpoint that was verified here. */
  note: z.string(),
  /** Keys that are trusted since they were first seen. */
  keys: z.array(z.string()).min(1),
  /** Right edge of the tree at `note`, so that only what came since is read the next time. */
  edge: z.array(z.string()).optional(),
  keptAt: z.string(),
});
export type KeptLog = z.infer<typeof keptLogSchema>;

/**
 * What was kept; undefined when nothing was.
 *
 * @throws CliFailure when the file is damaged: to pass it over would be to forget the past
 */
export async function findKeptLog(file: string): Promise<KeptLog | undefined> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw damaged(file);
  }
  try {
    return keptLogSchema.parse(JSON.parse(text));
  } catch {
    throw damaged(file);
  }
}

/** Keeps it, whole or not at all. @throws CliFailure */
export async function keepLog(file: string, kept: KeptLog): Promise<void> {
  try {
    await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
    await writeFile(`${file}.tmp`, `${JSON.stringify(kept, null, 2)}\n`, { mode: 0o600 });
    await rename(`${file}.tmp`, file);
  } catch {
    throw new CliFailure("file_not_writable", `${file} cannot be written.`, {
      hint: "The log was verified, but nothing was kept to hold the next one against. Name another file with --state.",
      exitCode: 2,
    });
  }
}

function damaged(file: string): CliFailure {
  return new CliFailure("state_damaged", `${file} cannot be read as what was kept of the log.`, {
    hint: "Put it back from a copy. Only if you know why it is damaged: move it away, and the log is seen as if for the first time.",
    exitCode: 2,
  });
}
