import { autocorrelation, varianceInflation } from "./autocorrelation.js";
import { mean, median } from "./statistics.js";

/** How much the samples vary now against before. */
export interface SpreadChange {
  /** Mean distance from the middle, after over before. */
  ratio: number;
  /** The difference as a deviate, whatever its direction. */
  deviate: number;
}

/** With fewer samples nothing is said about how they vary. */
const FEWEST_PRE = 12;
const FEWEST_POST = 6;

/** High, because nobody looks for it and no direction is asked. */
const CLEAR_DEVIATE = 3.5;
const CLEAR_FACTOR = 2;

/**
 * Whether samples vary otherwise than before: Brown and Forsythe's test (JASA 1974) on distances from the median,
 * with standard errors widened for autocorrelation. Null where there are too few samples. All on one scale.
 */
export function spreadChangeOf(pre: readonly number[], post: readonly number[]): SpreadChange | null {
  if (pre.length < FEWEST_PRE || post.length < FEWEST_POST) return null;
  const before = distances(pre);
  const after = distances(post);
  const correlation = autocorrelation(before);
  const errorOf = ({ length }: readonly number[]) => varianceInflation(correlation, length) / length;
  const pooled = (squares(before) + squares(after)) / (before.length + after.length - 2);
  const error = Math.sqrt(pooled * (errorOf(before) + errorOf(after)));
  const ratio = mean(after) / mean(before);
  if (!(error > 0) || !Number.isFinite(ratio)) return null;
  return { ratio, deviate: Math.abs(mean(after) - mean(before)) / error };
}

/** How far the change is beyond (or short of) what is worth a warning, in deviates. */
export function spreadMargin(change: SpreadChange | null): number {
  if (change === null) return Number.NEGATIVE_INFINITY;
  const factor = Math.max(change.ratio, 1 / change.ratio);
  return factor > CLEAR_FACTOR ? change.deviate - CLEAR_DEVIATE : Number.NEGATIVE_INFINITY;
}

function distances(values: readonly number[]): number[] {
  const middle = median(values);
  return values.map((value) => Math.abs(value - middle));
}

function squares(values: readonly number[]): number {
  const middle = mean(values);
  return values.reduce((sum, value) => sum + (value - middle) ** 2, 0);
}
