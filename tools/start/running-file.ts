import { rmSync, writeFileSync } from "node:fs";
import path from "node:path";

/** What other local tools (browser tests, the demo) may know about a running product. */
export interface RunningProduct {
  url: string;
  supervisorPid: number;
  pids: Record<string, number>;
  databaseUrl: string;
  superuserUrl: string | undefined;
  redisUrl: string | undefined;
  standInUrl: string | undefined;
  emulated: Record<string, string> | undefined;
}

export function runningFile(dataDir: string): string {
  return path.join(dataDir, "running.json");
}

/** Written when the product is ready and removed when it stops; it holds passwords, so it is its owner's alone. */
export function writeRunningFile(dataDir: string, running: RunningProduct): void {
  writeFileSync(runningFile(dataDir), `${JSON.stringify(running, null, 2)}\n`, { mode: 0o600 });
}

export function removeRunningFile(dataDir: string): void {
  rmSync(runningFile(dataDir), { force: true });
}
