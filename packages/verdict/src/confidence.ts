import { burdenMargin, shiftMargin } from "./evidence-margin.js";
import type { SeriesEvidence } from "./judge-series.js";

/** Margins beyond these say no more. */
const FAR_BELOW = -4;
const FAR_ABOVE = 6;

/**
 * Probability that a called regression is one: logistic in the margin. Coefficients were fitted on labelled
 * windows, with and without each source, and then rounded by hand.
 */
export function confidenceOfRegression(evidence: SeriesEvidence): number {
  return logistic(2 + 0.35 * marginOf(evidence));
}

/** Probability that a metric that was not called is fine. */
export function confidenceOfClean(evidence: SeriesEvidence): number {
  return logistic(0.9 - 1.6 * marginOf(evidence));
}

/** The evidence as one number for calibration; positive: a regression. */
function marginOf(evidence: SeriesEvidence): number {
  const margin = Math.max(shiftMargin(evidence), burdenMargin(evidence));
  return Math.max(FAR_BELOW, Math.min(FAR_ABOVE, margin));
}

function logistic(x: number): number {
  return 1 / (1 + Math.exp(-x));
}
