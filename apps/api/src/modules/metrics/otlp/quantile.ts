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
  const place = firstReaching(counted, bounds, rank);
  const [bound = 0, before = bound] = [bounds[place], bounds[place - 1]];
  const [reached, beforeCount] = [countUpTo(counted, bound), place === 0 ? 0 : countUpTo(counted, before)];
  return reached === beforeCount
    ? bound
    : before + ((bound - before) * (rank - beforeCount)) / (reached - beforeCount);
}

/** By halves: one export may bring hundreds of thousands of buckets, and each count goes through all of them. */
function firstReaching(intervals: readonly Interval[], bounds: readonly number[], rank: number): number {
  let [low, high] = [0, bounds.length - 1];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (countUpTo(intervals, bounds[middle] ?? 0) >= rank) high = middle;
    else low = middle + 1;
  }
  return low;
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
