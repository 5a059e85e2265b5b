/** Observations between two bounds; the upper one may be infinite. */
export type Interval = { lower: number; upper: number; count: number };

/**
 * The value below which a share `q` of all observations lies, assuming that they are spread evenly within each
 * interval (as Prometheus' `histogram_quantile`). Intervals may overlap, so histograms with other bounds add up.
 * What lies above the last finite bound counts as that bound. Undefined without observations.
 */
export function quantileOf(intervals: readonly Interval[], q: number): number | undefined {
  const counted = intervals.filter(({ count }) => count > 0).map(toFinite);
  const total = counted.reduce((sum, { count }) => sum + count, 0);
  if (total === 0) return undefined;
  const rank = q * total;
  const bounds = [...new Set(counted.flatMap(({ lower, upper }) => [lower, upper]))].sort((a, b) => a - b);
  let [before, beforeCount] = [bounds[0] ?? 0, 0];
  for (const bound of bounds) {
    const reached = countUpTo(counted, bound);
    if (reached >= rank)
      return reached === beforeCount
        ? bound
        : before + ((bound - before) * (rank - beforeCount)) / (reached - beforeCount);
    [before, beforeCount] = [bound, reached];
  }
  return before;
}

const toFinite = ({ lower, upper, count }: Interval): Interval => ({
  lower,
  upper: Number.isFinite(upper) ? upper : lower,
  count,
});

const countUpTo = (intervals: readonly Interval[], bound: number): number =>
  intervals.reduce((sum, { lower, upper, count }) => {
    if (bound >= upper) return sum + count;
    return bound <= lower ? sum : sum + (count * (bound - lower)) / (upper - lower);
  }, 0);
