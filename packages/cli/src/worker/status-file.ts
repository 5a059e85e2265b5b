import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import path from "node:path";
import { z } from "zod";
import type { Terminal } from "../terminal/terminal.js";

/** What `worker run` leaves for `worker status`, in another process. */
const runningStatusSchema = z.strictObject({
  version: z.literal(1),
  pid: z.number().int(),
  startedAt: z.string(),
  state: z.enum(["connecting", "connected", "away", "stopped", "refused"]),
  /** Why it is away, or the code of the refusal. */
  why: z.string().nullable(),
  lastCheckInAt: z.string().nullable(),
  /** When the server last answered. */
  lastHeardAt: z.string().nullable(),
  lastRun: z
    .strictObject({
      runId: z.string(),
      outcome: z.string(),
      reasonCode: z.string().nullable(),
      endedAt: z.string(),
    })
    .nullable(),
  runsPerformed: z.number().int(),
});
export type RunningStatus = z.infer<typeof runningStatusSchema>;

/** Where the running worker of this client id leaves its status. */
export function statusFilePath(clientId: string, { env, home }: Terminal): string {
  const folder = env["XDG_STATE_HOME"] || path.join(home, ".local", "state");
  return path.join(folder, "pulsekeep", `worker-${clientId}.json`);
}

/** The status of the last `worker run` here; undefined when there was none. */
export async function findRunningStatus(file: string): Promise<RunningStatus | undefined> {
  try {
    const parsed = runningStatusSchema.safeParse(JSON.parse(await readFile(file, "utf8")));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}

/** Writes it whole; false where that is not possible (a read-only container), which stops no worker. */
export async function writeRunningStatus(file: string, status: RunningStatus): Promise<boolean> {
  try {
    await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
    await writeFile(`${file}.tmp`, `${JSON.stringify(status)}\n`, { mode: 0o600 });
    await rename(`${file}.tmp`, file);
    return true;
  } catch {
    return false;
  }
}
