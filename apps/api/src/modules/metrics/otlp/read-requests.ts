import type { MeasuredValues } from "../metric-values.js";
import type { OtlpAttributes, OtlpMetric } from "./otlp-request.js";
import { exponentialPointSchema, histogramPointSchema } from "./otlp-request.js";
import { type Interval, quantileOf } from "./quantile.js";

export type PointRefusal = "invalid_point" | "cumulative_temporality" | "no_interval";

/** Requests of one series in one interval of time. */
export type RequestPoint = {
  atMs: number;
  fromMs: number;
  count: number;
  errors: number;
  /** Durations in ms. */
  durations: Interval[];
};

/** Reads the points of a histogram of request durations; each that cannot be used has its reason. */
export function readRequestPoints(
  metric: OtlpMetric,
  secondsPerUnit: number,
): { points: RequestPoint[]; refused: PointRefusal[] } {
  const points: RequestPoint[] = [];
  const refused: PointRefusal[] = [];
  const msPerUnit = secondsPerUnit * 1_000;
  for (const kind of ["histogram", "exponentialHistogram"] as const)
    for (const raw of metric[kind]?.dataPoints ?? []) {
      // What was counted since the process began says nothing of now without the count before it.
      const read = metric[kind]?.aggregationTemporality
        ? readPoint(kind, raw, msPerUnit)
        : "cumulative_temporality";
      if (typeof read === "string") refused.push(read);
      else points.push(read);
    }
  return { points, refused };
}

function readPoint(
  kind: "histogram" | "exponentialHistogram",
  raw: unknown,
  msPerUnit: number,
): RequestPoint | PointRefusal {
  const parsed =
    kind === "histogram" ? histogramPointSchema.safeParse(raw) : exponentialPointSchema.safeParse(raw);
  if (!parsed.success || parsed.data.count < 0) return "invalid_point";
  const { data } = parsed;
  const { timeUnixNano: atMs, startTimeUnixNano: fromMs, count } = data;
  if (fromMs === undefined || fromMs <= 0 || fromMs >= atMs) return "no_interval";
  const durations =
    "bucketCounts" in data ? explicitIntervals(data, msPerUnit) : exponentialIntervals(data, msPerUnit);
  if (durations.some(({ count: n }) => n < 0)) return "invalid_point";
  return { atMs, fromMs, count, errors: isError(data.attributes) ? count : 0, durations };
}

/** Answers of the server's own fault. What a client did wrong is no sign of a bad deployment. */
function isError(attributes: OtlpAttributes): boolean {
  const find = (key: string) => attributes.find((attribute) => attribute.key === key)?.value;
  const status = find("http.response.status_code") ?? find("http.status_code");
  const code = Number(status?.intValue ?? status?.stringValue ?? Number.NaN);
  return Number.isNaN(code) ? find("error.type") !== undefined : code >= 500;
}

function explicitIntervals(
  {
    bucketCounts,
    explicitBounds,
    max,
  }: { bucketCounts: number[]; explicitBounds: number[]; max?: number | undefined },
  msPerUnit: number,
): Interval[] {
  return bucketCounts.map((count, index) => {
    const lower = explicitBounds[index - 1] ?? 0;
    const upper = Math.min(
      explicitBounds[index] ?? Number.POSITIVE_INFINITY,
      max ?? Number.POSITIVE_INFINITY,
    );
    return { lower: lower * msPerUnit, upper: Math.max(lower, upper) * msPerUnit, count };
  });
}

function exponentialIntervals(
  {
    scale,
    zeroCount,
    positive,
  }: { scale: number; zeroCount: number; positive?: { offset: number; bucketCounts: number[] } | undefined },
  msPerUnit: number,
): Interval[] {
  const base = 2 ** (2 ** -scale);
  const intervals = (positive?.bucketCounts ?? []).map((count, index) => {
    const exponent = (positive?.offset ?? 0) + index;
    return { lower: base ** exponent * msPerUnit, upper: base ** (exponent + 1) * msPerUnit, count };
  });
  return [{ lower: 0, upper: 0, count: zeroCount }, ...intervals];
}

/** Requests per second, share of errors and 95th percentile of all series that one resource sent together. */
export function summarise(
  points: readonly RequestPoint[],
): Pick<MeasuredValues, "requests_per_sec" | "latency_p95" | "error_rate"> {
  const seconds =
    (Math.max(...points.map(({ atMs }) => atMs)) - Math.min(...points.map(({ fromMs }) => fromMs))) / 1_000;
  const count = points.reduce((sum, point) => sum + point.count, 0);
  const errors = points.reduce((sum, point) => sum + point.errors, 0);
  const durations = points.flatMap((point) => point.durations);
  return {
    requests_per_sec: count / seconds,
    error_rate: count === 0 ? null : errors / count,
    latency_p95: quantileOf(durations, 0.95) ?? null,
  };
}
