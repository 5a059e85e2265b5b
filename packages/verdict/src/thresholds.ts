/** What a demand is for a few samples and for many; in between it grows evenly. */
export interface Demand {
  few: number;
  many: number;
}

/** The numbers a judgement rests on: shared by all metrics, chosen by cross-validation (see the README). */
export interface Thresholds {
  /**
   * Deviate that a shift must pass to be more than noise. A real change of a given size gives more deviates the
   * more samples there are, so plenty of samples can afford fewer false alarms.
   */
  noiseDeviate: Demand;
  /** How many deviations above the smallest change that matters the shift must be. */
  bandDeviate: Demand;
  /** Either this share of the samples is beyond the baseline's reach ... */
  elevatedShare: number;
  /** ... or the shift keeps this deviate when no sample may count for more than its cap. */
  cappedDeviate: number;
  /** At least this share of the shift must have come since the deployment, not with a drift before it. */
  suddenShare: number;
  /** What a change later in the window must have on top: there are several places where it could start. */
  lateDeviate: number;
  /** A short failure must weigh this many times the heaviest comparable window before it ... */
  burdenFactor: number;
  /** ... and exceed it by this share of the baseline's level ... */
  burdenShare: number;
  /** ... or, for a rate that is usually near zero, by this many times the smallest change that matters. */
  burdenSmallest: number;
  /** False discovery rate across the metrics of one deployment. */
  falseDiscoveryRate: number;
}

export const THRESHOLDS: Thresholds = {
  noiseDeviate: { few: 1.8, many: 2.9 },
  bandDeviate: { few: 0.3, many: 1.3 },
  elevatedShare: 0.35,
  cappedDeviate: 1.7,
  suddenShare: 0.5,
  lateDeviate: 0.5,
  burdenFactor: 1.5,
  burdenShare: 0.35,
  burdenSmallest: 2,
  falseDiscoveryRate: 0.03,
};
