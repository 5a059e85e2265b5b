/** Five metrics. Units: req/s, ms, share 0..1, share 0..1, share 0..1. */
export type MetricValues = {
  requests_per_sec: number;
  latency_p95: number;
  error_rate: number;
  cpu_usage: number;
  memory_usage: number;
};
export type MetricName = keyof MetricValues;

/** What was measured at one instant; null where a metric was not. */
export type MeasuredValues = { [M in MetricName]: number | null };

/**
 * Beyond it is a fault of whoever counts, and a number of sixty digits on somebody's page. Sums over all projects rely on
 * it too: PostgreSQL refuses the average of two numbers whose sum is none.
 */
export const LARGEST_VALUE = 1e9;

const LARGEST: Record<MetricName, number> = {
  requests_per_sec: LARGEST_VALUE,
  latency_p95: LARGEST_VALUE,
  error_rate: 1,
  cpu_usage: 1,
  memory_usage: 1,
};
export const METRICS = Object.keys(LARGEST) as readonly MetricName[];

const NUMERIC_TEXT = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?$/i;

export type CheckedMetric =
  | { ok: true; value: number }
  | { ok: false; reason: "not_finite" | "out_of_range" };

/** Reads one metric: numbers, and numbers as text, as clients in use send them; anything else is not a number. */
export function checkMetric(name: MetricName, raw: unknown): CheckedMetric {
  const value = toNumber(raw);
  if (!Number.isFinite(value)) return { ok: false, reason: "not_finite" };
  if (value < 0 || value > LARGEST[name]) return { ok: false, reason: "out_of_range" };
  // A zero below zero is a zero.
  return { ok: true, value: value === 0 ? 0 : value };
}

function toNumber(raw: unknown): number {
  if (typeof raw === "number") return raw;
  return typeof raw === "string" && raw.length < 40 && NUMERIC_TEXT.test(raw.trim())
    ? Number(raw)
    : Number.NaN;
}

export const NOTHING_MEASURED: MeasuredValues = {
  requests_per_sec: null,
  latency_p95: null,
  error_rate: null,
  cpu_usage: null,
  memory_usage: null,
};
