import type { SeriesEvidence } from "./judge-series.js";

/** Deviate that a shift must pass to be more than noise. */
const NOISE_DEVIATE = 2.2;

/** Share of samples that must be worse than the baseline's reach. */
const ELEVATED_SHARE = 0.35;

/** How many deviations above the smallest change that matters the shift must be. */
const BAND_DEVIATE = 0.8;

/**
 * How far the evidence is beyond (or, negative, short of) what a regression needs, in standard deviations:
 * the weakest of noise, practical significance and persistence. Grows with every sample that gets worse.
 */
export function evidenceMargin(evidence: SeriesEvidence): number {
  const overNoise = evidence.z - NOISE_DEVIATE;
  const overBand = (evidence.shift - evidence.band) / evidence.spread - BAND_DEVIATE;
  const persistence = (evidence.elevatedShare - ELEVATED_SHARE) * 10;
  return Math.min(overNoise, overBand, persistence);
}

/** Probability that a called regression is one. Logistic in the margin, fitted on labelled deployments. */
export function confidenceOfRegression(evidence: SeriesEvidence): number {
  return logistic(1.5 + 0.8 * evidenceMargin(evidence));
}

/** Probability that a metric that was not called is fine. */
export function confidenceOfClean(evidence: SeriesEvidence): number {
  return logistic(1 - 0.6 * evidenceMargin(evidence));
}

function logistic(x: number): number {
  return 1 / (1 + Math.exp(-x));
}
