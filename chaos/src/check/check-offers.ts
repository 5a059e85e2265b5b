import type { Facts, RunFact } from "./facts.ts";
import type { Violation } from "./violation.ts";

/** So long after the last fault everything that was lost has been noticed. */
const NOTICED_MS = 8_000;
/** No later than this is planned what is planned in time. */
const IN_TIME_MS = 1_000;

/**
 * A run that is missed although its worker asked for work twice, in vain, when there was no fault any more and the
 * run stood first in its lane: an engine that forgets to offer would otherwise look like a worker that is away.
 */
export function checkOffers({ log, runs, dueUntil }: Facts): Violation[] {
  const calmMs = dueUntil.getTime() + NOTICED_MS;
  const inVain = Map.groupBy(
    log.filter((entry) => entry.kind === "claim" && entry.granted.length === 0 && entry.at > calmMs),
    (entry) => (entry.kind === "claim" ? entry.worker : ""),
  );
  const lanes = Map.groupBy(runs, ({ laneId }) => laneId);
  return runs.flatMap((run) => {
    if (run.state !== "missed" || run.attempts > 0 || run.seq === null) return [];
    const firstMs = Math.max(
      calmMs,
      run.plannedAt.getTime() + NOTICED_MS,
      begunMs(run),
      freeAtMs(run, lanes.get(run.laneId) ?? []),
    );
    const isInTime = ({ at }: { at: number }) => at > firstMs && at < run.windowEndsAt.getTime();
    // Once may be a coincidence: the row was locked just then.
    const [, asked] = (inVain.get(run.workerId) ?? []).filter(isInTime);
    if (asked === undefined) return [];
    const detail = `its worker got nothing at ${new Date(asked.at).toISOString()}`;
    return [{ rule: "missed_while_asked_for", run: run.id, detail }];
  });
}

/** What was planned late begins in the first half of what was left of its window. */
function begunMs({ plannedAt, createdAt, windowEndsAt }: RunFact): number {
  const isLate = createdAt.getTime() - plannedAt.getTime() > IN_TIME_MS;
  return isLate ? (createdAt.getTime() + windowEndsAt.getTime()) / 2 : 0;
}

/** When the last run before it in its lane had ended, and some time for the news to spread. */
function freeAtMs(run: RunFact, lane: readonly RunFact[]): number {
  const before = lane.filter(({ seq }) => seq !== null && run.seq !== null && seq < run.seq);
  return Math.max(
    0,
    ...before.map(({ endedAt }) => (endedAt?.getTime() ?? Number.POSITIVE_INFINITY) + NOTICED_MS),
  );
}
