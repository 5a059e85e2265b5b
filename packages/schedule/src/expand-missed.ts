import { nextRun, type PlannedRun, type PulseTiming } from "./next-run.js";
import { planRecoveries, type RecoveryRules } from "./recovery.js";
import { type LateRun, spreadLate } from "./spread-late.js";

export interface MissedRequest extends PulseTiming, RecoveryRules {
  /** The pulse's cursor: `occurrenceAt` of the last run that was put into the ledger. */
  cursorAt: Date;
  now: Date;
  /** A run is missed so many seconds after its `plannedAt`. */
  windowSeconds: number;
  /** What was planned for longer ago is late and not done at once. Without it nothing is late. */
  lateSeconds?: number;
  /** Most occurrences to look at in one call. */
  limit?: number;
  /** As in `RecoveryRequest`; after a part with more to come, the last of its recoveries. */
  lastRecoveryAt?: Date;
}

/** Every occurrence between the old cursor and the new one, each in exactly one of `due`, `late` and `missed`. */
export interface MissedExpansion {
  /** Planned before now and still within their window: run them now. */
  due: PlannedRun[];
  /** The same where the oldest of them is late: they begin one after the other, so that `due` is empty. */
  late: LateRun[];
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
  const open = runs.filter((run) => closesMs(run) > request.now.getTime());
  const missed = runs.filter((run) => closesMs(run) <= request.now.getTime());
  const late = isLate(open[0], request) ? spreadLate({ ...request, due: open }) : [];
  const undecided = hasMore && request.policy === "catch_up_latest";
  const busyUntil = latestOf(request.lastRecoveryAt, late.at(-1)?.startAt);
  return {
    due: late.length > 0 ? [] : open,
    late,
    missed,
    recoveries: undecided
      ? []
      : planRecoveries({ ...request, missed, due: open, ...(busyUntil && { lastRecoveryAt: busyUntil }) }),
    cursorAt: runs.at(-1)?.occurrenceAt ?? request.cursorAt,
    next,
    hasMore,
  };
}

function isLate(oldest: PlannedRun | undefined, { now, lateSeconds }: MissedRequest): boolean {
  if (oldest === undefined || lateSeconds === undefined) return false;
  return now.getTime() - oldest.plannedAt.getTime() >= lateSeconds * 1_000;
}

function latestOf(one: Date | undefined, other: Date | undefined): Date | undefined {
  return one === undefined || (other !== undefined && other > one) ? other : one;
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
