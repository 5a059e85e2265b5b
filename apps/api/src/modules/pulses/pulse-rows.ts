import { schema, type Transaction } from "@pulsekeep/database";
import { and, eq, sql } from "drizzle-orm";
import { AppError } from "../../http/app-error.js";
import type { PulseRow } from "./pulse-view.js";
import { PULSE_DELETED } from "./run-rules.js";

const { pulses, runs, workers } = schema;

/** What a run becomes that nobody will do. */
export const cancelledBy = (reason: "cancelled_by_user" | typeof PULSE_DELETED | "set_up_again") => ({
  state: "cancelled" as const,
  endedAt: sql`clock_timestamp()`,
  nextActionAt: null,
  reason,
});

/** Cancels what no worker has taken of a pulse that ends. */
export async function cancelRunsOf(tx: Transaction, pulseId: string): Promise<void> {
  await tx
    .update(runs)
    .set(cancelledBy(PULSE_DELETED))
    .where(and(eq(runs.pulseId, pulseId), sql`${runs.state} in ('planned', 'queued', 'offered')`));
}

/** @throws AppError `not_found` */
export async function lockPulse(tx: Transaction, id: string): Promise<PulseRow> {
  const [row] = await tx.select().from(pulses).where(eq(pulses.id, id)).for("update");
  if (!row) throw new AppError("not_found");
  return row;
}

/** Nothing was cancelled: because there is no such run, because it is cancelled already, or because it is too late. */
export async function refuseCancel(tx: Transaction, id: string): Promise<void> {
  const [run] = await tx.select({ state: runs.state }).from(runs).where(eq(runs.id, id));
  if (!run) throw new AppError("not_found");
  if (run.state !== "cancelled") throw new AppError("run_not_cancellable");
}

/** @throws AppError `too_many_pulses` */
export async function refuseTooMany(tx: Transaction, workspaceId: string, most: number): Promise<void> {
  // Two at once count one after the other.
  await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${`pulses ${workspaceId}`}, 0))`);
  if ((await tx.$count(pulses)) >= most) throw new AppError("too_many_pulses");
}

/**
 * A worker that could take runs, and is not removed before the transaction ends.
 *
 * @throws AppError `not_found`, `worker_not_ready`
 */
export async function getWorker(tx: Transaction, id: string) {
  const [worker] = await tx.select().from(workers).where(eq(workers.id, id)).for("key share");
  if (!worker) throw new AppError("not_found");
  if (worker.state !== "active") throw new AppError("worker_not_ready");
  return worker;
}
