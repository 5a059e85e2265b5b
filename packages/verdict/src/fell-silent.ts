import type { MetricName, SampleRow } from "./types.js";
import { METRIC_NAMES } from "./types.js";
import { hasReport } from "./windows.js";

/** Fewer samples in a row without a metric are a payload that was cut short. */
const FEWEST_SAMPLES = 3;

/** The least share of the observation that has to lie behind the last report. */
const NOTABLE_SHARE = 0.15;

/** With this many baseline samples, a silence that they never had is rare by any account. */
const ENOUGH_TO_KNOW = 20;

export interface Silence {
  /** The latest samples, all without the metric. */
  samples: number;
  /** Share of the observation's samples that carry the metric, or come before its last report, 0..1. */
  seen: number;
  /** Probability that it is news; null where the baseline is too short to tell. */
  confidence: number | null;
}

/**
 * A metric that came after the deployment too, and then stopped while the service went on answering; null where it did
 * not, or where the baseline had such a silence as well. A sample without requests has no latency and no errors to
 * report: it is no silence of theirs. The confidence is Laplace's rule of succession, as for answers that stay away.
 * Rows in order of time.
 */
export function silenceAtEnd(
  pre: readonly SampleRow[],
  post: readonly SampleRow[],
  metric: MetricName,
): Silence | null {
  const last = post.at(-1);
  // By far the most metrics: nothing more to look at.
  if (last === undefined || hasReport(last, [metric])) return null;
  const before = markReports(pre, metric);
  const after = markReports(post, metric);
  const samples = after.length - 1 - after.lastIndexOf(true);
  if (samples === after.length || samples < Math.max(FEWEST_SAMPLES, NOTABLE_SHARE * after.length))
    return null;
  if (!before.includes(true) || longestSilence(before) >= samples) return null;
  const known = before.length;
  return {
    samples,
    seen: 1 - samples / after.length,
    confidence: known < ENOUGH_TO_KNOW ? null : known / (known + samples),
  };
}

/** For each sample that could report the metric, whether it did. */
function markReports(rows: readonly SampleRow[], metric: MetricName): boolean[] {
  const asksForTraffic = metric === "latency_p95" || metric === "error_rate";
  return rows
    .filter((row) => hasReport(row, METRIC_NAMES))
    .map((row) => ({ row, reports: hasReport(row, [metric]) }))
    .filter(({ row, reports }) => reports || !(asksForTraffic && row.requests_per_sec === 0))
    .map(({ reports }) => reports);
}

function longestSilence(reports: readonly boolean[]): number {
  let longest = 0;
  let current = 0;
  for (const reported of reports) {
    current = reported ? 0 : current + 1;
    longest = Math.max(longest, current);
  }
  return longest;
}
