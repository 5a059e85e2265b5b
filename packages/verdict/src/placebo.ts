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
  /** Observations of earlier deployments and other days, relative to what was before them: true placebos. */
  history: readonly (readonly number[])[];
}

export interface BaselineOptions {
  /** The same values, ascending. */
  ascending: readonly number[];
  /** Smallest standard deviation of one sample that is believed. */
  floor: number;
  history: readonly (readonly number[])[];
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
 * `from`: the observation's sample at which the window starts; a later one is compared with any window of earlier
 * observations, one from the start with their starts, so that what every deployment brings is no news.
 */
export function placeboNoise(baseline: Baseline, observed: number, from = 0): PlaceboNoise {
  const { pulledIn, history } = baseline;
  const count = pulledIn.length;
  const length = Math.min(observed, Math.max(1, Math.floor(count / 2)));
  const earlier = history.flatMap((values) => earlierShifts(values, observed, from));
  const shifts = sorted([...windowShifts(pulledIn, length), ...earlier]);
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

function earlierShifts(values: readonly number[], observed: number, from: number): number[] {
  if (values.length === 0) return [];
  const length = Math.min(observed, values.length);
  const shifts = windowShifts(values, length);
  // Neighbours say the same: windows that overlap by half are enough.
  const apart = Math.max(1, Math.floor(length / 2));
  return from === 0 ? shifts.slice(0, 1) : shifts.filter((_, i) => i % apart === 0);
}
