import { mean } from "./statistics.js";

/** Fewer samples than this say nothing about how they hang together. */
const FEWEST_SAMPLES = 12;
const STRONGEST = 0.9;

/**
 * How samples hang together before a baseline says so. Labelled baselines have medians of 0 to 0.9 by source;
 * none of them is judged differently with a third of this, simulated short baselines raise far fewer false alarms.
 */
const USUAL = 0.5;
/** What that is worth, in samples. */
const USUAL_SAMPLES = 10;

/**
 * Lag-one autocorrelation, 0..0.9: the estimate, corrected for the bias of short series (Kendall 1954). A low
 * one is drawn towards the usual, because a short baseline that looks like independent samples seldom is; a high
 * one is believed. Negative values are taken as none: alternating noise must not make an observation look surer.
 */
export function autocorrelation(values: readonly number[]): number {
  const count = values.length;
  if (count < FEWEST_SAMPLES) return USUAL;
  const level = mean(values);
  let cross = 0;
  let square = 0;
  let before = 0;
  for (let i = 0; i < count; i += 1) {
    const deviation = (values[i] ?? level) - level;
    square += deviation * deviation;
    cross += deviation * before;
    before = deviation;
  }
  const estimate = square > 0 ? cross / square : 0;
  const corrected = estimate + (1 + 4 * estimate) / count;
  const drawn = (count * corrected + USUAL_SAMPLES * USUAL) / (count + USUAL_SAMPLES);
  return Math.max(0, Math.min(STRONGEST, Math.max(corrected, drawn)));
}

/** By how much autocorrelation raises the variance of a mean of `length` samples (first-order process). */
export function varianceInflation(correlation: number, length: number): number {
  if (correlation <= 0) return 1;
  const ratio = correlation / (1 - correlation);
  const edge = (1 - correlation ** length) / (length * (1 - correlation));
  return 1 + 2 * ratio * (1 - edge);
}

/**
 * How much of a sample's distance from the level is still in the mean of `length` samples, the first of which comes
 * `lag` samples later (first-order process), 0..1.
 */
export function persistence(correlation: number, length: number, lag: number): number {
  if (correlation <= 0) return 0;
  return (correlation ** lag * (1 - correlation ** length)) / (length * (1 - correlation));
}
