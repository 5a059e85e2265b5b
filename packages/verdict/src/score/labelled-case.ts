import type { Direction, MetricName } from "../types.js";
import { METRIC_NAMES } from "../types.js";

/** What a single-metric case measures; `generic` is a metric of no known kind. */
const METRIC_KINDS = ["error_rate", "latency", "cpu", "memory", "rps", "generic"] as const;
export type MetricKind = (typeof METRIC_KINDS)[number];

type Values = (number | null)[];

interface CaseBase {
  id: string;
  source: string;
  series: string;
  stepSeconds: number;
  /** Anomalies of any shape, many of them no change of level: a stress test, nothing to fit to. */
  stress: boolean;
  /** Null where the case carries no label. */
  regressed: boolean | null;
}

export interface MetricCase extends CaseBase {
  kind: MetricKind;
  direction: Direction;
  pre: Values;
  post: Values;
}

export interface DeploymentCase extends CaseBase {
  metrics: { [M in MetricName]?: { pre: Values; post: Values } | null };
}

export type LabelledCase = MetricCase | DeploymentCase;

/** One line of a case file; throws with what is wrong about it. */
export function parseCase(line: string): LabelledCase {
  const raw: unknown = JSON.parse(line);
  if (!isRecord(raw) || typeof raw.id !== "string") throw new Error("a case needs an id");
  const base: CaseBase = {
    id: raw.id,
    source: typeof raw.source === "string" ? raw.source : "unknown",
    series: typeof raw.series === "string" ? raw.series : raw.id,
    stepSeconds: typeof raw.step_s === "number" ? raw.step_s : 60,
    stress: raw.tier === "hard",
    regressed: labelOf(raw.label),
  };
  if (isRecord(raw.metrics)) return { ...base, metrics: parseMetrics(raw.metrics, raw.id) };
  const kind = METRIC_KINDS.find((name) => name === raw.metric_kind);
  if (kind === undefined) throw new Error(`${raw.id}: unknown metric_kind`);
  const direction = directionOf(raw.direction);
  return { ...base, kind, direction, pre: valuesOf(raw.pre, raw.id), post: valuesOf(raw.post, raw.id) };
}

function parseMetrics(raw: Record<string, unknown>, id: string): DeploymentCase["metrics"] {
  const metrics: DeploymentCase["metrics"] = {};
  for (const metric of METRIC_NAMES) {
    const windows = raw[metric];
    if (isRecord(windows)) {
      metrics[metric] = { pre: valuesOf(windows.pre, id), post: valuesOf(windows.post, id) };
    }
  }
  return metrics;
}

function labelOf(label: unknown): boolean | null {
  return typeof label === "string" ? label === "regressed" : null;
}

function directionOf(direction: unknown): Direction {
  if (direction === "lower_is_worse" || direction === "two_sided") return direction;
  return "higher_is_worse";
}

function valuesOf(values: unknown, id: string): Values {
  if (!Array.isArray(values)) throw new Error(`${id}: pre and post must be lists`);
  return values.map((value: unknown) => (typeof value === "number" ? value : null));
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
