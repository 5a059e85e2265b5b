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
  /** The run behind the cursor; `undefined` when the schedule has ended. */
  next: PlannedRun | undefined;
  /** There is more before now; `catch_up_latest` waits for the last part. */
  hasMore: boolean;
}

const DEFAULT_LIMIT = 500;

/**
 * Says what a pulse missed while nobody planned it, however long that was, and what to do about
 * it. Bounded by `limit`: call again from the new cursor while `hasMore`.
 */
export function expandMissed(request: MissedRequest): MissedExpansion {
  const { runs, next, hasMore } = listPast(request);
  const closesMs = (run: PlannedRun) => run.plannedAt.getTime() + request.windowSeconds * 1_000;
  const due = runs.filter((run) => closesMs(run) > request.now.getTime());
  const missed = runs.filter((run) => closesMs(run) <= request.now.getTime());
  const undecided = hasMore && request.policy === "catch_up_latest";
  return {
    due,
    missed,
    recoveries: undecided ? [] : planRecoveries({ ...request, missed, due }),
    cursorAt: runs.at(-1)?.occurrenceAt ?? request.cursorAt,
    next,
    hasMore,
  };
}

function listPast(
  request: MissedRequest,
): Pick<MissedExpansion, "next" | "hasMore"> & { runs: PlannedRun[] } {
  const limit = request.limit ?? DEFAULT_LIMIT;
  const runs: PlannedRun[] = [];
  let next = nextRun({ ...request, after: request.cursorAt });
  while (next !== undefined && next.plannedAt <= request.now) {
    if (runs.length === limit) return { runs, next, hasMore: true };
    runs.push(next);
    next = nextRun({ ...request, after: next.occurrenceAt });
  }
  return { runs, next, hasMore: false };
}
