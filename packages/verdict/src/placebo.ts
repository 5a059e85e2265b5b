import { autocorrelation, persistence, varianceInflation } from "./autocorrelation.js";
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
  /** What a window's mean usually is, relative to the baseline's level and what its latest sample leads to expect. */
  centre: number;
  /** What the baseline's latest sample leads to expect of the observation, relative to its level. */
  expected: number;
  /** Standard deviation of a window's mean against the baseline. */
  spread: number;
  /** Effective degrees of freedom of `spread`. */
  df: number;
  /** Means of the placebo windows relative to the level and what came before each leads to expect, ascending. */
  shifts: readonly number[];
}

/** Overlapping windows tell more than disjoint ones; this many degrees of freedom per disjoint block. */
const DF_PER_BLOCK = 3;

/** Samples further than this many deviations from the level are pulled in before windows are formed. */
const WINSOR_DEVIATIONS = 6;

/** One wild sample is more often a fluke than the start of something: it foretells no more than this many deviations. */
const FORETOLD_DEVIATIONS = 3;

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
 * samples is the lower bound, because a short baseline holds few independent windows. Where samples hang together,
 * observation and windows alike are compared with what the sample before them leads to expect (first-order
 * process): less is left to chance than without it.
 * `from`: the observation's sample at which the window starts; a later one is compared with any window of earlier
 * observations, one from the start with their starts, so that what every deployment brings is no news. `skipped`:
 * samples that would fit between the baseline and the observation.
 */
export function placeboNoise(
  baseline: Baseline,
  observed: number,
  { from = 0, skipped = 0 }: { from?: number; skipped?: number } = {},
): PlaceboNoise {
  const { pulledIn, history, correlation, sampleSpread } = baseline;
  const count = pulledIn.length;
  const length = Math.min(observed, Math.max(1, Math.floor(count / 2)));
  const carried = persistence(correlation, observed, 1 + from + skipped);
  const earlier = history.flatMap((values) => earlierShifts(values, observed, from));
  const lag = 1 + from + Math.round(skipped);
  const shifts = sorted(surprises(pulledIn, length, { carried, lag }).concat(earlier));
  const between = robustSpread(shifts) * Math.sqrt(length / observed);
  const within = Math.sqrt(spreadWithin(baseline, observed) ** 2 - (carried * sampleSpread) ** 2);
  const reach = FORETOLD_DEVIATIONS * sampleSpread;
  const latest = Math.max(-reach, Math.min(reach, pulledIn[count - 1] ?? 0));
  const blocks = count / length + history.length;
  return {
    centre: quantileOfSorted(shifts, 0.5),
    expected: carried * latest,
    spread: Math.max(between, within) * Math.sqrt(1 + observed / count),
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

/** Means of all windows that a sample precedes, each less what the one `lag` before its start leads to expect. */
function surprises(
  pulledIn: readonly number[],
  length: number,
  { carried, lag }: { carried: number; lag: number },
): number[] {
  const shifts = windowShifts(pulledIn, length).slice(1);
  // The window at `i` of these starts a sample later; reading before the baseline's start would be slow.
  for (let i = lag - 1; i < shifts.length; i += 1) {
    shifts[i] = (shifts[i] ?? 0) - carried * (pulledIn[i + 1 - lag] ?? 0);
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
