import type { MessageKey, MessageParams } from "./messages/message-key.js";

/** The five metrics of a sample. Units: req/s, ms, share 0..1, share 0..1, share 0..1. */
export const METRIC_NAMES = [
  "requests_per_sec",
  "latency_p95",
  "error_rate",
  "cpu_usage",
  "memory_usage",
] as const;
export type MetricName = (typeof METRIC_NAMES)[number];

/** One scrape: `at` in epoch milliseconds; a metric that was not reported is null or absent, never zero. */
export type SampleRow = { at: number } & { [M in MetricName]?: number | null };

export type Direction = "higher_is_worse" | "lower_is_worse" | "two_sided";

/** An absolute limit in the metric's unit; for lower-is-worse metrics a share of the baseline (0.8: a fall of 20 %). */
export interface Guardrail {
  limit: number;
  /** The share of the limit at which a sample starts to count as a breach, 0..1. */
  securedRatio: number;
  /** The share of samples that may breach without consequence, 0..1. */
  tolerance: number;
}

export interface MetricPolicy {
  direction: Direction;
  /** Smallest change that matters: both must be passed. Relative to the baseline (0.05: 5 %). */
  smallestRelative: number;
  /** Smallest change that matters, in the metric's unit. */
  smallestAbsolute: number;
  guardrail: Guardrail | null;
  /** A strong regression of this metric alone recommends a rollback. */
  critical: boolean;
  /** Shown, never judged. */
  muted: boolean;
  /** Judged and shown, without a part in the verdict. */
  dryRun: boolean;
}

/** What a project overrides; everything else comes from `DEFAULT_POLICY`. */
export type Policy = { [M in MetricName]?: Partial<MetricPolicy> };
export type ResolvedPolicy = Record<MetricName, MetricPolicy>;

export type PipelineResult = "succeeded" | "failed" | "unknown";

/** Samples before and after an earlier deployment, or around the same clock time of an earlier day. */
export interface WindowPair {
  pre: SampleRow[];
  post: SampleRow[];
}

export interface VerdictInput {
  /** The baseline: everything kept before the deployment, minutes to days; any order. */
  pre: SampleRow[];
  /** What has been measured since the deployment; any order. */
  post: SampleRow[];
  /** True once the observation window is over: only then can a verdict be `ok`. */
  windowEnded: boolean;
  /** Seconds between two scrapes of the observation. */
  stepSeconds: number;
  /** How many samples the whole observation window should hold; by default the rows of `post`. */
  expectedPostSamples?: number;
  pipeline: PipelineResult;
  policy?: Policy;
  /** Earlier deployments of the same service and the same clock time of earlier days: true placebos. */
  history?: WindowPair[];
}

export type VerdictState = "collecting" | "ok" | "warning" | "rollback_recommended" | "inconclusive";

export interface Message {
  key: MessageKey;
  params: MessageParams;
}

export interface Reason extends Message {
  /** The metric it is about; null for the deployment as a whole. */
  metric: MetricName | null;
}

export type HintSeverity = "critical" | "warning" | "info";

export interface Hint {
  code: string;
  severity: HintSeverity;
  /** The metrics whose signals fired it. */
  metrics: MetricName[];
  title: Message;
  cause: Message;
  actions: Message[];
  /** The numbers it rests on, one for each signal that has any. */
  evidence: HintEvidence[];
}

/** What a hint's number measures: a metric's level, or something about the measuring itself. */
export type EvidenceMeasure =
  | MetricName
  | "memory_growth"
  | "breach_share"
  | "onset"
  | "coverage"
  | "baseline_samples"
  | "requests";

/**
 * One number that a hint rests on, against the level it was held to, in its `unit`. Null: not known, or without
 * a meaning there.
 */
