import { MINUTE_MS } from "./local-date.js";
import { nextRun, type PlannedRun, type PulseTiming } from "./next-run.js";

export interface ReplanRequest extends PulseTiming {
  /** The pulse's cursor before it was edited, so that no occurrence is planned twice. */
  cursorAt: Date;
  now: Date;
  /** `plannedAt` of the last run that was planned, to keep the distance from. */
  lastPlannedAt?: Date;
}

export interface Replanned {
  /** The cursor to keep: planning on from it finds `next`. */
  cursorAt: Date;
  next: PlannedRun;
}

/**
 * Finds how a pulse goes on after an edit: with the first run that its new settings plan for later than now,
 * also when that run's occurrence has passed and only its delay has not, because else an edit between the
 * two would drop the run.
 * @returns undefined when the new settings leave no run.
 * @throws RangeError as `nextRun` does.
 */
export function replan({ cursorAt, now, ...request }: ReplanRequest): Replanned | undefined {
  // An occurrence older than the longest delay is planned before now.
  const oldestMs = now.getTime() - (request.jitter?.windowMinutes ?? 0) * MINUTE_MS - 1;
  let next = nextRun({ ...request, after: new Date(Math.max(cursorAt.getTime(), oldestMs)) });
  while (next !== undefined && next.plannedAt <= now) {
    next = nextRun({ ...request, after: next.occurrenceAt });
  }
  return next && { cursorAt: new Date(next.occurrenceAt.getTime() - 1), next };
}
