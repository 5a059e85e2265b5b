import { awaitCondition } from "./await-condition.ts";
import { countOutbox, inspectStreams } from "./collect-facts.ts";
import type { Place } from "./place.ts";

/** How long to wait for each part. */
export type Patience = { planningMs: number; endingMs: number; emptyingMs: number };

const ENOUGH: Patience = { planningMs: 60_000, endingMs: 150_000, emptyingMs: 100_000 };
/** Recoveries that begin later are left alone. */
const AHEAD_SECONDS = 10;

export type Settled = { dueUntil: Date; pausedAt: Date; settledAt: Date; isCalm: boolean };

/**
 * Waits until everything that was due is planned, every run has ended, and nothing is on its way. When that
 * does not come about in time, `isCalm` is false and the checker says what is left.
 */
export async function settle(place: Place, patience: Patience = ENOUGH): Promise<Settled> {
  const { postgres, signal } = place;
  const dueUntil = await readClock(place);
  let isCalm = await holds("planned", patience.planningMs, signal, async () => {
    const text = "select count(*)::int as count from pulses where state = 'active' and next_due_at <= $1";
    const [row] = await postgres.query<{ count: number }>(text, [dueUntil]);
    return row?.count === 0;
  });
  await postgres.query("update pulses set state = 'paused' where state = 'active'");
  const pausedAt = await readClock(place);
  const settledAt = new Date(pausedAt.getTime() + AHEAD_SECONDS * 1_000);
  isCalm &&= await holds("ended", patience.endingMs, signal, async () => {
    const text = `select count(*)::int as count from runs
                  where ended_at is null and (state <> 'planned' or planned_at <= $1)`;
    const [row] = await postgres.query<{ count: number }>(text, [settledAt]);
    return row?.count === 0;
  });
  isCalm &&= await holds("emptied", patience.emptyingMs, signal, async () => {
    const left = (await inspectStreams(place)).filter(({ length, pending }) => length + pending > 0);
    return left.length === 0 && (await countOutbox(place)) === 0;
  });
  return { dueUntil, pausedAt, settledAt, isCalm };
}

export async function readClock({ postgres }: Place): Promise<Date> {
  const [row] = await postgres.query<{ now: Date }>("select clock_timestamp() as now");
  if (!row) throw new Error("the database has no time");
  return row.now;
}

async function holds(
  what: string,
  timeoutMs: number,
  signal: AbortSignal,
  look: () => Promise<boolean>,
): Promise<boolean> {
  try {
    return await awaitCondition(what, look, { timeoutMs, everyMs: 200, signal });
  } catch (error) {
    if (signal.aborted) throw error;
    return false;
  }
}
