import { z } from "zod";

/** What one good scrape says. Units: req/s, ms, share 0..1, share 0..1, share 0..1. */
export type MetricValues = {
  requests_per_sec: number;
  latency_p95: number;
  error_rate: number;
  cpu_usage: number;
  memory_usage: number;
};

export type MetricsRefusal = "not_json" | "no_metrics" | "metric_missing" | "not_finite" | "out_of_range";

export type ParsedMetrics =
  | { ok: true; sample: MetricValues }
  | { ok: false; reason: MetricsRefusal; detail?: string };

const answerSchema = z.object({ metrics: z.record(z.string(), z.unknown()) });

const LARGEST: Record<keyof MetricValues, number> = {
  requests_per_sec: Number.MAX_VALUE,
  latency_p95: Number.MAX_VALUE,
  error_rate: 1,
  cpu_usage: 1,
  memory_usage: 1,
};
const NAMES = Object.keys(LARGEST) as (keyof MetricValues)[];

const NUMERIC_TEXT = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?$/i;

/**
 * Reads the answer of a metrics endpoint, `{"metrics": {...}}` with all five metrics; other fields are ignored.
 * A scrape is good as a whole or not at all: `detail` names the first metric that is not.
 */
export function parseMetrics(body: Uint8Array): ParsedMetrics {
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(body));
  } catch {
    return { ok: false, reason: "not_json" };
  }
  const answer = answerSchema.safeParse(json);
  if (!answer.success) return { ok: false, reason: "no_metrics" };
  const sample: Partial<MetricValues> = {};
  for (const name of NAMES) {
    const raw = answer.data.metrics[name];
    if (raw === undefined) return { ok: false, reason: "metric_missing", detail: name };
    const value = toNumber(raw);
    if (!Number.isFinite(value)) return { ok: false, reason: "not_finite", detail: name };
    if (value < 0 || value > LARGEST[name]) return { ok: false, reason: "out_of_range", detail: name };
    sample[name] = value;
  }
  return { ok: true, sample: sample as MetricValues };
}

/** Numbers, and numbers as text, as clients in use send them; anything else is not a number. */
function toNumber(raw: unknown): number {
  if (typeof raw === "number") return raw;
  return typeof raw === "string" && NUMERIC_TEXT.test(raw.trim()) ? Number(raw) : Number.NaN;
}
