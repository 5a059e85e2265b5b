import type { Burden } from "./burden.js";
import { burdenOf } from "./burden.js";
import { driftReference } from "./drift.js";
import { normalFromStudent } from "./distributions.js";
import type { PlaceboNoise } from "./placebo.js";
import { placeboNoise } from "./placebo.js";
import type { Scale } from "./scales.js";
import { mean, median } from "./statistics.js";

/** One series against its baseline, oriented so that larger is worse. */
export interface SeriesEvidence {
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
  burden: Burden;
  /** A rate that is usually near zero, so that ratios to its level say nothing. */
  nearZero: boolean;
  /** Smallest change that matters, in the metric's unit. */
  smallest: number;
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
  rank: number;
  total: number;
}

export interface JudgeOptions {
  scale: Scale;
  /** 1: higher is worse, -1: lower is worse. */
  sign: 1 | -1;
  /** Median of the baseline, in the metric's unit. */
  level: number;
  /** Smallest change that matters, in the metric's unit, at this baseline. */
  smallest: number;
  /** A rate that is usually near zero. */
  nearZero: boolean;
  /** Shifts of true placebos on the scale, not oriented. */
  history: readonly number[];
  /** Part of the shift on the scale that something else explains, not oriented. */
  explained: number;
}

/** With at least this many samples a regression must still be there at the end. */
const FEWEST_FOR_GOING_AWAY = 6;

/** A sample counts for at most this many deviations when persistence is asked for. */
const CAP_DEVIATIONS = 3;

/** Compares `post` with windows of the same length in `pre`. Both non-empty, in the metric's unit. */
export function judgeSeries(
  pre: readonly number[],
  post: readonly number[],
  options: JudgeOptions,
): SeriesEvidence {
  const { scale, sign } = options;
  const before = pre.map((value) => sign * scale.forward(value));
  const after = post.map((value) => sign * (scale.forward(value) - options.explained));
  const band = bandOnScale(options);
  const noise = placeboNoise(before, {
    length: post.length,
    floor: band / 4,
    history: options.history.map((shift) => sign * shift),
  });
  const shift = mean(after) - noise.level - noise.centre;
  const reach = noise.level + Math.max(band / 2, noise.usualHigh - noise.level);
  const elevated = after.map((value) => value > reach);
  const cap = noise.level + CAP_DEVIATIONS * noise.sampleSpread;
  const capped = mean(after.map((value) => Math.min(value, cap))) - noise.level - noise.centre;
  return {
    shift,
    shiftFromDrift: mean(after) - driftReference(before, post.length),
    spread: noise.spread,
    z: normalFromStudent(shift / noise.spread, noise.df),
    cappedZ: normalFromStudent(capped / noise.spread, noise.df),
    countZ: null,
    burden: burdenOf(pre, post, { level: options.level, sign }),
    nearZero: options.nearZero,
    smallest: options.smallest,
    low: shift - 1.96 * noise.spread,
    high: shift + 1.96 * noise.spread,
    band,
    elevatedShare: elevated.filter(Boolean).length / elevated.length,
    lasts: stillWorse(after, reach),
    elevated,
    ...rankAmong(noise, mean(after) - noise.level),
  };
}

function bandOnScale({ scale, sign, smallest, level }: JudgeOptions): number {
  return Math.max(1e-12, Math.abs(scale.forward(level + sign * smallest) - scale.forward(level)));
}

function stillWorse(after: readonly number[], reach: number): boolean {
  if (after.length < FEWEST_FOR_GOING_AWAY) return true;
  const latest = after.slice(-Math.max(2, Math.ceil(after.length / 3)));
  return median(latest) > reach;
}

function rankAmong(noise: PlaceboNoise, shift: number): { rank: number; total: number } {
  const rank = noise.shifts.filter((placebo) => placebo < shift).length;
  return { rank, total: noise.shifts.length };
}
