import { readFile } from "node:fs/promises";
import type pg from "pg";

/** CPU time by process id, in nanoseconds. */
export type PostgresCpu = ReadonlyMap<number, number>;

/** What every process of the database server has used so far; undefined where the kernel does not tell. */
export async function readPostgresCpu(pool: pg.Pool): Promise<PostgresCpu | undefined> {
  const { rows } = await pool.query<{ pid: number }>("select pid from pg_stat_activity");
  const used = new Map<number, number>();
  for (const { pid } of rows) {
    try {
      used.set(pid, Number((await readFile(`/proc/${pid}/schedstat`, "utf8")).split(" ")[0]));
    } catch {
      // Gone since then, or no such file on this system.
    }
  }
  return used.size > 0 ? used : undefined;
}

/** Microseconds used between two readings; a process that is new has used all of its own since. */
export function cpuUsBetween(
  before: PostgresCpu | undefined,
  after: PostgresCpu | undefined,
): number | undefined {
  if (!before || !after) return undefined;
  let nanoseconds = 0;
  for (const [pid, used] of after) nanoseconds += used - (before.get(pid) ?? 0);
  return nanoseconds / 1_000;
}
