import type { Burden } from "./burden.js";
import { burdenOf, slowestAnswerBurden } from "./burden.js";
import { explainedByTraffic } from "./confound.js";
import { normalQuantileOfTail, normalTail } from "./distributions.js";
import type { ErrorCounts } from "./errors.js";
import type { Silence } from "./fell-silent.js";
import { silenceAtEnd } from "./fell-silent.js";
import type { SeriesEvidence } from "./judge-series.js";
import { judgeSeries } from "./judge-series.js";
import { METRIC_TRAITS } from "./metric-table.js";
import { withCounts } from "./request-counts.js";
import type { Scale } from "./scales.js";
import { scaleFor } from "./scales.js";
import type { SpreadChange } from "./spread-change.js";
import { spreadChangeOf } from "./spread-change.js";
import { median, quantileOfSorted, sorted } from "./statistics.js";
import type { Answered } from "./unanswered.js";
import { withoutUnanswered } from "./unanswered.js";
import type { MetricName, MetricPolicy, SampleRow, WindowPair } from "./types.js";
import { withoutWarmUp } from "./warm-up.js";
import type { Series } from "./windows.js";
import { FEWEST_POST_SAMPLES, FEWEST_PRE_SAMPLES, seriesOf } from "./windows.js";

/** The rows of one evaluation, in order of time. */
export interface Observation {
  pre: SampleRow[];
  post: SampleRow[];
  stepSeconds: number;
  planned: number;
  history: WindowPair[];
  /** How much traffic grew, as a logarithm; 0 where it did not, or is not known. */
  trafficGrew: number;
}

type Gap = "missing" | "silent" | "baseline_too_short" | "too_few_samples";

/** One metric of an earlier observation: what was before it, and its samples. */
interface Earlier {
  before: number;
  post: Series;
  /** The samples without a cold start's part. */
  judged: readonly number[];
}

/** One metric, measured but not yet judged against the other metrics. */
export interface Measurement {
  metric: MetricName;
  policy: MetricPolicy;
  pre: Series;
  post: Series;
  /** Why it cannot be judged; null when it can. */
  gap: Gap | null;
  before: number | null;
  after: number | null;
  smallest: number;
  scale: Scale | null;
  sign: 1 | -1;
  evidence: SeriesEvidence | null;
  /** Later stretches of the observation that could be worse than the whole of it. */
  late: SeriesEvidence[];
  /** What a short, violent failure would weigh; null where that cannot be told. */
  burden: Burden | null;
  /** How much more or less the samples vary; null unless the policy looks both ways and there are enough. */
  spreadChange: SpreadChange | null;
  /** The same against the bad direction; null where there is nothing to see. */
  improvement: SeriesEvidence | null;
  /** Samples in which no request was answered, where the baseline had none. */
  interruption: Answered["interruption"];
  /** It came since the deployment, and has stopped while others go on. */
  fellSilent: Silence | null;
  /** Earlier deployments of the same service: what a clean one of it looks like. */
  earlier: Earlier[];
  /** Failures and requests of the baseline and of each of the latest samples, and all requests since the deployment; null where they are not known. */
  counts: { before: ErrorCounts; latest: ErrorCounts; requests: number } | null;
  /** Too few requests to call an error rate fine; failures that are clear all the same still count. */
  tooFewRequests: boolean;
}

/** Looks at one metric alone: its windows, its noise, its shift. */
export function measureMetric(
  observation: Observation,
  metric: MetricName,
  policy: MetricPolicy,
): Measurement {
  const { pre, post, interruption, idle } = windowsOf(observation, metric);
  const ascending = sorted(pre.values);
  const before = ascending.length > 0 ? quantileOfSorted(ascending, 0.5) : null;
  const judged = withoutWarmUp(post, { metric, planned: observation.planned, before });
  const measurement: Measurement = {
    metric,
    policy,
    pre,
    post,
    gap: gapOf(pre, post, judged.length),
    before,
    after: judged.length > 0 ? median(judged) : null,
    smallest: Math.max(policy.smallestAbsolute, policy.smallestRelative * Math.abs(before ?? 0)),
    scale: null,
    sign: policy.direction === "lower_is_worse" ? -1 : 1,
    evidence: null,
    late: [],
    burden: null,
    spreadChange: null,
    improvement: null,
    interruption,
    fellSilent: silenceAtEnd(observation.pre, observation.post, metric),
    earlier: earlierOf(observation, metric),
    counts: null,
    tooFewRequests: false,
  };
  if (idle) {
    const { sign, smallest } = measurement;
    measurement.burden = slowestAnswerBurden(pre.values, post.values, { sign, smallest });
    measurement.after ??= median(post.values);
  }
  if (measurement.gap !== null) return measurement;
  const seen = withBurden(withEvidence(observation, measurement, { ascending, judged }), judged);
  return metric === "error_rate" ? withCounts(observation, seen) : seen;
}

