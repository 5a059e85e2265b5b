import { bounded, logistic } from "../confidence.js";

/** A decision with its evidence, and whether it was right. */
export interface Judged {
  margin: number;
  right: boolean;
}

/** Probability of being right: logistic in the bounded margin. */
export interface ConfidenceMap {
  intercept: number;
  slope: number;
}

/** Keeps the slope finite where every decision was right; next to nothing beside a hundred cases. */
const RIDGE = 1 / 16;
const ROUNDS = 50;

/** Fits the map by maximum likelihood (Platt 1999) with Newton's method; needs at least one case. */
export function fitConfidence(cases: readonly Judged[]): ConfidenceMap {
  let map: ConfidenceMap = { intercept: 0, slope: 0 };
  for (let round = 0; round < ROUNDS; round += 1) map = newtonStep(cases, map);
  return map;
}

function newtonStep(cases: readonly Judged[], { intercept, slope }: ConfidenceMap): ConfidenceMap {
  // Two cases of each outcome, at no margin, keep the likelihood finite when all were right (Agresti and Coull).
  let [g0, g1] = [2 - 4 * logistic(intercept), -RIDGE * slope];
  let [h00, h01, h11] = [4 * weight(logistic(intercept)), 0, RIDGE];
  for (const { margin, right } of cases) {
    const x = bounded(margin);
    const p = logistic(intercept + slope * x);
    const error = (right ? 1 : 0) - p;
    g0 += error;
    g1 += error * x;
    h00 += weight(p);
    h01 += weight(p) * x;
    h11 += weight(p) * x * x;
  }
  const scale = h00 * h11 - h01 * h01;
  return {
    intercept: intercept + (h11 * g0 - h01 * g1) / scale,
    slope: slope + (h00 * g1 - h01 * g0) / scale,
  };
}

function weight(p: number): number {
  return Math.max(1e-9, p * (1 - p));
}
