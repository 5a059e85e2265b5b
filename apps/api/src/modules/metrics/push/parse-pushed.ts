import {
  checkMetric,
  type MeasuredValues,
  METRICS,
  type MetricName,
  NOTHING_MEASURED,
} from "../metric-values.js";

/** A service's clock may be this far ahead of ours. */
const MAX_AHEAD_MS = 30_000;
/** Late rows are taken while the partition of their day is sure to be there. */
const MAX_AGE_MS = 24 * 3_600_000;
const MAX_NAME_SHOWN = 40;

type PushRefusal =
  | "invalid_row"
  | "at_missing"
  | "bad_instant"
  | "from_future"
  | "too_old"
  | "clock_skew"
  | "conflicting_sample"
  | "unknown_metric"
  | "no_metrics"
  | "not_finite"
  | "out_of_range";

export type PushedRow = { at: Date; values: MeasuredValues };
export type RefusedRow = { index: number; reason: PushRefusal; detail: string | null };

/**
 * Reads the rows of one push, each by itself: a bad one takes no good one with it.
 *
 * Clocks: a row says when it was measured (`at`, ISO 8601 with a zone, or milliseconds since 1970), or leaves that
 * to us when it comes alone. Up to 30 s ahead of our clock and 24 h behind it are taken as they are. Where the
 * sender says what its clock shows (`sentAt`) and that is more than 30 s off, nothing it dated is taken: shifted
 * samples would fall into the wrong side of a deployment.
 *
 * Metrics: the five names of a scrape; null or absent is "not measured". At least one, and no other name, because
 * a misspelt one would be a gap that nobody sees.
 */
export function parsePushed(
  rows: readonly unknown[],
  { now, sentAt }: { now: Date; sentAt?: Date | undefined },
): { rows: (PushedRow & { index: number })[]; refused: RefusedRow[] } {
  const good: (PushedRow & { index: number })[] = [];
  const refused: RefusedRow[] = [];
  const isSkewed = sentAt !== undefined && Math.abs(sentAt.getTime() - now.getTime()) > MAX_AHEAD_MS;
  for (const [index, row] of rows.entries()) {
    const read = readRow(row, { now, isAlone: rows.length === 1, isSkewed });
    if ("reason" in read) refused.push({ index, reason: read.reason, detail: read.detail ?? null });
    else good.push({ index, ...read });
  }
  return { rows: good, refused };
}

type Refusal = { reason: PushRefusal; detail?: string };

function readRow(
  row: unknown,
  { now, isAlone, isSkewed }: { now: Date; isAlone: boolean; isSkewed: boolean },
): PushedRow | Refusal {
  if (!isObject(row)) return { reason: "invalid_row" };
  const at = readInstant(row["at"], { now, isAlone });
  if (!(at instanceof Date)) return at;
  if (isSkewed && row["at"] !== undefined) return { reason: "clock_skew" };
  const values = readMetrics(row["metrics"]);
  return "reason" in values ? values : { at, values: values.values };
}

const ISO_INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:\d{2})$/;

function readInstant(raw: unknown, { now, isAlone }: { now: Date; isAlone: boolean }): Date | Refusal {
  if (raw === undefined || raw === null) return isAlone ? now : { reason: "at_missing" };
  const isText = typeof raw === "string" && ISO_INSTANT.test(raw);
  const ms = isText ? Date.parse(raw) : Number.isSafeInteger(raw) ? (raw as number) : Number.NaN;
  if (Number.isNaN(ms)) return { reason: "bad_instant" };
  if (ms > now.getTime() + MAX_AHEAD_MS) return { reason: "from_future" };
  return ms < now.getTime() - MAX_AGE_MS ? { reason: "too_old" } : new Date(ms);
}

function readMetrics(raw: unknown): { values: MeasuredValues } | Refusal {
  if (!isObject(raw)) return { reason: "no_metrics" };
  const values: MeasuredValues = { ...NOTHING_MEASURED };
  for (const [name, value] of Object.entries(raw)) {
    if (!isMetricName(name)) return { reason: "unknown_metric", detail: name.slice(0, MAX_NAME_SHOWN) };
    if (value === null) continue;
    const checked = checkMetric(name, value);
    if (!checked.ok) return { reason: checked.reason, detail: name };
    values[name] = checked.value;
  }
  return METRICS.some((name) => values[name] !== null) ? { values } : { reason: "no_metrics" };
}

const isMetricName = (name: string): name is MetricName => (METRICS as readonly string[]).includes(name);
const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
