import type { Direction, MetricName, Policy, SampleRow, VerdictInput } from "../types.js";
import { METRIC_NAMES } from "../types.js";
import type { DeploymentCase, LabelledCase, MetricCase, MetricKind } from "./labelled-case.js";

/** Which of the engine's metrics carries a single-metric case. */
const CARRIER: Record<MetricKind, MetricName> = {
  error_rate: "error_rate",
  latency: "latency_p95",
  cpu: "cpu_usage",
  memory: "memory_usage",
  rps: "requests_per_sec",
  generic: "requests_per_sec",
};

/** A metric of no known kind: any unit, so only a relative change can matter. */
const GENERIC_SMALLEST = 0.1;

/** What the engine is asked for one case, as if the windows of a live deployment had ended. */
export function inputOfCase(labelled: LabelledCase): VerdictInput {
  return "metrics" in labelled ? deploymentInput(labelled) : metricInput(labelled);
}

function deploymentInput({ metrics, stepSeconds }: DeploymentCase): VerdictInput {
  const column = (part: "pre" | "post") =>
    METRIC_NAMES.map((metric) => ({ metric, values: metrics[metric]?.[part] ?? [] }));
  return inputOf(column("pre"), column("post"), { stepSeconds, policy: {} });
}

function metricInput({ kind, direction, pre, post, stepSeconds }: MetricCase): VerdictInput {
  const metric = CARRIER[kind];
  const policy = { [metric]: policyOf(kind, direction) };
  return inputOf([{ metric, values: pre }], [{ metric, values: post }], { stepSeconds, policy });
}

function policyOf(kind: MetricKind, direction: Direction): Policy[MetricName] {
  if (kind === "generic") return { direction, smallestRelative: GENERIC_SMALLEST };
  // The labelled series are in unknown units, so the absolute part of latency's band does not apply.
  return kind === "latency" ? { direction, smallestAbsolute: 0 } : { direction };
}

interface Column {
  metric: MetricName;
  values: readonly (number | null)[];
}

function inputOf(
  pre: Column[],
  post: Column[],
  { stepSeconds, policy }: { stepSeconds: number; policy: Policy },
): VerdictInput {
  const before = rowsOf(pre, stepSeconds);
  const after = rowsOf(post, stepSeconds);
  const startAt = before.length * stepSeconds * 1000;
  return {
    pre: before,
    post: after.map((row) => ({ ...row, at: row.at + startAt })),
    windowEnded: true,
    stepSeconds,
    pipeline: "succeeded",
    policy,
  };
}

function rowsOf(columns: readonly Column[], stepSeconds: number): SampleRow[] {
  const length = Math.max(...columns.map(({ values }) => values.length));
  return Array.from({ length }, (_, i) => {
    const row: SampleRow = { at: i * stepSeconds * 1000 };
    for (const { metric, values } of columns) row[metric] = values[i] ?? null;
    return row;
  });
}
