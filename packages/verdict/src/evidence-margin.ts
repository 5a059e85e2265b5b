import type { SeriesEvidence } from "./judge-series.js";
import type { Demand, Thresholds } from "./thresholds.js";

const FEW_SAMPLES = 10;
const MANY_SAMPLES = 25;

/** Turns a share into the scale of deviates. */
const DEVIATES_PER_SHARE = 10;

/**
 * How far a lasting shift is beyond (or, negative, short of) what a regression needs, in standard
 * deviations: the weakest of noise, practical significance, persistence and, where requests are known, counts.
 * Grows with every sample that gets worse.
 */
export function shiftMargin(evidence: SeriesEvidence, thresholds: Thresholds): number {
  const samples = evidence.from + evidence.elevated.length;
  const needed = demanded(thresholds.noiseDeviate, samples);
  const overNoise = evidence.z - needed;
  const overBand =
    (evidence.shift - evidence.band) / evidence.spread - demanded(thresholds.bandDeviate, samples);
  const share = (evidence.elevatedShare - thresholds.elevatedShare) * DEVIATES_PER_SHARE;
  const persistence = Math.max(share, evidence.cappedZ - thresholds.cappedDeviate);
  const overDrift = (evidence.shiftFromDrift - thresholds.suddenShare * evidence.shift) / evidence.spread;
  const overCounts = evidence.agreedZ === null ? Number.POSITIVE_INFINITY : evidence.agreedZ - needed;
  const weakest = Math.min(overNoise, overBand, persistence, overDrift, overCounts);
  return evidence.from === 0 ? weakest : weakest - thresholds.lateDeviate;
}

/** What is asked for at this many samples. */
export function demanded({ few, many }: Demand, samples: number): number {
  const way = (samples - FEW_SAMPLES) / (MANY_SAMPLES - FEW_SAMPLES);
  return few + (many - few) * Math.max(0, Math.min(1, way));
}
