import { Injectable } from "@nestjs/common";
import { schema, type Transaction } from "@pulsekeep/database";
import { and, eq, inArray, isNull, sql } from "drizzle-orm";
import { enqueue, notice } from "../../platform/outbox.js";

const { lanes, pulses, runNotices, runs } = schema;

const REASON = "worker_removed";

/** What becomes of a worker's pulses and runs when there is no worker any more. */
@Injectable()
export class WorkerRunsService {
  /**
   * Ends all that is open, in the transaction that removes the worker: what nobody took is cancelled, and of what
   * was taken nobody can report any more. Its pulses are paused; their history stays.
   */
  async endRunsOf(
    tx: Transaction,
    worker: { id: string; workspaceId: string },
  ): Promise<{ runsCancelled: number; runsUnknown: number; pulsesPaused: number }> {
    // Its runs before its pulses and these before its lanes, as everybody locks them.
    const first = await endOpen(tx, worker);
    const paused = await tx
      .update(pulses)
      .set({ state: "paused", updatedAt: sql`clock_timestamp()` })
      .where(and(eq(pulses.workerId, worker.id), eq(pulses.state, "active")))
      .returning({ id: pulses.id });
    // Whoever asks for a run now holds its lane until it is written.
    await tx
      .select({ id: lanes.id })
      .from(lanes)
      .where(eq(lanes.workerId, worker.id))
      .orderBy(lanes.id)
      .for("update");
    // What was queued in between.
    const second = await endOpen(tx, worker);
    const unknown = [...first.unknown, ...second.unknown];
    const cancelled = [...first.cancelled, ...second.cancelled];
    const { workspaceId } = worker;
    if (unknown.length > 0)
      await tx
        .insert(runNotices)
        .values(unknown.map((run) => ({ ...run, workspaceId, kind: "unknown" as const, reason: REASON })))
        .onConflictDoNothing();
    // One of each: there may be tens of thousands, and whoever hears of one looks at them all.
    const [run, pulse] = [[...unknown, ...cancelled][0], paused[0]];
    await enqueue(
      tx,
      ...(run ? [notice(workspaceId, "run.changed", run.runId, run.pulseId)] : []),
      ...(pulse ? [notice(workspaceId, "pulse.changed", pulse.id)] : []),
    );
    return {
      runsCancelled: cancelled.length,
      runsUnknown: unknown.length,
      pulsesPaused: paused.length,
    };
  }
}

/** What nobody has taken is cancelled; of what was taken nobody knows. */
async function endOpen(tx: Transaction, worker: { id: string }) {
  // By its lanes: what is open in a lane has an index, the workspace's history has not.
  const own = tx.select({ id: lanes.id }).from(lanes).where(eq(lanes.workerId, worker.id));
  const open = and(eq(runs.workerId, worker.id), isNull(runs.endedAt), inArray(runs.laneId, own));
  const end = { endedAt: sql`clock_timestamp()`, nextActionAt: null, leaseExpiresAt: null, reason: REASON };
  const unknown = await tx
    .update(runs)
    .set({ ...end, state: "unknown" })
    .where(and(open, eq(runs.state, "claimed")))
    .returning({ runId: runs.id, pulseId: runs.pulseId });
  const cancelled = await tx
    .update(runs)
    .set({ ...end, state: "cancelled" })
    .where(and(open, inArray(runs.state, ["planned", "queued", "offered"])))
    .returning({ runId: runs.id, pulseId: runs.pulseId });
  return { unknown, cancelled };
}
