/** Where a due endpoint stands on its grid of ticks `dueAt + k * intervalSeconds`. */
export type GridStep = {
  /** True when the due tick is the latest one; false when whole ticks went by and it is too late for all of them. */
  isOnTime: boolean;
  /** The next tick: after `now`, on the same grid. */
  nextAt: Date;
};

/**
 * One step on an endpoint's grid. Ticks never drift with the time that a scrape takes, and after a pause an
 * endpoint waits for its next tick instead of being asked at once: all endpoints would be.
 *
 * @param step.dueAt the tick that is due, not after `now`
 * @param step.intervalSeconds the distance of ticks up to now, above 0
 * @param step.nextIntervalSeconds the distance from now on, above 0
 */
export function stepOnGrid(step: {
  dueAt: Date;
  now: Date;
  intervalSeconds: number;
  nextIntervalSeconds: number;
}): GridStep {
  const lateMs = Math.max(0, step.now.getTime() - step.dueAt.getTime());
  const nextMs = step.nextIntervalSeconds * 1_000;
  const ticks = Math.floor(lateMs / nextMs) + 1;
  return {
    isOnTime: lateMs < step.intervalSeconds * 1_000,
    nextAt: new Date(step.dueAt.getTime() + ticks * nextMs),
  };
}
