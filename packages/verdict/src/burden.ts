import { mean, median } from "./statistics.js";
import type { Thresholds } from "./thresholds.js";

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
  /** Smallest change that matters, in the metric's unit. */
  smallest: number;
  /** The level that an excess is compared with; null for a rate that is usually near zero. */
  level: number | null;
  /** The baseline is long enough to tell what is heavy. */
  known: boolean;
}

/** Turns a factor into about the scale of deviates, so that both kinds of margin say the same about confidence. */
const DEVIATES_PER_FACTOR = 4;

export interface BurdenOptions {
  /** The baseline's median, in the metric's unit. */
  level: number;
  sign: 1 | -1;
  /** Smallest change that matters, in the metric's unit. */
  smallest: number;
  /** A rate that is usually near zero, so that ratios to its level say nothing. */
  nearZero: boolean;
}

/** Fewer disjoint windows than this cannot tell what is heavy. */
const FEWEST_BLOCKS = 2.5;

/** One answer alone has no slowest to compare with. */
const FEWEST_ANSWERS = 2;

/** Both lists in the metric's unit, in order of time, non-empty. */
export function burdenOf(pre: readonly number[], post: readonly number[], options: BurdenOptions): Burden {
  const { sign } = options;
  const level = sign * options.level;
  const length = Math.min(post.length, pre.length);
  let sum = 0;
  let heaviest = 0;
  for (let i = 0; i < pre.length; i += 1) {
    sum += sign * (pre[i] ?? 0) - level;
    if (i >= length) sum -= sign * (pre[i - length] ?? 0) - level;
    if (i >= length - 1) heaviest = Math.max(heaviest, sum / length);
  }
  return {
    excess: sign * mean(post) - level,
    heaviestPlacebo: heaviest,
    smallest: options.smallest,
    level: options.nearZero ? null : Math.abs(options.level),
    known: pre.length / length >= FEWEST_BLOCKS,
  };
}

/**
 * The slowest answer against the slowest before it, for a service that is idle most of the time: how many answers
 * there were says nothing of how slow they are, so windows cannot be added up. A few answers show little of how
 * much they vary, so the level must double. Both lists non-empty, answered samples only, in the metric's unit.
 */
export function slowestAnswerBurden(
  pre: readonly number[],
  post: readonly number[],
  { sign, smallest }: Pick<BurdenOptions, "sign" | "smallest">,
): Burden {
  const usual = median(pre);
  const excessOf = (values: readonly number[]) =>
    values.reduce((worst, value) => Math.max(worst, sign * (value - usual)), Number.NEGATIVE_INFINITY);
  return {
    excess: excessOf(post),
    heaviestPlacebo: Math.max(0, excessOf(pre)),
    smallest: Math.max(smallest, Math.abs(usual)),
    level: Math.abs(usual),
    known: pre.length >= FEWEST_ANSWERS,
  };
}

/** How far a short failure is beyond (or short of) what is worth a warning; grows as samples get worse. */
export function burdenMargin(burden: Burden, thresholds: Thresholds): number {
  const { excess, heaviestPlacebo, known } = burden;
  if (!known || excess <= 0) return Number.NEGATIVE_INFINITY;
  const needed = neededOf(burden, thresholds);
  const overFactor = excess / Math.max(thresholds.burdenFactor * heaviestPlacebo, needed) - 1;
  const overNeeded = (excess - heaviestPlacebo) / needed - 1;
  return Math.min(overFactor, overNeeded) * DEVIATES_PER_FACTOR;
}

function neededOf({ level, smallest }: Burden, { burdenShare, burdenSmallest }: Thresholds): number {
  return Math.max(smallest, level === null ? burdenSmallest * smallest : burdenShare * level, 1e-12);
}
