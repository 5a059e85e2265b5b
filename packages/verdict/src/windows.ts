import type { MetricName, SampleRow } from "./types.js";
import { METRIC_NAMES } from "./types.js";

/** One metric's samples in order of time. `at` in epoch milliseconds. */
export interface Series {
  at: number[];
  values: number[];
}

/** The rows in order of time; rows of the same instant in an order that does not depend on the input's. */
export function byTime(rows: readonly SampleRow[]): SampleRow[] {
  return rows.map(withinReach).sort((a, b) => a.at - b.at || compareContent(a, b));
}

/** Beyond these, squares and quotients leave the range of a double; no service measures such numbers. */
const LARGEST = 1e60;
const SMALLEST = 1e-60;

function withinReach(row: SampleRow): SampleRow {
  const isWithin = METRIC_NAMES.every((metric) => isReachable(row[metric]));
  if (isWithin) return row;
  const bounded = METRIC_NAMES.map((metric) => [metric, boundedOf(row[metric])]);
  return { at: row.at, ...(Object.fromEntries(bounded) as Omit<SampleRow, "at">) };
}

function isReachable(value: number | null | undefined): boolean {
  if (typeof value !== "number" || value === 0) return true;
  const size = Math.abs(value);
  // What is not finite is left to whoever leaves it out.
  return (size >= SMALLEST && size <= LARGEST) || !Number.isFinite(size);
}

function boundedOf(value: number | null | undefined): number | null {
  if (typeof value !== "number") return null;
  if (isReachable(value)) return value;
  return Math.abs(value) < SMALLEST ? 0 : Math.sign(value) * LARGEST;
}

function compareContent(a: SampleRow, b: SampleRow): number {
  const left = contentKey(a);
  const right = contentKey(b);
  if (left === right) return 0;
  return left < right ? -1 : 1;
}

function contentKey(row: SampleRow): string {
  return JSON.stringify([
    row.requests_per_sec,
    row.latency_p95,
    row.error_rate,
    row.cpu_usage,
    row.memory_usage,
  ]);
}

/** The finite values of one metric from rows that are in order of time. */
export function seriesOf(rows: readonly SampleRow[], metric: MetricName): Series {
  const series: Series = { at: [], values: [] };
  for (const row of rows) {
    const value = row[metric];
    if (typeof value !== "number" || !Number.isFinite(value)) continue;
    series.at.push(row.at);
    series.values.push(value);
  }
  return series;
}

/** Fewest samples that a judgement needs, before and after. */
export const FEWEST_PRE_SAMPLES = 5;
export const FEWEST_POST_SAMPLES = 3;

/** True for a row that reports at least one finite metric. */
export function hasReport(row: SampleRow, metrics: readonly MetricName[]): boolean {
  return metrics.some((metric) => Number.isFinite(row[metric] ?? Number.NaN));
}
