import type { JudgedMetric } from "../judge-metrics.js";
import type { HintEvidence, MetricName, PerMetric } from "../types.js";
import { FEWEST_REQUESTS } from "../errors.js";
import { METRIC_NAMES } from "../types.js";
import {
  changeEvidence,
  engineLimitEvidence,
  limitEvidence,
  measureEvidence,
  metricEvidence,
} from "./hint-evidence.js";
import type { HintFacts } from "./hint-facts.js";

/** A yes-or-no fact about a deployment, with the metrics it rests on. */
export interface Signal {
  holds: (facts: HintFacts) => boolean;
  metrics: (facts: HintFacts) => MetricName[];
  /** The numbers that it goes by. */
  evidence: (facts: HintFacts) => HintEvidence[];
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

const of = (
  metrics: Signal["metrics"],
  holds: Signal["holds"],
  evidence: Signal["evidence"] = (facts) => metrics(facts).flatMap((metric) => metricEvidence(facts, metric)),
): Signal => ({ holds, metrics, evidence });
const one = (
  metric: MetricName,
  holds: Signal["holds"],
  evidence: Signal["evidence"] = (facts) => metricEvidence(facts, metric),
): Signal => ({ holds, metrics: () => [metric], evidence });
const fact = (holds: Signal["holds"], evidence: Signal["evidence"] = () => []): Signal => ({
  holds,
  metrics: () => [],
  evidence,
});
const states = (state: PerMetric["state"]): Signal =>
  of(
    (facts) => inState(facts, state),
    (facts) => inState(facts, state).length > 0,
  );
const leading = (holds: Signal["holds"], evidence?: Signal["evidence"]): Signal =>
  of(
    (facts) => {
      const found = leadingMetric(facts);
      return found ? [found.metric] : [];
    },
    holds,
    evidence,
  );
/** How soon it got worse; a few steps are at once. */
const atOnceSeconds = ({ stepSeconds }: HintFacts) => 3 * stepSeconds;
const ofOnset = (facts: HintFacts) =>
  measureEvidence(
    { measure: "onset", unit: "seconds" },
    { observed: onsetSeconds(facts), threshold: atOnceSeconds(facts), falls: null },
  );
const changes =
  (...metrics: MetricName[]) =>
  (facts: HintFacts) =>
    metrics.flatMap((metric) => changeEvidence(facts, metric));
const ofMemory = (facts: HintFacts) =>
  engineLimitEvidence(facts, "memory_usage", { threshold: MEMORY_LIMIT, secured: MEMORY_NEAR });

/** Every signal a hint can need. */
export const SIGNALS = {
  errors_up: one("error_rate", (facts) => regressed(facts, "error_rate")),
  latency_up: one("latency_p95", (facts) => regressed(facts, "latency_p95")),
  latency_improved: one("latency_p95", (facts) => facts.perMetric.latency_p95.state === "improved"),
  traffic_down: one(
    "requests_per_sec",
    (facts) => regressed(facts, "requests_per_sec") && trafficRatio(facts) < 1,
  ),
  traffic_up: one(
    "requests_per_sec",
    (facts) => trafficRatio(facts) > TRAFFIC_ROSE,
    (facts) => {
      const before = facts.perMetric.requests_per_sec.before ?? 0;
      return engineLimitEvidence(facts, "requests_per_sec", { threshold: before * TRAFFIC_ROSE });
    },
  ),
  cpu_up: one("cpu_usage", (facts) => regressed(facts, "cpu_usage")),
  cpu_flat: one("cpu_usage", (facts) => ["ok", "improved"].includes(facts.perMetric.cpu_usage.state)),
  memory_up: one("memory_usage", (facts) => regressed(facts, "memory_usage")),
  memory_over: one("memory_usage", (facts) => (memoryAfter(facts) ?? 0) > MEMORY_LIMIT, ofMemory),
  memory_near: one(
    "memory_usage",
    (facts) => {
      const level = memoryAfter(facts) ?? 0;
      return level > MEMORY_NEAR && level <= MEMORY_LIMIT;
    },
    ofMemory,
  ),
  memory_growing: one(
    "memory_usage",
    (facts) =>
      regressed(facts, "memory_usage") && (facts.perMetric.memory_usage.slopePerHour ?? 0) > LEAK_PER_HOUR,
    (facts) => [
      ...metricEvidence(facts, "memory_usage"),
      ...measureEvidence(
        { measure: "memory_growth", unit: "share_per_hour" },
        { observed: facts.perMetric.memory_usage.slopePerHour, threshold: LEAK_PER_HOUR, falls: false },
      ),
    ],
  ),
  resources_steady: fact(
    (facts) =>
      facts.perMetric.cpu_usage.shift !== null && steady(facts, "cpu_usage") && steady(facts, "memory_usage"),
    changes("cpu_usage", "memory_usage"),
  ),
  users_unaffected: fact(
    (facts) =>
      steady(facts, "error_rate") &&
      steady(facts, "latency_p95") &&
      steady(facts, "requests_per_sec") &&
      (facts.perMetric.error_rate.shift ?? facts.perMetric.latency_p95.shift) !== null,
    changes("error_rate", "latency_p95", "requests_per_sec"),
  ),
  regression: leading((facts) => inState(facts, "regressed").length > 0),
  bad: leading(
    (facts) => facts.decision.state === "warning" || facts.decision.state === "rollback_recommended",
    () => [],
  ),
  went_away: states("went_away"),
  pre_existing: {
    ...states("pre_existing"),
    evidence: (facts) => inState(facts, "pre_existing").flatMap((metric) => limitEvidence(facts, metric)),
  },
  // Where nobody looked, as after a deployment that was abandoned, nothing went silent.
  silent: {
    ...states("silent"),
    holds: (facts) => facts.looks > 0 && inState(facts, "silent").length > 0,
  },
  low_traffic: one(
    "error_rate",
    (facts) => facts.judged.some((judged) => judged.tooFewRequests && judged.state === "inconclusive"),
    (facts) =>
      measureEvidence(
        { measure: "requests", unit: "count" },
        { observed: requestsSince(facts), threshold: FEWEST_REQUESTS, falls: true },
      ),
  ),
  enduring: leading(
    (facts) => {
      const found = leadingMetric(facts);
      return found?.state === "regressed" && (found.evidence?.elevatedShare ?? 0) >= ENDURING_SHARE;
    },
    (facts) =>
      measureEvidence(
        { measure: "breach_share", unit: "share" },
        {
          observed: leadingMetric(facts)?.evidence?.elevatedShare ?? null,
          threshold: ENDURING_SHARE,
          falls: false,
        },
      ),
  ),
  onset_at_once: leading((facts) => {
    const seconds = onsetSeconds(facts);
    return seconds !== null && seconds <= atOnceSeconds(facts);
  }, ofOnset),
  onset_later: leading((facts) => (onsetSeconds(facts) ?? 0) > atOnceSeconds(facts), ofOnset),
  guardrail_broken: {
    holds: (facts) => brokenGuardrails(facts).length > 0,
    metrics: (facts) => brokenGuardrails(facts),
    evidence: (facts) => brokenGuardrails(facts).flatMap((metric) => limitEvidence(facts, metric)),
  },
  critical_resource: of(criticalResources, (facts) => criticalResources(facts).length > 0),
  baseline_short: fact(
    ({ quality }) => quality.preSamples < SHORT_BASELINE,
    ({ quality }) =>
      measureEvidence(
        { measure: "baseline_samples", unit: "count" },
        { observed: quality.preSamples, threshold: SHORT_BASELINE, falls: true },
      ),
  ),
  incomplete: fact(
    ({ quality }) => quality.coverage < FULL_COVERAGE,
    ({ quality }) =>
      measureEvidence(
        { measure: "coverage", unit: "share" },
        { observed: quality.coverage, threshold: FULL_COVERAGE, falls: true },
      ),
  ),
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

/** A limit that a muted metric breaks is nobody's business. */
function brokenGuardrails({ perMetric }: HintFacts): MetricName[] {
  return METRIC_NAMES.filter(
    (metric) => perMetric[metric].state !== "muted" && perMetric[metric].guardrail?.broken,
  );
}

function requestsSince({ judged }: HintFacts): number | null {
  return judged.find(({ metric }) => metric === "error_rate")?.counts?.requests ?? null;
}

function criticalResources({ judged }: HintFacts): MetricName[] {
  return judged
    .filter(
      ({ state, policy, metric }) => state === "regressed" && policy.critical && metric.endsWith("usage"),
    )
    .map(({ metric }) => metric);
}
