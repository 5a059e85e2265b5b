import { mean } from "./statistics.js";

/** Fewer samples than this say nothing about how they hang together. */
const FEWEST_SAMPLES = 12;
const STRONGEST = 0.9;
/** An estimate below this many of its standard errors is taken for none. */
const SIGNIFICANT_DEVIATE = 1;

/**
 * Lag-one autocorrelation, 0..0.9, corrected for the bias of short series (Kendall 1954). Negative values are
 * taken as none, because alternating noise must not make an observation look surer than it is.
 */
export function autocorrelation(values: readonly number[]): number {
  const count = values.length;
  if (count < FEWEST_SAMPLES) return 0;
  const level = mean(values);
  let cross = 0;
  let square = 0;
  for (let i = 0; i < count; i += 1) {
    const deviation = (values[i] ?? level) - level;
    square += deviation * deviation;
    if (i > 0) cross += deviation * ((values[i - 1] ?? level) - level);
  }
  if (square <= 0) return 0;
  const estimate = cross / square;
  if (estimate < SIGNIFICANT_DEVIATE / Math.sqrt(count)) return 0;
  return Math.max(0, Math.min(STRONGEST, estimate + (1 + 4 * estimate) / count));
}

/** By how much autocorrelation raises the variance of a mean of `length` samples (first-order process). */
export function varianceInflation(correlation: number, length: number): number {
  if (correlation <= 0) return 1;
  const ratio = correlation / (1 - correlation);
  const edge = (1 - correlation ** length) / (length * (1 - correlation));
  return 1 + 2 * ratio * (1 - edge);
}
