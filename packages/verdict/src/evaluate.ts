import type { Decision } from "./combine.js";
import { combine } from "./combine.js";
import { trafficGrowth } from "./confound.js";
import { describeMetric } from "./describe-metric.js";
import { hintsFor } from "./hints/hints-for.js";
import type { JudgedMetric } from "./judge-metrics.js";
import { judgeMetrics } from "./judge-metrics.js";
import type { Measurement, Observation } from "./measure-metric.js";
import { measureMetric } from "./measure-metric.js";
import { resolvePolicy } from "./policy.js";
import { assessQuality, leavesUnseen } from "./quality.js";
import type { Thresholds } from "./thresholds.js";
import { THRESHOLDS } from "./thresholds.js";
import type { MetricName, PerMetric, Quality, Reason, Verdict, VerdictInput } from "./types.js";
import { METRIC_NAMES } from "./types.js";
import { byTime } from "./windows.js";

/**
 * Facts in, verdict out: compares what was measured since a deployment with the service's own past.
 *
 * Pure: no clock, no I/O, no randomness; the same input gives the same verdict, whatever the order of rows.
 * Call it after every sample with `windowEnded: false`, and once more with `true` when the window is over:
 * only the last can be `ok`, `warning` or `inconclusive`; `rollback_recommended` may come earlier.
 * Never throws for any finite or missing numbers.
 */
export function evaluate(input: VerdictInput): Verdict {
  const measured = measureAll(input);
  const { decision, judged } = decide(input, measured, THRESHOLDS);
  const { quality, planned } = measured;
  const { stepSeconds, pipeline } = input;
  const described = judged.map((one) => describeMetric(one, { stepSeconds, planned }));
  const perMetric = Object.fromEntries(described.map((one) => [one.metric, one])) as Record<
    MetricName,
    PerMetric
  >;
  return {
    ...decision,
    confidence: Number(decision.confidence.toPrecision(4)),
    hints: hintsFor({
      decision,
      ...withoutDryRuns(judged, perMetric),
      quality,
      pipeline,
      stepSeconds,
      looks: input.post.length,
    }),
    quality,
    perMetric,
  };
}

/** What was seen, before any threshold is applied. */
export interface Measured {
  metrics: Measurement[];
  quality: Quality;
  /** Samples that the whole observation should hold. */
  planned: number;
  /** Whether the window's end or beginning was not seen, so that it cannot be called healthy. */
  isUnseen: boolean;
}

/** Looks at every metric alone. */
export function measureAll(input: VerdictInput): Measured {
  const planned = Math.max(input.expectedPostSamples ?? input.post.length, 1);
  const pre = byTime(input.pre);
  const post = byTime(input.post);
  const observation: Observation = {
    pre,
    post,
    stepSeconds: input.stepSeconds,
    planned,
    trafficGrew: trafficGrowth(pre, post),
    history: (input.history ?? []).map((pair) => ({ pre: byTime(pair.pre), post: byTime(pair.post) })),
  };
  const policy = resolvePolicy(input.policy);
  const { windowEnded, stepSeconds } = input;
  return {
    metrics: METRIC_NAMES.map((metric) => measureMetric(observation, metric, policy[metric])),
    quality: assessQuality(pre, post, { stepSeconds, planned, windowEnded }),
    planned,
    isUnseen: leavesUnseen(post, { stepSeconds, planned }),
  };
}

/** Applies the thresholds to what was measured: each metric's state, and the deployment's. */
export function decide(
  { windowEnded, pipeline, stepSeconds }: Pick<VerdictInput, "windowEnded" | "pipeline" | "stepSeconds">,
  { metrics, quality, planned, isUnseen }: Measured,
  thresholds: Thresholds,
): { decision: Decision; judged: JudgedMetric[] } {
  const judged = judgeMetrics(metrics, { planned, stepSeconds, thresholds }).map(withSilence);
  const { postSamples: samples, coverage } = quality;
  const counted = judged.filter(({ policy }) => !policy.dryRun);
  const decision = combine(counted, { windowEnded, samples, planned, coverage, isUnseen, pipeline });
  const reasons = [...decision.reasons, ...judged.flatMap(dryRunReason)];
  return { judged, decision: { ...decision, reasons } };
}

/** What is no longer reported is not fine, however fine it was; what had got worse stays so. */
function withSilence(judged: JudgedMetric): JudgedMetric {
  const wasFine = judged.state === "ok" || judged.state === "improved" || judged.state === "pre_existing";
  return judged.fellSilent !== null && wasFine ? { ...judged, state: "silent" } : judged;
}

/** A metric on trial says what it found, and nothing follows from it. */
function dryRunReason({ metric, policy, state }: JudgedMetric): Reason[] {
  if (!policy.dryRun || (state !== "regressed" && state !== "went_away")) return [];
  return [{ key: "reason.dry_run", params: { metric }, metric }];
}

/** Hints explain the verdict, so they see a metric without a part in it as a muted one. */
function withoutDryRuns(judged: JudgedMetric[], perMetric: Record<MetricName, PerMetric>) {
  const quiet = judged.filter(({ policy }) => policy.dryRun).map(({ metric }) => metric);
  if (quiet.length === 0) return { judged, perMetric };
  const muted = quiet.map((metric) => [metric, { ...perMetric[metric], state: "muted" as const }] as const);
  return {
    judged: judged.filter(({ metric }) => !quiet.includes(metric)),
    perMetric: { ...perMetric, ...Object.fromEntries(muted) },
  };
}
