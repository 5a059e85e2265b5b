import { schema, type Transaction } from "@pulsekeep/database";
import { and, eq, sql } from "drizzle-orm";
import { MOST_LEASES } from "./run-rules.js";

const { runs } = schema;

export type HeldRun = { runId: string; leaseExpiresAt: Date };

/**
 * Extends leases by the database's clock, of runs whose claim is still the latest; the others are left out. A lease
 * that has run out is extended too while nobody has taken the run back. Not for ever: `MOST_LEASES` from the claim
 * on, lest a worker that hangs hold up its lane.
 */
export async function extendLeases(
  tx: Transaction,
  ask: { workerId: string; runs: readonly { runId: string; fence: number }[]; leaseSeconds: number },
): Promise<HeldRun[]> {
  const { workerId, leaseSeconds } = ask;
  const held: HeldRun[] = [];
  // In one order, so that two heartbeats do not wait for each other.
  for (const { runId, fence } of ask.runs.toSorted((one, other) => (one.runId < other.runId ? -1 : 1))) {
    const [run] = await tx
      .update(runs)
      .set({
        leaseExpiresAt: sql`greatest(${runs.leaseExpiresAt}, least(
          clock_timestamp() + make_interval(secs => ${leaseSeconds}),
          ${runs.claimedAt} + make_interval(secs => ${leaseSeconds * MOST_LEASES})))`,
      })
      .where(
        and(
          eq(runs.id, runId),
          eq(runs.workerId, workerId),
          eq(runs.fence, fence),
          eq(runs.state, "claimed"),
        ),
      )
      .returning({ leaseExpiresAt: runs.leaseExpiresAt });
    if (run?.leaseExpiresAt) held.push({ runId, leaseExpiresAt: run.leaseExpiresAt });
  }
  return held;
}
