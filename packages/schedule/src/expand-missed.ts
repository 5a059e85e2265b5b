import { nextRun, type PlannedRun, type PulseTiming } from "./next-run.js";
import { planRecoveries, type RecoveryRules } from "./recovery.js";

export interface MissedRequest extends PulseTiming, RecoveryRules {
  /** The pulse's cursor: `occurrenceAt` of the last run that was put into the ledger. */
  cursorAt: Date;
  now: Date;
  /** A run is missed so many seconds after its `plannedAt`. */
  windowSeconds: number;
  /** Most occurrences to look at in one call. */
  limit?: number;
  /** As in `RecoveryRequest`; after a part with more to come, the last of its recoveries. */
  lastRecoveryAt?: Date;
}

/** Every occurrence between the old cursor and the new one, each in exactly one of `due` and `missed`. */
export interface MissedExpansion {
  /** Planned before now and still within their window: run them as planned, late. */
  due: PlannedRun[];
  /** Their window has closed; they go into the ledger as missed. */
  missed: PlannedRun[];
  /** Which of `missed` are done again, with a new `plannedAt`. */
  recoveries: PlannedRun[];
  /** The cursor to go on from. */
  cursorAt: Date;
  /** There is more before now; `catch_up_latest` waits for the last part. */
  hasMore: boolean;
}

const DEFAULT_LIMIT = 500;

/**
 * Says what a pulse missed while nobody planned it, however long that was, and what to do about
 * it. Bounded by `limit`: call again from the new cursor while `hasMore`.
 */
export function expandMissed(request: MissedRequest): MissedExpansion {
  const { runs, hasMore } = listPast(request);
  const closesMs = (run: PlannedRun) => run.plannedAt.getTime() + request.windowSeconds * 1_000;
  const due = runs.filter((run) => closesMs(run) > request.now.getTime());
  const missed = runs.filter((run) => closesMs(run) <= request.now.getTime());
  const undecided = hasMore && request.policy === "catch_up_latest";
  return {
    due,
    missed,
    recoveries: undecided ? [] : planRecoveries({ ...request, missed, due }),
    cursorAt: runs.at(-1)?.occurrenceAt ?? request.cursorAt,
    hasMore,
  };
}

function listPast(request: MissedRequest): { runs: PlannedRun[]; hasMore: boolean } {
  const limit = request.limit ?? DEFAULT_LIMIT;
  const runs: PlannedRun[] = [];
  let run = nextRun({ ...request, after: request.cursorAt });
  while (run !== undefined && run.plannedAt <= request.now) {
    if (runs.length === limit) return { runs, hasMore: true };
    runs.push(run);
    run = nextRun({ ...request, after: run.occurrenceAt });
  }
  return { runs, hasMore: false };
}
