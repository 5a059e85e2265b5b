import type { SeriesEvidence } from "./judge-series.js";

/** What a demand is for a few samples and for many; in between it grows evenly. */
interface Demand {
  few: number;
  many: number;
}

const FEW_SAMPLES = 10;
const MANY_SAMPLES = 25;

/**
 * Deviate that a shift must pass to be more than noise. A real change of a given size gives more deviates the
 * more samples there are, so plenty of samples can afford fewer false alarms (one-sided tails of 2.3 and 0.2 %).
 */
const NOISE_DEVIATE: Demand = { few: 2, many: 2.9 };

/** How many deviations above the smallest change that matters the shift must be. */
const BAND_DEVIATE: Demand = { few: 0.3, many: 1.3 };

/** Either this share of the samples is beyond the baseline's reach ... */
const ELEVATED_SHARE = 0.35;
/** ... or the shift keeps this deviate when no sample may count for more than its cap. */
const CAPPED_DEVIATE = 1.7;
/** Turns a share into the scale of deviates. */
const DEVIATES_PER_SHARE = 10;

/** At least this share of the shift must have come since the deployment, not with a drift before it. */
const SUDDEN_SHARE = 0.5;

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
  const samples = evidence.elevated.length;
  const overNoise = evidence.z - demanded(NOISE_DEVIATE, samples);
  const overBand = (evidence.shift - evidence.band) / evidence.spread - demanded(BAND_DEVIATE, samples);
  const share = (evidence.elevatedShare - ELEVATED_SHARE) * DEVIATES_PER_SHARE;
  const persistence = Math.max(share, evidence.cappedZ - CAPPED_DEVIATE);
  const overDrift = (evidence.shiftFromDrift - SUDDEN_SHARE * evidence.shift) / evidence.spread;
  return Math.min(overNoise, overBand, persistence, overDrift, overCounts(evidence));
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

function overCounts({ countZ, elevated }: SeriesEvidence): number {
  return countZ === null ? Number.POSITIVE_INFINITY : countZ - demanded(NOISE_DEVIATE, elevated.length);
}

function demanded({ few, many }: Demand, samples: number): number {
  const way = (samples - FEW_SAMPLES) / (MANY_SAMPLES - FEW_SAMPLES);
  return few + (many - few) * Math.max(0, Math.min(1, way));
}
