import { driftReference } from "./drift.js";
import { normalFromStudent } from "./distributions.js";
import type { Baseline } from "./placebo.js";
import { baselineOf, placeboNoise, spreadWithin } from "./placebo.js";
import type { Scale } from "./scales.js";

/** One stretch of the observation against its baseline, oriented so that larger is worse. */
export interface SeriesEvidence {
  /** The observation's sample at which the stretch starts; 0 for the whole of it. */
  from: number;
  /** Shift on the metric's scale, in the bad direction. */
  shift: number;
  /** The same against where the series was heading anyway. */
  shiftFromDrift: number;
  /** Standard deviation of that shift without a change. */
  spread: number;
  /** The shift as a normal deviate. */
  z: number;
  /** The same with every sample capped, so that no few samples decide alone. */
  cappedZ: number;
  /** The evidence of the counted failures; null where requests are not known. */
  countZ: number | null;
  /** The same or, where that is stronger, of how many samples are bad: for whoever has seen all of them. */
  agreedZ: number | null;
  /** Lower and upper 95 % bounds of the shift on the metric's scale. */
  low: number;
  high: number;
  /** Smallest change that matters, on the metric's scale. */
  band: number;
  /** Share of the samples that are worse than nearly all of the baseline, 0..1. */
  elevatedShare: number;
  /** The latest samples are still worse. */
  lasts: boolean;
  /** Which samples are worse than the baseline's reach, oldest first. */
  elevated: boolean[];
  /** The samples, oldest first, on the metric's scale, larger is worse. */
  after: readonly number[];
  /** The baseline's median on the same scale. */
  level: number;
  /** Samples above this are worse than usual, however wild some of the baseline's are; on the scale. */
  worseFrom: number;
  /** Lag-one autocorrelation of the baseline, 0..0.9. */
  correlation: number;
  rank: number;
  total: number;
}

export interface JudgeOptions {
  /** The baseline in ascending order, in the metric's unit. */
  ascending: readonly number[];
  scale: Scale;
  /** 1: higher is worse, -1: lower is worse. */
  sign: 1 | -1;
  /** Median of the baseline, in the metric's unit. */
  level: number;
  /** Smallest change that matters, in the metric's unit, at this baseline. */
  smallest: number;
  /** Observations of true placebos on the scale, relative to what was before them, not oriented. */
  history: readonly (readonly number[])[];
  /** Part of the shift on the scale that something else explains, not oriented. */
  explained: number;
  /** Samples that would fit between the baseline and the observation. */
  skipped: number;
}

/** With at least this many samples a regression must still be there at the end. */
const FEWEST_FOR_GOING_AWAY = 6;

/** A sample counts for at most this many deviations when persistence is asked for. */
const CAP_DEVIATIONS = 3;

/** From so many deviations on, a sample of the baseline is wild and says nothing of what is usual. */
const WILD_DEVIATIONS = 3;

/** A later change must show in at least so many samples; longer stretches grow by half each time. */
const SHORTEST_LATE = 4;

/** A later stretch that is nearly the whole observation says nothing new. */
const LONGEST_LATE_SHARE = 0.75;

/**
 * Compares `post` with windows of the same length in `pre`: first the whole of it, then the latest stretches
 * of it that could be worse, so that a change in the middle is not thinned by what was before it. Both
 * non-empty, in the metric's unit.
 */
export function judgeSeries(
  pre: readonly number[],
  post: readonly number[],
  options: JudgeOptions,
): [SeriesEvidence, ...SeriesEvidence[]] {
  const { scale, sign, explained, skipped } = options;
  const band = bandOnScale(options);
  const onScale = (value: number) => sign * scale.forward(value);
  // Every scale grows with its value, so the order needs no second sorting.
  const ascending = options.ascending.map(onScale);
  const baseline = baselineOf(pre.map(onScale), {
    ascending: sign === 1 ? ascending : ascending.reverse(),
    floor: band / 4,
    history: options.history.map((values) => values.map((value) => sign * value)),
  });
  const after = post.map((value) => sign * (scale.forward(value) - explained));
  const look = (from: number) => judgeStretch(baseline, after, { from, skipped, band });
  return [look(0), ...lateStarts(baseline, after, band).map(look)];
}

function judgeStretch(
  baseline: Baseline,
  observed: readonly number[],
  { from, skipped, band }: { from: number; skipped: number; band: number },
): SeriesEvidence {
  const after = from === 0 ? observed : observed.slice(from);
  const { level, sampleSpread, usualHigh } = baseline;
  const noise = placeboNoise(baseline, after.length, { from, skipped });
  const { spread, df, shifts } = noise;
  const usual = level + noise.centre + noise.expected;
  const reach = level + Math.max(band / 2, usualHigh - level);
  const cap = level + CAP_DEVIATIONS * sampleSpread;
  const { mid, cappedMid, worse } = tally(after, reach, cap);
  const elevated = after.map((value) => value > reach);
  const shift = mid - usual;
  return {
    from,
    shift,
    shiftFromDrift: mid - driftReference(baseline.values, after.length),
    spread,
    z: normalFromStudent(shift / spread, df),
    cappedZ: normalFromStudent((cappedMid - usual) / spread, df),
    countZ: null,
    agreedZ: null,
    low: shift - 1.96 * spread,
    high: shift + 1.96 * spread,
    band,
    elevatedShare: worse / after.length,
    lasts: stillWorse(elevated),
    elevated,
    after,
    level,
    worseFrom: Math.min(reach, level + Math.max(band, WILD_DEVIATIONS * sampleSpread)),
    correlation: baseline.correlation,
    rank: countBelow(shifts, mid - level - noise.expected),
    total: shifts.length,
  };
}

/** Mean, mean of the capped samples, and how many are beyond the reach, in one pass: this is the hot path. */
function tally(after: readonly number[], reach: number, cap: number) {
  let sum = 0;
  let capped = 0;
  let worse = 0;
  for (const value of after) {
    sum += value;
    capped += Math.min(value, cap);
    if (value > reach) worse += 1;
  }
  return { mid: sum / after.length, cappedMid: capped / after.length, worse };
}

/** How many of an ascending list are below the limit. */
function countBelow(ascending: readonly number[], limit: number): number {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ascending[middle] ?? limit) < limit) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Where stretches start whose mean is so high that the whole calculation is worth its time. */
function lateStarts(baseline: Baseline, after: readonly number[], band: number): number[] {
  const starts: number[] = [];
  let sum = 0;
  let length = 0;
  for (
    let wanted = SHORTEST_LATE;
    wanted <= LONGEST_LATE_SHARE * after.length;
    wanted = Math.ceil(wanted * 1.5)
  ) {
    for (; length < wanted; length += 1) sum += after[after.length - 1 - length] ?? 0;
    const rise = sum / length - baseline.level;
    if (rise > band / 2 && rise > spreadWithin(baseline, length)) starts.push(after.length - length);
  }
  return starts;
}

function bandOnScale({ scale, sign, smallest, level }: JudgeOptions): number {
  return Math.max(1e-12, Math.abs(scale.forward(level + sign * smallest) - scale.forward(level)));
}

function stillWorse(elevated: readonly boolean[]): boolean {
  if (elevated.length < FEWEST_FOR_GOING_AWAY) return true;
  const latest = elevated.slice(-Math.max(2, Math.ceil(elevated.length / 3)));
  return 2 * latest.filter(Boolean).length > latest.length;
}
