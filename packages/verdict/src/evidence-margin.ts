import type { SeriesEvidence } from "./judge-series.js";

/** Deviate that a shift must pass to be more than noise (one-sided tail of 1.4 %). */
const NOISE_DEVIATE = 2.2;

/** How many deviations above the smallest change that matters the shift must be. */
const BAND_DEVIATE = 0.4;

/** Either this share of the samples is beyond the baseline's reach ... */
const ELEVATED_SHARE = 0.35;
/** ... or the shift keeps this deviate when no sample may count for more than its cap. */
const CAPPED_DEVIATE = 1.7;
/** Turns a share into the scale of deviates. */
const DEVIATES_PER_SHARE = 10;

/** A short failure must weigh this many times the heaviest comparable window before it ... */
const BURDEN_FACTOR = 1.5;
/** ... and exceed it by this share of the baseline's level. */
const BURDEN_SHARE = 0.5;
/** ... or, for a rate that is usually near zero, by this many times the smallest change that matters. */
const BURDEN_SMALLEST = 2;
/** Fewer disjoint windows than this cannot tell what is heavy. */
const FEWEST_BLOCKS = 2.5;

/**
 * How far a lasting shift is beyond (or, negative, short of) what a regression needs, in standard
 * deviations: the weakest of noise, practical significance, persistence and, where requests are known, counts.
 * Grows with every sample that gets worse.
 */
export function shiftMargin(evidence: SeriesEvidence): number {
  const overNoise = evidence.z - NOISE_DEVIATE;
  const overBand = (evidence.shift - evidence.band) / evidence.spread - BAND_DEVIATE;
  const share = (evidence.elevatedShare - ELEVATED_SHARE) * DEVIATES_PER_SHARE;
  const persistence = Math.max(share, evidence.cappedZ - CAPPED_DEVIATE);
  return Math.min(overNoise, overBand, persistence, overCounts(evidence));
}

/** The same for a short, violent failure that leaves most samples alone; it can only ever warn. */
export function burdenMargin(evidence: SeriesEvidence): number {
  const { excess, heaviestPlacebo, blocks, level } = evidence.burden;
  if (blocks < FEWEST_BLOCKS || excess <= 0) return Number.NEGATIVE_INFINITY;
  const needed = Math.max(
    evidence.smallest,
    evidence.nearZero ? BURDEN_SMALLEST * evidence.smallest : BURDEN_SHARE * Math.abs(level),
  );
  const overFactor = excess / Math.max(BURDEN_FACTOR * heaviestPlacebo, needed) - 1;
  const overNeeded = (excess - heaviestPlacebo) / Math.max(needed, 1e-12) - 1;
  return Math.min(overFactor, overNeeded, overCounts(evidence));
}

function overCounts({ countZ }: SeriesEvidence): number {
  return countZ === null ? Number.POSITIVE_INFINITY : countZ - NOISE_DEVIATE;
}
