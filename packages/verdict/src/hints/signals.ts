import type { Decision } from "../combine.js";
import type { JudgedMetric } from "../judge-metrics.js";
import type { MetricName, PerMetric, PipelineResult, Quality } from "../types.js";
import { METRIC_NAMES } from "../types.js";

/** What hints are made from; computed together with the verdict, so that they cannot disagree. */
export interface HintFacts {
  decision: Decision;
  judged: readonly JudgedMetric[];
  perMetric: Record<MetricName, PerMetric>;
  quality: Quality;
  pipeline: PipelineResult;
  stepSeconds: number;
}

/** A yes-or-no fact about a deployment, with the metrics it rests on. */
export interface Signal {
  holds: (facts: HintFacts) => boolean;
  metrics: (facts: HintFacts) => MetricName[];
}

const MEMORY_LIMIT = 0.8;
const MEMORY_NEAR = 0.72;
/** Growth per hour, as a share of all memory, that fills a machine within a day or so. */
const LEAK_PER_HOUR = 0.03;
const TRAFFIC_ROSE = 1.3;
const ENDURING_SHARE = 0.7;
const FULL_COVERAGE = 0.9;
const SHORT_BASELINE = 15;

const regressed = ({ perMetric }: HintFacts, metric: MetricName) => perMetric[metric].state === "regressed";
const steady = ({ perMetric }: HintFacts, metric: MetricName) =>
  ["ok", "improved", "missing", "muted"].includes(perMetric[metric].state);
const inState = (facts: HintFacts, state: PerMetric["state"]) =>
  METRIC_NAMES.filter((metric) => facts.perMetric[metric].state === state);

/** The worst-hit metric: first regressed in report order, else the first that went away. */
export function leadingMetric(facts: HintFacts): JudgedMetric | undefined {
  const order: MetricName[] = ["error_rate", "latency_p95", "requests_per_sec", "cpu_usage", "memory_usage"];
  const byOrder = order.flatMap((name) => facts.judged.filter((one) => one.metric === name));
  return byOrder.find((one) => one.state === "regressed") ?? byOrder.find((one) => one.state === "went_away");
}

/** Seconds from the first sample to the first of the leading metric's lasting breach; null without one. */
export function onsetSeconds(facts: HintFacts): number | null {
  const leading = leadingMetric(facts);
  const elevated = leading?.evidence?.elevated;
  if (leading?.state !== "regressed" || !elevated) return null;
  const first = elevated.findIndex((worse, i) => worse && (elevated[i + 1] ?? true));
  if (first < 0) return null;
  const skipped = leading.post.values.length - elevated.length;
  return first === 0 ? 0 : (first + skipped) * facts.stepSeconds;
}

const one = (metric: MetricName, holds: Signal["holds"]): Signal => ({ holds, metrics: () => [metric] });
const fact = (holds: Signal["holds"]): Signal => ({ holds, metrics: () => [] });
const states = (state: PerMetric["state"]): Signal => ({
  holds: (facts) => inState(facts, state).length > 0,
  metrics: (facts) => inState(facts, state),
});
const leading = (holds: Signal["holds"]): Signal => ({
  holds,
  metrics: (facts) => {
    const found = leadingMetric(facts);
    return found ? [found.metric] : [];
  },
});

/** Every signal a hint can need. */
export const SIGNALS = {
  errors_up: one("error_rate", (facts) => regressed(facts, "error_rate")),
  latency_up: one("latency_p95", (facts) => regressed(facts, "latency_p95")),
  latency_improved: one("latency_p95", (facts) => facts.perMetric.latency_p95.state === "improved"),
  traffic_down: one(
    "requests_per_sec",
    (facts) => regressed(facts, "requests_per_sec") && trafficRatio(facts) < 1,
  ),
  traffic_up: one("requests_per_sec", (facts) => trafficRatio(facts) > TRAFFIC_ROSE),
  cpu_up: one("cpu_usage", (facts) => regressed(facts, "cpu_usage")),
  cpu_flat: one("cpu_usage", (facts) => ["ok", "improved"].includes(facts.perMetric.cpu_usage.state)),
  memory_up: one("memory_usage", (facts) => regressed(facts, "memory_usage")),
  memory_over: one("memory_usage", (facts) => (memoryAfter(facts) ?? 0) > MEMORY_LIMIT),
  memory_near: one("memory_usage", (facts) => {
    const level = memoryAfter(facts) ?? 0;
    return level > MEMORY_NEAR && level <= MEMORY_LIMIT;
  }),
  memory_growing: one(
    "memory_usage",
    (facts) =>
      regressed(facts, "memory_usage") && (facts.perMetric.memory_usage.slopePerHour ?? 0) > LEAK_PER_HOUR,
  ),
  resources_steady: fact(
    (facts) =>
      facts.perMetric.cpu_usage.shift !== null && steady(facts, "cpu_usage") && steady(facts, "memory_usage"),
  ),
  users_unaffected: fact(
    (facts) =>
      steady(facts, "error_rate") &&
      steady(facts, "latency_p95") &&
      steady(facts, "requests_per_sec") &&
      (facts.perMetric.error_rate.shift ?? facts.perMetric.latency_p95.shift) !== null,
  ),
  regression: leading((facts) => inState(facts, "regressed").length > 0),
  bad: leading(
    (facts) => facts.decision.state === "warning" || facts.decision.state === "rollback_recommended",
  ),
  went_away: states("went_away"),
  pre_existing: states("pre_existing"),
  silent: states("silent"),
  low_traffic: one("error_rate", (facts) =>
    facts.judged.some((judged) => judged.tooFewRequests && judged.state === "inconclusive"),
  ),
  enduring: leading((facts) => {
    const found = leadingMetric(facts);
    return found?.state === "regressed" && (found.evidence?.elevatedShare ?? 0) >= ENDURING_SHARE;
  }),
  onset_at_once: leading((facts) => {
    const seconds = onsetSeconds(facts);
    return seconds !== null && seconds <= 3 * facts.stepSeconds;
  }),
  onset_later: leading((facts) => (onsetSeconds(facts) ?? 0) > 3 * facts.stepSeconds),
  guardrail_broken: {
    holds: (facts) => brokenGuardrails(facts).length > 0,
    metrics: (facts) => brokenGuardrails(facts),
  },
  critical_resource: {
    holds: (facts) => criticalResources(facts).length > 0,
    metrics: (facts) => criticalResources(facts),
  },
  baseline_short: fact(({ quality }) => quality.preSamples < SHORT_BASELINE),
  incomplete: fact(({ quality }) => quality.coverage < FULL_COVERAGE),
  pipeline_failed: fact(({ pipeline }) => pipeline === "failed"),
  ended: fact(({ decision }) => decision.state !== "collecting"),
  rollback: fact(({ decision }) => decision.state === "rollback_recommended"),
} as const satisfies Record<string, Signal>;

export type SignalName = keyof typeof SIGNALS;

function trafficRatio({ perMetric }: HintFacts): number {
  const { before, after } = perMetric.requests_per_sec;
  return before && after !== null ? after / before : 1;
}

function memoryAfter({ perMetric }: HintFacts): number | null {
  return perMetric.memory_usage.state === "muted" ? null : perMetric.memory_usage.after;
}

function brokenGuardrails({ perMetric }: HintFacts): MetricName[] {
  return METRIC_NAMES.filter((metric) => perMetric[metric].guardrail?.broken);
}

function criticalResources({ judged }: HintFacts): MetricName[] {
  return judged
    .filter(
      ({ state, policy, metric }) => state === "regressed" && policy.critical && metric.endsWith("usage"),
    )
    .map(({ metric }) => metric);
}
