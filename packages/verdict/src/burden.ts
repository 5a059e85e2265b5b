import { mean } from "./statistics.js";

/**
 * How much heavier the observation was than the heaviest comparable window before it, in the metric's unit
 * and oriented so that larger is worse. This sees short, violent failures that leave most samples alone, which
 * a comparison of levels must not call.
 */
export interface Burden {
  /** Mean excess over the baseline's level. */
  excess: number;
  /** The same of the heaviest placebo window, never negative. */
  heaviestPlacebo: number;
  /** The baseline's median. */
  level: number;
  /** How many disjoint windows the baseline holds. */
  blocks: number;
}

/** Both lists in the metric's unit, in order of time, non-empty; `level` the baseline's median, `sign` -1 where lower is worse. */
export function burdenOf(
  pre: readonly number[],
  post: readonly number[],
  baseline: { level: number; sign: 1 | -1 },
): Burden {
  const { sign } = baseline;
  const level = sign * baseline.level;
  const length = Math.min(post.length, pre.length);
  let sum = 0;
  let heaviest = 0;
  for (let i = 0; i < pre.length; i += 1) {
    sum += sign * (pre[i] ?? 0) - level;
    if (i >= length) sum -= sign * (pre[i - length] ?? 0) - level;
    if (i >= length - 1) heaviest = Math.max(heaviest, sum / length);
  }
  return { excess: sign * mean(post) - level, heaviestPlacebo: heaviest, level, blocks: pre.length / length };
}
