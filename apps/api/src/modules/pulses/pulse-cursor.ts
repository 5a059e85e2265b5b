import type { PulseUpdate } from "@pulsekeep/contracts/api/pulses";
import type { Jitter, RestRules, Schedule } from "@pulsekeep/contracts/schedule";
import { schema, type Transaction } from "@pulsekeep/database";
import { nextRun, type PlannedRun, replan } from "@pulsekeep/schedule";
import { and, desc, eq, sql } from "drizzle-orm";
import { AppError } from "../../http/app-error.js";
import type { PulseRow } from "./pulse-view.js";

const { runs } = schema;

/** Whether an edit changes when a pulse runs. */
export const timingChanged = (update: PulseUpdate): boolean =>
  Boolean(update.schedule ?? update.timeZone ?? update.jitter ?? update.rest);

type Timed = Pick<PulseRow, "id" | "timeZone" | "jitterSecret" | "schedule" | "jitter" | "rest">;

const timingOf = (pulse: Timed) => ({
  schedule: pulse.schedule as Schedule,
  timeZone: pulse.timeZone,
  pulseId: pulse.id,
  jitterSecret: pulse.jitterSecret,
  jitter: pulse.jitter as Jitter,
  rest: pulse.rest as RestRules,
});

/**
 * Where a new pulse begins.
 *
 * @throws AppError `invalid_schedule` when there is nothing to plan
 */
export function firstColumns(pulse: Timed, now: Date) {
  const next = nextRun({ ...timingOf(pulse), after: now });
  if (!next) return refuseEmpty(pulse, now);
  return { cursorAt: now, ...columnsOf(next) };
}

/**
 * How a pulse goes on by its new settings, at its distance from the last run that the schedule has given it.
 *
 * @throws AppError `invalid_schedule` when they leave nothing to plan
 */
export async function replanColumns(tx: Transaction, pulse: Timed & { cursorAt: Date }, now: Date) {
  const [last] = await tx
    .select({ plannedAt: runs.plannedAt })
    .from(runs)
    .where(and(eq(runs.pulseId, pulse.id), eq(runs.generation, 0), sql`${runs.slot} not like 'now:%'`))
    .orderBy(desc(runs.plannedAt))
    .limit(1);
  const { cursorAt } = pulse;
  const found = replan({
    ...timingOf(pulse),
    cursorAt,
    now,
    ...(last && { lastPlannedAt: last.plannedAt }),
  });
  if (!found) return refuseEmpty(pulse, now);
  return { cursorAt: found.cursorAt, ...columnsOf(found.next) };
}

const columnsOf = (next: PlannedRun) => ({
  nextSlot: next.slot,
  nextNominalAt: next.occurrenceAt,
  nextDueAt: next.plannedAt,
});

/** Names the rest rules where the schedule alone would have a run. */
function refuseEmpty(pulse: Timed, now: Date): never {
  const { rest: _rest, ...unrested } = timingOf(pulse);
  const path = nextRun({ ...unrested, after: now }) ? "rest" : "schedule";
  throw new AppError("invalid_schedule", { errors: [{ path, message: "it leaves no run to plan" }] });
}

/**
 * The latest that the delay of a pulse's next run could have chosen, as the preview shows it: never after its hours,
 * its day or too near to the run behind it.
 */
export function latestOf(pulse: Timed & { nextNominalAt: Date; nextDueAt: Date }): Date {
  const before = new Date(pulse.nextNominalAt.getTime() - 1);
  try {
    const next = nextRun({ ...timingOf(pulse), after: before });
    return next && next.latestAt > pulse.nextDueAt ? next.latestAt : pulse.nextDueAt;
  } catch (error) {
    // A pulse that cannot be planned any more, by a zone that is gone, must not hide the others of a list.
    if (error instanceof RangeError) return pulse.nextDueAt;
    throw error;
  }
}

/** The database's clock: the planner goes by it too. */
export async function readClock(tx: Transaction): Promise<Date> {
  const { rows } = await tx.execute<{ now: Date | string }>(sql`select clock_timestamp() as now`);
  return new Date(rows[0]?.now ?? Number.NaN);
}