function withBurden(measurement: Measurement, judged: readonly number[]): Measurement {
  const { metric, pre, sign, smallest } = measurement;
  if (measurement.burden !== null) return measurement;
  const nearZero = METRIC_TRAITS[metric].scale === "share";
  const level = measurement.before ?? 0;
  return { ...measurement, burden: burdenOf(pre.values, judged, { level, sign, smallest, nearZero }) };
}

function windowsOf(rows: WindowPair, metric: MetricName): Answered {
  const pre = seriesOf(rows.pre, metric);
  const post = seriesOf(rows.post, metric);
  return metric === "latency_p95"
    ? withoutUnanswered(pre, post)
    : { pre, post, interruption: null, idle: false };
}

function gapOf(pre: Series, post: Series, judged: number): Gap | null {
  if (post.values.length === 0) return pre.values.length === 0 ? "missing" : "silent";
  if (pre.values.length < FEWEST_PRE_SAMPLES) return "baseline_too_short";
  return judged < FEWEST_POST_SAMPLES ? "too_few_samples" : null;
}

/** A deviate in the good direction from which on an improvement is looked for. */
const CLEARLY_BETTER = 1.5;

function withEvidence(
  observation: Observation,
  measurement: Measurement,
  { ascending, judged }: { ascending: readonly number[]; judged: readonly number[] },
): Measurement {
  const { metric, policy, pre, post, smallest } = measurement;
  const level = measurement.before ?? 0;
  const scale = scaleFor(METRIC_TRAITS[metric].scale, level);
  const options = {
    ascending,
    scale,
    level,
    smallest,
    history: measurement.earlier.map(({ before, judged: values }) =>
      values.map((value) => scale.forward(value) - scale.forward(before)),
    ),
    explained: explainedByTraffic(observation, metric, scale),
    skipped: skippedSamples(pre, post.at[post.at.length - judged.length]),
  };
  const look = (sign: 1 | -1) => judgeSeries(pre.values, judged, { ...options, sign });
  const [evidence, ...late] = look(measurement.sign);
  if (policy.direction === "two_sided") {
    const other = look(-1);
    const [worse, sign] = other[0].z > evidence.z ? [other, -1 as const] : [[evidence, ...late], 1 as const];
    const [whole, ...stretches] = worse.map((one) => ({ ...one, z: twoSided(one.z) }));
    const spreadChange = spreadChangeOf(pre.values.map(scale.forward), judged.map(scale.forward));
    return { ...measurement, scale, sign, evidence: whole ?? null, late: stretches, spreadChange };
  }
  const better = evidence.z < -CLEARLY_BETTER;
  return {
    ...measurement,
    scale,
    evidence,
    late,
    improvement: better ? look(measurement.sign === 1 ? -1 : 1)[0] : null,
  };
}

/** How many samples of the baseline's kind would fit between its end and the first one that is judged. */
function skippedSamples({ at }: Series, first: number | undefined): number {
  const last = at[at.length - 1] ?? 0;
  const step = (last - (at[0] ?? last)) / (at.length - 1);
  return step > 0 ? Math.max(0, ((first ?? last) - last) / step - 1) : 0;
}

/** The deviate whose tail is twice that of `z`: the price of looking both ways. */
function twoSided(z: number): number {
  return normalQuantileOfTail(Math.min(1, 2 * normalTail(z)));
}

/** Earlier observations that have enough samples before and after, judged as this one is. */
function earlierOf({ history, planned }: Observation, metric: MetricName): Earlier[] {
  return history.flatMap((pair) => {
    const { pre, post } = windowsOf(pair, metric);
    if (pre.values.length < FEWEST_POST_SAMPLES || post.values.length < FEWEST_POST_SAMPLES) return [];
    const before = median(pre.values);
    return [{ before, post, judged: withoutWarmUp(post, { metric, planned, before }) }];
  });
}
