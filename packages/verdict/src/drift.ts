import { mean, slopePerStep } from "./statistics.js";

/** Shorter stretches show no trend. */
const FEWEST_SAMPLES = 12;

/** How many standard errors a slope must be from zero; high, because samples hang together. */
const CLEAR_SLOPE = 4;

/** How much of a trend is believed to go on. */
const DAMPING = 0.8;

/** Fewest samples for a recent level. */
const FEWEST_RECENT = 5;

/**
 * Where the series was heading without a deployment: the worse of its recent level and its recent trend,
 * carried on to the middle of the observation. Oriented so that larger is worse, on the metric's scale.
 */
export function driftReference(before: readonly number[], length: number): number {
  const recent = mean(before.slice(-Math.max(FEWEST_RECENT, length)));
  const stretch = before.slice(-Math.max(FEWEST_SAMPLES, 2 * length));
  if (stretch.length < FEWEST_SAMPLES) return recent;
  const slope = slopePerStep(stretch);
  if (slope <= 0 || slope < CLEAR_SLOPE * slopeError(stretch, slope)) return recent;
  const lastFitted = mean(stretch) + (slope * (stretch.length - 1)) / 2;
  return Math.max(recent, lastFitted + (DAMPING * slope * (length + 1)) / 2);
}

/** Standard error of a least-squares slope. */
function slopeError(values: readonly number[], slope: number): number {
  const count = values.length;
  const middle = (count - 1) / 2;
  const level = mean(values);
  let residual = 0;
  for (let i = 0; i < count; i += 1) {
    residual += ((values[i] ?? level) - level - slope * (i - middle)) ** 2;
  }
  return Math.sqrt(residual / (count - 2) / ((count * (count * count - 1)) / 12));
}
