import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { findProcessIdentity } from "./process-identity.ts";
import { explainFileFailure, StartFailure } from "./start-failure.ts";

export interface DataLock {
  release(): void;
}

/**
 * Makes this process the only PulseKeep on a data directory. A lock whose process is gone is taken over.
 * @throws StartFailure naming the process that holds it
 */
export function acquireDataLock(dataDir: string): DataLock {
  const file = path.join(dataDir, "pulsekeep.lock");
  const mine = findProcessIdentity(process.pid);
  if (!mine) throw new Error("this process cannot identify itself");
  for (;;) {
    if (tryLink(file, mine)) return { release: () => releaseIfMine(file, mine) };
    const holder = readHolder(file);
    if (holder && findProcessIdentity(pidOf(holder)) === holder) {
      throw new StartFailure(
        `PulseKeep already runs on ${dataDir} (process ${pidOf(holder)}). ` +
          `Stop it first (kill ${pidOf(holder)}), or start a second one with another PULSEKEEP_DATA_DIR and PORT.`,
      );
    }
    discardStale(file, holder);
  }
}

/** A link appears with its content complete, unlike a file that is created and then written. */
function tryLink(file: string, content: string): boolean {
  const draft = `${file}.${process.pid}`;
  try {
    writeFileSync(draft, content, { mode: 0o600 });
    linkSync(draft, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw explainFileFailure(error, path.dirname(file));
  } finally {
    rmSync(draft, { force: true });
  }
}

/** Moves the stale lock away; if another start was faster and the lock is fresh by now, puts it back. */
function discardStale(file: string, expected: string | undefined): void {
  const aside = `${file}.stale.${process.pid}`;
  try {
    renameSync(file, aside);
    if (readHolder(aside) !== expected) linkSync(aside, file);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code !== "ENOENT" && code !== "EEXIST") throw explainFileFailure(error, path.dirname(file));
  } finally {
    rmSync(aside, { force: true });
  }
}

function releaseIfMine(file: string, mine: string): void {
  if (readHolder(file) === mine) rmSync(file, { force: true });
}

function readHolder(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}

function pidOf(identity: string): number {
  return Number.parseInt(identity, 10);
}
