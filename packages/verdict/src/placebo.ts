import { autocorrelation, varianceInflation } from "./autocorrelation.js";
import { quantileOfSorted, robustSpread, sorted } from "./statistics.js";

/** A baseline, measured once and asked for several lengths of observation. All values on the metric's scale. */
export interface Baseline {
  values: readonly number[];
  /** The median sample. */
  level: number;
  /** Standard deviation of one sample. */
  sampleSpread: number;
  /** The level that one sample in twenty exceeds. */
  usualHigh: number;
  /** Lag-one autocorrelation, 0..0.9. */
  correlation: number;
  /** Samples relative to `level`, wild ones pulled in. */
  pulledIn: readonly number[];
  /** Shifts of earlier deployments and other days on the same scale: true placebos. */
  history: readonly number[];
}

export interface BaselineOptions {
  /** The same values, ascending. */
  ascending: readonly number[];
  /** Smallest standard deviation of one sample that is believed. */
  floor: number;
  history: readonly number[];
}

/** What the baseline says about windows as long as the observation. */
export interface PlaceboNoise {
  /** What a window's mean usually is, relative to the baseline's level. */
  centre: number;
  /** Standard deviation of a window's mean against the baseline. */
  spread: number;
  /** Effective degrees of freedom of `spread`. */
  df: number;
  /** Means of the placebo windows relative to the level, ascending. */
  shifts: readonly number[];
}

/** Overlapping windows tell more than disjoint ones; this many degrees of freedom per disjoint block. */
const DF_PER_BLOCK = 3;

/** Samples further than this many deviations from the level are pulled in before windows are formed. */
const WINSOR_DEVIATIONS = 6;

/** Level, spread and autocorrelation of a non-empty baseline in order of time. */
export function baselineOf(values: readonly number[], options: BaselineOptions): Baseline {
  const { ascending } = options;
  const level = quantileOfSorted(ascending, 0.5);
  const sampleSpread = Math.max(robustSpread(ascending), options.floor);
  const limit = WINSOR_DEVIATIONS * sampleSpread;
  const pulledIn = values.map((value) => Math.max(-limit, Math.min(limit, value - level)));
  return {
    values,
    level,
    sampleSpread,
    usualHigh: quantileOfSorted(ascending, 0.95),
    correlation: autocorrelation(pulledIn),
    pulledIn,
    history: options.history,
  };
}

/**
 * Noise of window means, from windows of the observation's length slid over the baseline (a placebo test:
 * Abadie et al., JASA 2010, in time). The block length takes care of autocorrelation; the spread of single
 * samples is the lower bound, because a short baseline holds few independent windows.
 */
export function placeboNoise(baseline: Baseline, observed: number): PlaceboNoise {
  const { pulledIn, history } = baseline;
  const count = pulledIn.length;
  const length = Math.min(observed, Math.max(1, Math.floor(count / 2)));
  const shifts = sorted([...windowShifts(pulledIn, length), ...history]);
  const between = robustSpread(shifts) * Math.sqrt(length / observed);
  const blocks = count / length + history.length;
  return {
    centre: quantileOfSorted(shifts, 0.5),
    spread: Math.max(between, spreadWithin(baseline, observed)) * Math.sqrt(1 + observed / count),
    df: Math.max(3, Math.min(count - 1, DF_PER_BLOCK * blocks)),
    shifts,
  };
}

/** The standard deviation of a mean of `observed` samples that the spread of single samples implies. */
export function spreadWithin({ sampleSpread, correlation }: Baseline, observed: number): number {
  return sampleSpread * Math.sqrt(varianceInflation(correlation, observed) / observed);
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
