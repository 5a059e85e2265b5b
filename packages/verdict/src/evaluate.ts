import { combine } from "./combine.js";
import { describeMetric } from "./describe-metric.js";
import { hintsFor } from "./hints/hints-for.js";
import { judgeMetrics } from "./judge-metrics.js";
import type { Observation } from "./measure-metric.js";
import { measureMetric } from "./measure-metric.js";
import { resolvePolicy } from "./policy.js";
import { assessQuality } from "./quality.js";
import type { MetricName, PerMetric, Verdict, VerdictInput } from "./types.js";
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
  const planned = Math.max(input.expectedPostSamples ?? input.post.length, 1);
  const observation: Observation = {
    pre: byTime(input.pre),
    post: byTime(input.post),
    stepSeconds: input.stepSeconds,
    planned,
    history: (input.history ?? []).map(({ pre, post }) => ({ pre: byTime(pre), post: byTime(post) })),
  };
  const policy = resolvePolicy(input.policy);
  const measured = METRIC_NAMES.map((metric) => measureMetric(observation, metric, policy[metric]));
  const judged = judgeMetrics(measured, planned);
  const { windowEnded, stepSeconds, pipeline } = input;
  const quality = assessQuality(observation.pre, observation.post, { stepSeconds, planned, windowEnded });
  const progress = {
    windowEnded,
    samples: quality.postSamples,
    planned,
    pipeline,
    coverage: quality.coverage,
  };
  const decision = combine(judged, progress);
  const described = judged.map((one) => describeMetric(one, { stepSeconds, planned }));
  const perMetric = Object.fromEntries(described.map((one) => [one.metric, one])) as Record<
    MetricName,
    PerMetric
  >;
  return {
    ...decision,
    confidence: Number(decision.confidence.toPrecision(4)),
    hints: hintsFor({ decision, judged, perMetric, quality, pipeline, stepSeconds }),
    quality,
    perMetric,
  };
}