export interface HintEvidence {
  measure: EvidenceMeasure;
  unit: "per_second" | "milliseconds" | "share" | "share_per_hour" | "seconds" | "count";
  /**
   * Where the threshold comes from: `baseline`, the level before and the smallest change that matters;
   * `project_limit`, a guardrail that the project switched on; `engine_limit`, a fixed one of the engine.
   */
  heldTo: "baseline" | "project_limit" | "engine_limit";
  before: number | null;
  /** The typical level since the deployment, or since the change where that came later. */
  observed: number | null;
  /** The worst single sample, where the level is back to normal. */
  worst: number | null;
  threshold: number | null;
  /** From here on it counts: inside a limit its secured share, beyond a change the service's own noise. */
  securedThreshold: number | null;
  /** The share of samples that may break the limit, 0..1. */
  tolerance: number | null;
  /** The share of samples beyond the secured limit, or beyond the baseline's reach, 0..1; and before. */
  breachShare: number | null;
  breachShareBefore: number | null;
  /**
   * How many times over: the change as a multiple of the smallest that matters; else the observed level as a
   * multiple of the limit, or the limit of the level where falling is worse. Below 1: not over; null where
   * neither way is worse.
   */
  exceedRatio: number | null;
  /** Observed minus before; `relative` as a share of before. */
  absolute: number | null;
  relative: number | null;
  /** 95 % interval of the change. */
  low: number | null;
  high: number | null;
  /** 0..1: how sure the metric's state is; null where nothing was estimated. */
  confidence: number | null;
}

/**
 * `regressed`: worse than the baseline's noise and than the smallest change that matters, and it lasts.
 * `went_away`: was so, and the latest samples are back. `pre_existing`: a limit is broken as it was before.
 * `silent`: reported before, not now, or no longer at the observation's end. `missing`: reported neither before nor now.
 */
export type MetricState =
  | "ok"
  | "improved"
  | "regressed"
  | "went_away"
  | "pre_existing"
  | "inconclusive"
  | "silent"
  | "missing"
  | "muted";

export interface Shift {
  /** In the metric's unit, after minus before. */
  absolute: number;
  /** Relative to the baseline; null where the baseline is zero. */
  relative: number | null;
  /** 95 % interval of the shift, in the metric's unit. */
  low: number;
  high: number;
}

export interface GuardrailResult {
  limit: number;
  secured: number;
  /** Share of samples beyond the secured limit, 0..1. */
  shareAfter: number;
  shareBefore: number;
  tolerance: number;
  /** Broken now and kept by the baseline. */
  broken: boolean;
  /** Broken now and before: not this deployment's doing. */
  preExisting: boolean;
}

export interface PerMetric {
  metric: MetricName;
  state: MetricState;
  /** Baseline level and level after the deployment, in the metric's unit. */
  before: number | null;
  after: number | null;
  shift: Shift | null;
  samples: { pre: number; post: number; postExpected: number };
  /** Larger than `rank` of `total` comparable windows before the deployment. */
  placebo: { rank: number; total: number } | null;
  /** In the metric's unit at this baseline. */
  smallestChange: number | null;
  /** One-sided probability of such a shift without a change. */
  pValue: number | null;
  /** 0..1: how sure the metric's own state is; calibrated on labelled deployments. */
  confidence: number;
  breachSamples: number;
  minutesInBreach: number;
  guardrail: GuardrailResult | null;
  /** What would change the metric's part in the verdict. */
  wouldChange: Message;
  /** The evidence holds at every look, not only at the planned end. */
  anytime: boolean;
  /** Change per hour within the observation, in the metric's unit; null with too few samples. */
  slopePerHour: number | null;
}

export interface Quality {
  /** Share of the expected observation samples that came, 0..1. */
  coverage: number;
  preSamples: number;
  postSamples: number;
  postExpected: number;
  /** Longest hole between two reporting scrapes of the observation, in seconds. */
  longestGapSeconds: number;
  issues: Message[];
}

export interface Verdict {
  state: VerdictState;
  /** Probability 0..1 that the state is right, as measured on labelled deployments. */
  confidence: number;
  /** No later sample of this window changes it. */
  final: boolean;
  reasons: Reason[];
  hints: Hint[];
  quality: Quality;
  perMetric: Record<MetricName, PerMetric>;
}
