import { mkdir, open, readFile, rename, rm } from "node:fs/promises";
import path from "node:path";
import { z } from "zod";
import { CliFailure } from "../command-line/cli-failure.js";
import { findText, type OptionSpec, type OptionValues } from "../command-line/command.js";
import type { Terminal } from "../terminal/terminal.js";

export const CONFIG_OPTION: OptionSpec = {
  value: "FILE",
  help: "where the worker's file is; default ~/.config/pulsekeep/worker.json, or PULSEKEEP_CONFIG",
};

/**
 * What this machine keeps of a worker. A worker on GitHub Actions has its secret in the repository alone; a
 * resident one needs it here. No GitHub token, ever.
 */
const workerFileSchema = z.strictObject({
  version: z.literal(1),
  kind: z.enum(["actions", "resident"]),
  serverUrl: z.url(),
  workerId: z.string(),
  clientId: z.string(),
  handshakeSecret: z.string().nullable(),
  repository: z.string(),
  githubApiUrl: z.url(),
  secretExpiresAt: z.string(),
});
export type WorkerFile = z.infer<typeof workerFileSchema>;

/** Where the worker's file is or goes. */
export function workerFilePath(options: OptionValues, { env, cwd, home }: Terminal): string {
  const named = findText(options, "config") ?? env["PULSEKEEP_CONFIG"];
  if (named !== undefined && named !== "") return path.resolve(cwd, named);
  return path.join(env["XDG_CONFIG_HOME"] || path.join(home, ".config"), "pulsekeep", "worker.json");
}

/** The worker's file, or undefined where there is none. @throws CliFailure when it cannot be read */
export async function findWorkerFile(file: string): Promise<WorkerFile | undefined> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw unreadable(file);
  }
  const parsed = workerFileSchema.safeParse(readJson(text));
  if (!parsed.success) throw unreadable(file);
  return parsed.data;
}

/** Finds out that the file can be written before anything is done that it has to hold. @throws CliFailure */
export async function requireWritable(file: string): Promise<void> {
  await writeDraft(file, "");
  await rm(draftOf(file), { force: true });
}

/** Writes it whole or not at all, for its owner's eyes only. @throws CliFailure */
export async function writeWorkerFile(file: string, content: WorkerFile): Promise<void> {
  await writeDraft(file, `${JSON.stringify(workerFileSchema.parse(content), null, 2)}\n`);
  await rename(draftOf(file), file);
}

const draftOf = (file: string): string => `${file}.${process.pid}.tmp`;

async function writeDraft(file: string, text: string): Promise<void> {
  try {
    await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
    const handle = await open(draftOf(file), "wx", 0o600);
    try {
      await handle.writeFile(text);
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch {
    throw new CliFailure("file_not_writable", `${file} cannot be written.`, {
      hint: "Choose another place with --config.",
    });
  }
}

function unreadable(file: string): CliFailure {
  return new CliFailure("file_unreadable", `${file} is not a worker's file, or may not be read.`, {
    hint: `Move it away and run "pulsekeep worker init" again, or name another with --config.`,
    exitCode: 2,
  });
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
