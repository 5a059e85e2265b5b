/** Margins beyond these say no more. */
const FAR_BELOW = -4;
const FAR_ABOVE = 6;

/**
 * Probability that a called regression is one: logistic in the margin. Coefficients as fitted on labelled
 * windows (`score/calibrate`), between the fits that leave a source out, rounded.
 */
export function confidenceOfRegression(margin: number): number {
  return logistic(2.5 + 0.25 * bounded(margin));
}

/** Probability that a metric that was not called is fine. */
export function confidenceOfClean(margin: number): number {
  return logistic(0.9 - 1.3 * bounded(margin));
}

/** The margin, as far as it says anything. */
export function bounded(margin: number): number {
  return Math.max(FAR_BELOW, Math.min(FAR_ABOVE, margin));
}

export function logistic(x: number): number {
  return 1 / (1 + Math.exp(-x));
}
