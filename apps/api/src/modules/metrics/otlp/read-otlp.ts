import { type MeasuredValues, type MetricName, METRICS, NOTHING_MEASURED } from "../metric-values.js";
import { OTLP_READINGS, type OtlpReading } from "./otlp-mapping.js";
import { numberPointSchema, type OtlpAttributes, type OtlpMetric, type OtlpRequest } from "./otlp-request.js";
import { type PointRefusal, readRequestPoints, type RequestPoint, summarise } from "./read-requests.js";

export type OtlpRow = { at: number; metrics: Partial<MeasuredValues> };

/** What one resource (an instance of the service) measured in one span of time. */
type Group = { lastMs: number; requests: RequestPoint[]; values: Map<number, NumberPoint[]> };
type NumberPoint = { value: number; attributes: OtlpAttributes };

/**
 * Turns an export of OTLP metrics into samples: one per `spanMs` of time, dated by its newest point, so that an
 * export which is sent again gives the same samples. Instances of a service that come in one export are one
 * sample: their requests add up, their CPU and memory are averaged.
 *
 * Histograms must be of delta temporality, and every point's reason is counted that is not used although its name
 * is one of ours.
 */
export function readOtlp(
  request: OtlpRequest,
  { spanMs }: { spanMs: number },
): { rows: OtlpRow[]; refused: Map<PointRefusal, number> } {
  const refused = new Map<PointRefusal, number>();
  const refuse = (reason: PointRefusal) => refused.set(reason, (refused.get(reason) ?? 0) + 1);
  const spans = new Map<number, Group[]>();
  for (const { scopeMetrics } of request.resourceMetrics) {
    const groups = new Map<number, Group>();
    for (const { metrics } of scopeMetrics)
      for (const metric of metrics) readMetric(metric, (atMs) => groupOf(groups, atMs, spanMs), refuse);
    for (const [span, group] of groups) spans.set(span, [...(spans.get(span) ?? []), group]);
  }
  const rows = [...spans].sort(([a], [b]) => a - b).map(([, groups]) => toRow(groups));
  return {
    rows: rows.filter(({ metrics }) => METRICS.some((name) => (metrics[name] ?? null) !== null)),
    refused,
  };
}

function groupOf(groups: Map<number, Group>, atMs: number, spanMs: number): Group {
  const span = Math.floor(atMs / spanMs);
  const group = groups.get(span) ?? { lastMs: 0, requests: [], values: new Map() };
  group.lastMs = Math.max(group.lastMs, Math.floor(atMs));
  groups.set(span, group);
  return group;
}

function readMetric(
  metric: OtlpMetric,
  findGroup: (atMs: number) => Group,
  refuse: (reason: PointRefusal) => void,
): void {
  const order = OTLP_READINGS.findIndex(({ name }) => name === metric.name);
  const reading = OTLP_READINGS[order];
  if (!reading) return;
  if (reading.kind === "requests") {
    const { points, refused } = readRequestPoints(metric, reading.secondsPerUnit);
    for (const point of points) findGroup(point.atMs).requests.push(point);
    for (const reason of refused) refuse(reason);
    return;
  }
  for (const raw of [...(metric.gauge?.dataPoints ?? []), ...(metric.sum?.dataPoints ?? [])]) {
    const parsed = numberPointSchema.safeParse(raw);
    const value = parsed.data?.asDouble ?? parsed.data?.asInt;
    if (!parsed.success || value === undefined) {
      refuse("invalid_point");
      continue;
    }
    const { values } = findGroup(parsed.data.timeUnixNano);
    const given = values.get(order) ?? [];
    given.push({ value, attributes: parsed.data.attributes });
    values.set(order, given);
  }
}

function toRow(groups: readonly Group[]): OtlpRow {
  const rows = groups.map(toValues);
  const metrics: Partial<MeasuredValues> = {};
  for (const name of METRICS) metrics[name] = combine(name, rows);
  const requests = groups.flatMap((group) => group.requests);
  // Shares and percentiles do not add up, the requests that they are of do.
  if (requests.length > 0 && groups.length > 1) {
    const { error_rate, latency_p95 } = summarise(requests);
    Object.assign(metrics, { error_rate, latency_p95 });
  }
  return { at: Math.max(...groups.map(({ lastMs }) => lastMs)), metrics };
}

function toValues({ requests, values }: Group): MeasuredValues {
  const measured: MeasuredValues = {
    ...NOTHING_MEASURED,
    ...(requests.length > 0 ? summarise(requests) : {}),
  };
  const given = new Set<MetricName>();
  for (const [order, reading] of OTLP_READINGS.entries()) {
    const points = values.get(order);
    if (reading.kind === "requests" || !points || given.has(reading.metric)) continue;
    measured[reading.metric] = readPoints(reading, points);
    given.add(reading.metric);
  }
  return measured;
}

const IDLE = /^(?:idle|free)$/;

function readPoints({ kind }: OtlpReading, points: readonly NumberPoint[]): number | null {
  const valuesOf = (mode: RegExp) =>
    points
      .filter(({ attributes }) =>
        attributes.some(
          ({ key, value }) => /(?:^|\.)(?:mode|state)$/.test(key) && mode.test(value?.stringValue ?? ""),
        ),
      )
      .map(({ value }) => value);
  const all = points.map(({ value }) => value);
  if (kind === "value") return meanOf(all);
  if (kind === "sum") return all.reduce((sum, value) => sum + value, 0);
  const used = meanOf(valuesOf(/^used$/));
  if (used !== null) return used;
  const idle = meanOf(valuesOf(IDLE));
  return idle === null ? meanOf(all) : Math.max(0, 1 - idle);
}

function combine(name: MetricName, rows: readonly MeasuredValues[]): number | null {
  const values = rows.map((row) => row[name]).filter((value) => value !== null);
  if (name !== "requests_per_sec") return meanOf(values);
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0);
}

const meanOf = (values: readonly number[]): number | null =>
  values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
