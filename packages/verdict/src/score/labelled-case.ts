import type { Direction, MetricName } from "../types.js";
import { METRIC_NAMES } from "../types.js";
import { parseJson } from "./parse-json.js";

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

/** Which way a metric of this kind gets worse, where a case does not say. */
const USUAL_DIRECTION: Record<MetricKind, Direction> = {
  error_rate: "higher_is_worse",
  latency: "higher_is_worse",
  cpu: "higher_is_worse",
  memory: "higher_is_worse",
  rps: "lower_is_worse",
  generic: "two_sided",
};

const DIRECTIONS: readonly unknown[] = [
  "higher_is_worse",
  "lower_is_worse",
  "two_sided",
] satisfies Direction[];
const isDirection = (value: unknown): value is Direction => DIRECTIONS.includes(value);

/**
 * One case of a file: a metric's or a deployment's windows, or one of Kayenta's classifier cases. Fields that are
 * not known are left alone.
 *
 * @throws Error with what is wrong about it
 */
export function parseCase(text: string): LabelledCase {
  const raw = parseJson(text);
  if (!isRecord(raw)) throw new Error("a case is a JSON object");
  if (Array.isArray(raw.control)) return parseClassifierCase(raw);
  const base: CaseBase = {
    id: idOf(raw.id),
    source: typeof raw.source === "string" ? raw.source : "unknown",
    series: typeof raw.series === "string" ? raw.series : String(raw.id),
    stepSeconds: stepOf(raw.step_s),
    stress: raw.tier === "hard",
    regressed: labelOf(raw.label),
  };
  if (raw.metrics !== undefined) return { ...base, metrics: parseMetrics(raw.metrics) };
  const kind = METRIC_KINDS.find((name) => name === raw.metric_kind);
  if (kind === undefined)
    throw new Error(`either metrics, or a metric_kind of ${METRIC_KINDS.join(", ")} is needed`);
  const direction = raw.direction ?? USUAL_DIRECTION[kind];
  if (!isDirection(direction)) throw new Error(`direction is none of ${DIRECTIONS.join(", ")}`);
  return { ...base, kind, direction, pre: valuesOf(raw.pre, "pre"), post: valuesOf(raw.post, "post") };
}

const CLASSIFIER_DIRECTION: Readonly<Record<string, Direction>> = {
  Increase: "higher_is_worse",
  Decrease: "lower_is_worse",
};

/** Kayenta knows a control and an experiment, and labels of its own. */
function parseClassifierCase(raw: Record<string, unknown>): MetricCase {
  const id = idOf(raw.id ?? raw.name);
  const label = raw.user_expects ?? raw.expect;
  return {
    id,
    source: "kayenta",
    series: id,
    stepSeconds: stepOf(raw.step_s),
    stress: false,
    regressed: label === "Pass" ? false : ["High", "Low", "Fail"].includes(String(label)) ? true : null,
    kind: "generic",
    direction: CLASSIFIER_DIRECTION[String(raw.direction)] ?? "two_sided",
    pre: valuesOf(raw.control, "control"),
    post: valuesOf(raw.experiment, "experiment"),
  };
}

function parseMetrics(raw: unknown): DeploymentCase["metrics"] {
  if (!isRecord(raw)) throw new Error("metrics is no object");
  const metrics: DeploymentCase["metrics"] = {};
  for (const metric of METRIC_NAMES) {
    const windows = raw[metric] ?? null;
    if (windows === null) continue;
    if (!isRecord(windows))
      throw new Error(`metrics.${metric} is neither null nor an object with pre and post`);
    const of = (part: "pre" | "post") => valuesOf(windows[part], `metrics.${metric}.${part}`);
    metrics[metric] = { pre: of("pre"), post: of("post") };
  }
  return metrics;
}

function idOf(id: unknown): string {
  if (typeof id === "number") return String(id);
  if (typeof id !== "string" || id === "") throw new Error("a case needs an id");
  return id;
}

/** A minute where it is not said. */
function stepOf(step: unknown): number {
  const seconds = step === undefined || step === null ? 60 : Number(step);
  if (!(seconds > 0) || !Number.isFinite(seconds))
    throw new Error("step_s is no number of seconds above zero");
  return seconds;
}

/** What is neither of the two labels is none: counted as clean, a misspelt one would spoil the score unseen. */
function labelOf(label: unknown): boolean | null {
  if (label === "regressed") return true;
  return label === "clean" ? false : null;
}

function valuesOf(values: unknown, name: string): Values {
  if (!Array.isArray(values)) throw new Error(`${name} is no list`);
  return values.map((value: unknown, i) => {
    const number = typeof value === "string" ? numberOf(value) : value;
    if (number === null || (typeof number === "number" && !Number.isFinite(number))) return null;
    if (typeof number === "number") return number;
    throw new Error(`${name}[${i}] is neither a number nor null`);
  });
}

/** What exports write for a sample that is not there. */
const MISSING = /^\s*(|[-+]?(nan|inf|infinity)|null|none|na|n\/a)\s*$/i;

/** Undefined where the text is no number. */
function numberOf(text: string): number | null | undefined {
  if (MISSING.test(text)) return null;
  const isDecimal = /^\s*[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?\s*$/i.test(text);
  return isDecimal ? Number(text) : undefined;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
