import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { EmbeddedPostgresError } from "./embedded-postgres-error.js";

/** What PostgreSQL says about itself in `postmaster.pid` (line 1 the pid, line 8 the state). */
export interface PostmasterFile {
  pid: number;
  isReady: boolean;
}

export function findPostmasterFile(cluster: string): PostmasterFile | undefined {
  const file = path.join(cluster, "postmaster.pid");
  if (!existsSync(file)) return undefined;
  const lines = readFileSync(file, "utf8").split("\n");
  return { pid: Math.abs(Number(lines[0])), isReady: lines[7]?.trim() === "ready" };
}

/**
 * Waits until no server uses the cluster, and removes what a crashed one left.
 *
 * After a crash of the process that started it, a server may still be shutting down. A pid that meanwhile
 * belongs to another program would make PostgreSQL refuse to start for ever, so we look at what runs there.
 */
export async function releaseCluster(cluster: string, timeoutMs: number): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const left = findPostmasterFile(cluster);
    if (!left) return;
    if (!isServerOf(cluster, left.pid)) return rm(path.join(cluster, "postmaster.pid"), { force: true });
    if (Date.now() > deadline) {
      throw new EmbeddedPostgresError(
        "in-use",
        `Another PostgreSQL (process ${left.pid}) uses ${cluster}. Stop the program that started it, then start again.`,
      );
    }
    await delay(50);
  }
}

function isServerOf(cluster: string, pid: number): boolean {
  try {
    const command = execFileSync("ps", ["-ww", "-o", "args=", "-p", String(pid)], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    });
    return command.includes(cluster);
  } catch {
    return false;
  }
}
