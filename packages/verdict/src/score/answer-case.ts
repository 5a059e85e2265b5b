import { evaluate } from "../evaluate.js";
import type { Direction, MetricName, Policy, SampleRow, Verdict } from "../types.js";
import { METRIC_NAMES } from "../types.js";
import type { DeploymentCase, LabelledCase, MetricCase, MetricKind } from "./labelled-case.js";

export interface CaseAnswer {
  id: string;
  state: Verdict["state"];
  regressed: boolean;
  confidence: number;
}

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

/** The engine's answer to one case, by the same function that judges live deployments. */
export function answerCase(labelled: LabelledCase): CaseAnswer {
  const verdict = "metrics" in labelled ? judgeDeployment(labelled) : judgeMetric(labelled);
  const regressed = verdict.state === "warning" || verdict.state === "rollback_recommended";
  return { id: labelled.id, state: verdict.state, regressed, confidence: verdict.confidence };
}

function judgeDeployment({ metrics, stepSeconds }: DeploymentCase): Verdict {
  const column = (part: "pre" | "post") =>
    METRIC_NAMES.map((metric) => ({ metric, values: metrics[metric]?.[part] ?? [] }));
  return judge(column("pre"), column("post"), { stepSeconds, policy: {} });
}

function judgeMetric({ kind, direction, pre, post, stepSeconds }: MetricCase): Verdict {
  const metric = CARRIER[kind];
  const policy = { [metric]: policyOf(kind, direction) };
  return judge([{ metric, values: pre }], [{ metric, values: post }], { stepSeconds, policy });
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

function judge(pre: Column[], post: Column[], options: { stepSeconds: number; policy: Policy }): Verdict {
  const { stepSeconds, policy } = options;
  const before = rowsOf(pre, stepSeconds);
  const after = rowsOf(post, stepSeconds);
  const startAt = before.length * stepSeconds * 1000;
  return evaluate({
    pre: before,
    post: after.map((row) => ({ ...row, at: row.at + startAt })),
    windowEnded: true,
    stepSeconds,
    pipeline: "succeeded",
    policy,
  });
}

function rowsOf(columns: readonly Column[], stepSeconds: number): SampleRow[] {
  const length = Math.max(...columns.map(({ values }) => values.length));
  return Array.from({ length }, (_, i) => {
    const row: SampleRow = { at: i * stepSeconds * 1000 };
    for (const { metric, values } of columns) row[metric] = values[i] ?? null;
    return row;
  });
}
