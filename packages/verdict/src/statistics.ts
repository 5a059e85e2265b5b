/** Mean of a non-empty list. */
export function mean(values: readonly number[]): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum / values.length;
}

/** Ascending copy. */
export function sorted(values: readonly number[]): number[] {
  return Float64Array.from(values).sort() as unknown as number[];
}

/** Linear-interpolated quantile of an ascending, non-empty list; `share` in 0..1. */
export function quantileOfSorted(ascending: ArrayLike<number>, share: number): number {
  const position = (ascending.length - 1) * share;
  const low = Math.floor(position);
  const below = ascending[low] ?? Number.NaN;
  const above = ascending[Math.min(low + 1, ascending.length - 1)] ?? below;
  return below + (above - below) * (position - low);
}

/** Middle of a non-empty list. */
export function median(values: readonly number[]): number {
  return quantileOfSorted(sorted(values), 0.5);
}

/**
 * Robust standard deviation of an ascending list: the larger of the scaled interquartile and interdecile
 * ranges, so that neither a flat middle nor one wild sample decides alone.
 */
export function robustSpread(ascending: ArrayLike<number>): number {
  const quartiles = (quantileOfSorted(ascending, 0.75) - quantileOfSorted(ascending, 0.25)) / 1.349;
  const deciles = (quantileOfSorted(ascending, 0.9) - quantileOfSorted(ascending, 0.1)) / 2.563;
  return Math.max(quartiles, deciles);
}

/** Least-squares slope of `values` per index step; 0 for fewer than three values. */
export function slopePerStep(values: readonly number[]): number {
  const count = values.length;
  if (count < 3) return 0;
  const middle = (count - 1) / 2;
  const level = mean(values);
  let cross = 0;
  let square = 0;
  for (let i = 0; i < count; i += 1) {
    cross += (i - middle) * ((values[i] ?? level) - level);
    square += (i - middle) ** 2;
  }
  return cross / square;
}
