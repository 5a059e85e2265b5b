import type { GateWorker } from "./known-worker.js";

/** A handshake is worth this long; a worker that stays makes the next one before it is over. */
export const SESSION_MINUTES = 10;

type Kind = GateWorker["kind"];

/** So many in a row that were expected and did not come are no bad luck any more. */
export const MISSED_CHECK_INS = 3;

/** How far check-ins are apart, and how late one may be without anything being wrong: GitHub delays its schedules. */
export const CADENCES: Readonly<Record<Kind, { everyMinutes: number; lateMinutes: number }>> = {
  actions: { everyMinutes: 60, lateMinutes: 30 },
  resident: { everyMinutes: SESSION_MINUTES, lateMinutes: 5 },
};

/** How long after the next expected check-in a worker that has not come is silent. */
export function silentAfterMinutes(kind: Kind): number {
  const { everyMinutes, lateMinutes } = CADENCES[kind];
  return (MISSED_CHECK_INS - 1) * everyMinutes + lateMinutes;
}

/** When a worker that has just been heard is expected again: at the minute of its schedule, or while its session lasts. */
export function nextCheckIn({ kind, cronMinute }: Pick<GateWorker, "kind" | "cronMinute">, now: Date): Date {
  return kind === "actions"
    ? nextAtMinute(cronMinute, now)
    : new Date(now.getTime() + SESSION_MINUTES * 60_000);
}

/**
 * The same for a handshake; `undefined` where nobody here can know: a worker on its user's machine that says what woke
 * it is started by a scheduler of that user's own.
 */
export function findNextCheckIn(
  worker: Pick<GateWorker, "kind" | "cronMinute">,
  wokenBy: string | null,
  now: Date,
): Date | undefined {
  return worker.kind === "resident" && wokenBy !== null ? undefined : nextCheckIn(worker, now);
}

function nextAtMinute(cronMinute: number, now: Date): Date {
  const next = new Date(now);
  next.setUTCMinutes(cronMinute, 0, 0);
  if (next <= now) next.setUTCHours(next.getUTCHours() + 1);
  return next;
}
