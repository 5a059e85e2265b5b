/** Mean of a non-empty list. */
export function mean(values: readonly number[]): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum / values.length;
}

/** Ascending copy. */
export function sorted(values: readonly number[]): number[] {
  return new Float64Array(values).sort() as unknown as number[];
}

/** Linear-interpolated quantile of an ascending, non-empty list; `share` in 0..1. */
export function quantileOfSorted(ascending: ArrayLike<number>, share: number): number {
  const position = (ascending.length - 1) * share;
  const low = Math.floor(position);
  const below = ascending[low] ?? Number.NaN;
  const above = ascending[Math.min(low + 1, ascending.length - 1)] ?? below;
  return below + (above - below) * (position - low);
}

/** Middle of a non-empty list; only what is needed of it is put in order (Hoare's selection). */
export function median(values: readonly number[]): number {
  const copy = new Float64Array(values);
  const upper = selected(copy, copy.length >> 1);
  if (copy.length % 2 === 1) return upper;
  let lower = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < copy.length >> 1; i += 1) lower = Math.max(lower, copy[i] ?? lower);
  return lower + (upper - lower) / 2;
}

/** The value that belongs at `position`; everything before it is no larger afterwards. */
function selected(values: Float64Array, position: number): number {
  let left = 0;
  let right = values.length - 1;
  while (left < right) {
    const pivot = values[position] ?? 0;
    let low = left;
    let high = right;
    while (low <= high) {
      while ((values[low] ?? pivot) < pivot) low += 1;
      while ((values[high] ?? pivot) > pivot) high -= 1;
      if (low > high) break;
      const moved = values[low] ?? 0;
      values[low] = values[high] ?? 0;
      values[high] = moved;
      low += 1;
      high -= 1;
    }
    if (high < position) left = low;
    if (position < low) right = high;
  }
  return values[position] ?? Number.NaN;
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
