import { keyedUnit } from "./keyed-unit.js";
import { minimumGapMsOf, type PlannedRun, type PulseTiming } from "./next-run.js";

/** A run that nobody planned in time, and when it begins instead. */
export interface LateRun {
  run: PlannedRun;
  startAt: Date;
}

interface LateRequest extends PulseTiming {
  now: Date;
  /** Runs of the pulse whose windows are open, oldest first. */
  due: readonly PlannedRun[];
  windowSeconds: number;
  spreadSeconds: number;
}

/**
 * Says when runs begin that became late while nobody was there to plan them: all at once would be a burst, of one
 * pulse and of all that waited. The first begins within `spreadSeconds` from now, and no more than the time again that
 * it is late; its pulse decides when. Each of the others follows at the minimum distance from the one before. Where time is short they are closer: each begins in the
 * first half of what is left of its window, so that a worker has the other half to come.
 */
export function spreadLate(request: LateRequest): LateRun[] {
  const { due, jitterSecret, pulseId, windowSeconds } = request;
  const nowMs = request.now.getTime();
  const gapMs = minimumGapMsOf(request);
  const halfLeftMs = ({ plannedAt }: PlannedRun) =>
    Math.max(0, plannedAt.getTime() + windowSeconds * 1_000 - nowMs) / 2;
  const [first] = due;
  if (first === undefined) return [];
  const share = keyedUnit(jitterSecret, `late\n${pulseId}\n${first.slot}`);
  const lateMs = nowMs - first.plannedAt.getTime();
  const waitMs = share * Math.min(request.spreadSeconds * 1_000, lateMs, halfLeftMs(first));
  return due.map((run, index) => ({
    run,
    startAt: new Date(nowMs + Math.floor(Math.min(waitMs + index * gapMs, halfLeftMs(run)))),
  }));
}
