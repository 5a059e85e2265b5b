import { autocorrelation, varianceInflation } from "./autocorrelation.js";
import { quantileOfSorted, robustSpread, sorted } from "./statistics.js";

/** What the baseline says about windows as long as the observation. All values on the metric's scale. */
export interface PlaceboNoise {
  /** Baseline level: the median sample. */
  level: number;
  /** What a window's mean usually is, relative to `level`. */
  centre: number;
  /** Standard deviation of a window's mean against the baseline. */
  spread: number;
  /** Effective degrees of freedom of `spread`. */
  df: number;
  /** Means of the placebo windows relative to `level`, ascending. */
  shifts: number[];
  /** Standard deviation of one sample. */
  sampleSpread: number;
  /** The level that one baseline sample in twenty exceeds. */
  usualHigh: number;
}

export interface PlaceboOptions {
  /** Samples in the observation. */
  length: number;
  /** Smallest standard deviation of one sample that is believed. */
  floor: number;
  /** Shifts of earlier deployments and other days on the same scale: true placebos. */
  history: readonly number[];
}

/** Overlapping windows tell more than disjoint ones; this many degrees of freedom per disjoint block. */
const DF_PER_BLOCK = 3;

/** Samples further than this many deviations from the level are pulled in before windows are formed. */
const WINSOR_DEVIATIONS = 6;

/**
 * Noise of window means, from windows of the observation's length slid over the baseline (a placebo test:
 * Abadie et al., JASA 2010, in time). The block length takes care of autocorrelation; the spread of single
 * samples is the lower bound, because a short baseline holds few independent windows.
 */
export function placeboNoise(pre: readonly number[], options: PlaceboOptions): PlaceboNoise {
  const ascending = sorted(pre);
  const level = quantileOfSorted(ascending, 0.5);
  const sampleSpread = Math.max(robustSpread(ascending), options.floor);
  const length = Math.min(options.length, Math.max(1, Math.floor(pre.length / 2)));
  const limit = WINSOR_DEVIATIONS * sampleSpread;
  const pulledIn = pre.map((value) => Math.max(-limit, Math.min(limit, value - level)));
  const own = windowShifts(pulledIn, length);
  const shifts = sorted([...own, ...options.history]);
  const inflation = varianceInflation(autocorrelation(pulledIn), options.length);
  const within = sampleSpread * Math.sqrt(inflation / options.length);
  const between = robustSpread(shifts) * Math.sqrt(length / options.length);
  const blocks = pre.length / length + options.history.length;
  return {
    level,
    centre: quantileOfSorted(shifts, 0.5),
    spread: Math.max(between, within) * Math.sqrt(1 + options.length / pre.length),
    df: Math.max(3, Math.min(pre.length - 1, DF_PER_BLOCK * blocks)),
    shifts,
    sampleSpread,
    usualHigh: quantileOfSorted(ascending, 0.95),
  };
}

function windowShifts(pulledIn: readonly number[], length: number): number[] {
  const shifts: number[] = [];
  let sum = 0;
  for (let i = 0; i < pulledIn.length; i += 1) {
    sum += pulledIn[i] ?? 0;
    if (i >= length) sum -= pulledIn[i - length] ?? 0;
    if (i >= length - 1) shifts.push(sum / length);
  }
  return shifts;
}
