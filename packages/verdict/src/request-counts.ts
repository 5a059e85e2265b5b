import type { ErrorCounts } from "./errors.js";
import { errorCountEvidence, FEWEST_REQUESTS } from "./errors.js";
import { RECENT_SAMPLES } from "./early-call.js";
import type { SeriesEvidence } from "./judge-series.js";
import type { Measurement, Observation } from "./measure-metric.js";
import { median } from "./statistics.js";
import type { SampleRow } from "./types.js";
import { FEWEST_POST_SAMPLES, FEWEST_PRE_SAMPLES } from "./windows.js";

/** Where requests are known, the counts must agree that the error rate rose. */
export function withCounts(observation: Observation, measurement: Measurement): Measurement {
  const { evidence, late, post } = measurement;
  const whole = countsOf(observation.post, observation.stepSeconds);
  if (evidence === null || whole.requests.length < FEWEST_POST_SAMPLES) return measurement;
  const pre = countsOf(observation.pre, spacingSeconds(observation));
  if (pre.requests.length < FEWEST_PRE_SAMPLES) return measurement;
  const earlier = observation.history.map((one) => countsOf(one.post, observation.stepSeconds));
  const requests = whole.requests.reduce((sum, count) => sum + count, 0);
  const counted = (one: SeriesEvidence): SeriesEvidence => {
    const since = post.at[post.at.length - one.elevated.length] ?? 0;
    const rows = observation.post.filter((row) => row.at >= since);
    const countZ = errorCountEvidence(pre, countsOf(rows, observation.stepSeconds), earlier);
    // What is no rise, or is borne out by the counts as it is, needs no second look.
    const isSettled = one.z <= Math.max(0, countZ);
    const agreedZ = isSettled ? countZ : Math.max(countZ, badSampleEvidence(measurement, one));
    return { ...one, countZ, agreedZ };
  };
  return {
    ...measurement,
    tooFewRequests: requests < FEWEST_REQUESTS,
    counts: { before: pre, latest: latestOf(whole), requests },
    evidence: counted(evidence),
    late: late.map(counted),
  };
}

/**
 * The same test of samples, bad or not, as of requests, failed or not. One burst of the baseline makes all failures look
 * as if they came in bursts, and those of a whole observation like few of them; samples that are bad one after the other
 * are many all the same.
 */
function badSampleEvidence(
  { pre, earlier, scale, sign }: Measurement,
  { after, worseFrom }: SeriesEvidence,
): number {
  const isBad = after.map((value) => value > worseFrom);
  // With fewer than half of them bad, failures do come in bursts.
  const areMost = 2 * isBad.filter(Boolean).length > isBad.length;
  if (scale === null || sign === -1 || !areMost) return Number.NEGATIVE_INFINITY;
  const areBad = (values: readonly number[]) => values.map((value) => scale.forward(value) > worseFrom);
  const counted = (marks: readonly boolean[]): ErrorCounts => ({
    failed: marks.map(Number),
    requests: marks.map(() => 1),
  });
  const known = earlier.map(({ judged }) => counted(areBad(judged)));
  return errorCountEvidence(counted(areBad(pre.values)), counted(isBad), known);
}

function latestOf({ failed, requests }: ErrorCounts): ErrorCounts {
  return { failed: failed.slice(-RECENT_SAMPLES), requests: requests.slice(-RECENT_SAMPLES) };
}

function countsOf(rows: readonly SampleRow[], seconds: number): ErrorCounts {
  const counts: ErrorCounts = { failed: [], requests: [] };
  for (const row of rows) {
    const rate = row.error_rate;
    const perSecond = row.requests_per_sec;
    if (typeof rate !== "number" || typeof perSecond !== "number") continue;
    if (!Number.isFinite(rate) || !Number.isFinite(perSecond)) continue;
    const requests = Math.max(0, perSecond) * seconds;
    counts.requests.push(requests);
    counts.failed.push(requests * Math.min(1, Math.max(0, rate)));
  }
  return counts;
}

function spacingSeconds({ pre, stepSeconds }: Observation): number {
  const gaps = pre.slice(1).map((row, i) => (row.at - (pre[i]?.at ?? row.at)) / 1000);
  const positive = gaps.filter((gap) => gap > 0);
  return positive.length > 0 ? median(positive) : stepSeconds;
}
