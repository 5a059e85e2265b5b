import { METRIC_TRAITS, REPORT_ORDER } from "./metric-table.js";
import type { JudgedMetric } from "./judge-metrics.js";
import type { MessageParams } from "./messages/message-key.js";
import type { PipelineResult, Reason, VerdictState } from "./types.js";

/** A shift is strong when it is this many times the smallest change that matters, on the metric's scale. */
const STRONG_BANDS = 2;

/** The same for traffic whose ebb and flow the baseline is too short to know: a fall by two fifths. */
const STRONG_BANDS_UNKNOWN = 3;

/** The weakest deviate that may recommend a rollback. */
const STRONG_DEVIATE = 3;

/** Latency is doubled when the interval reaches 2 and the estimate at least this factor. */
const DOUBLED_SHIFT = Math.log(1.75);

export interface Decision {
  state: VerdictState;
  confidence: number;
  final: boolean;
  reasons: Reason[];
}

export interface Progress {
  windowEnded: boolean;
  samples: number;
  planned: number;
  coverage: number;
  /** Whether the window's end or beginning was not seen, so that it cannot be called healthy. */
  isUnseen: boolean;
  pipeline: PipelineResult;
}

/** What may recommend a rollback, with the metrics it rests on. */
interface Ground {
  metrics: JudgedMetric[];
  reasons: Reason[];
}

/** The metrics' states become the deployment's. `metrics` in any order. */
export function combine(metrics: readonly JudgedMetric[], progress: Progress): Decision {
  const ordered = REPORT_ORDER.flatMap((name) => metrics.filter((judged) => judged.metric === name));
  const regressed = ordered.filter((judged) => judged.state === "regressed");
  const level = regressed.filter((judged) => judged.regressing.length > 0 || judged.guardrail?.broken);
  const counted = level.filter(({ anytime, enduring, guardrail }) =>
    progress.windowEnded ? enduring.length > 0 || guardrail?.broken : anytime,
  );
  const grounds = rollbackGrounds(counted, progress);
  if (grounds.length > 0) return rollback(ordered, grounds, progress);
  if (!progress.windowEnded) return collecting(ordered, progress);
  return atTheEnd(ordered, progress);
}

function rollbackGrounds(regressed: readonly JudgedMetric[], { windowEnded }: Progress): Ground[] {
  // Before the end the latest samples have to show what is claimed: not their mean, one of which may be wild.
  const shown = ({ recent }: JudgedMetric, least: number) => windowEnded || recent > least;
  const strong = regressed.filter((judged) => isStrong(judged) && shown(judged, strongShift(judged)));
  const alone = strong.filter((judged) => judged.policy.critical);
  const doubled = regressed.filter(
    (judged) => judged.metric === "latency_p95" && isDoubled(judged) && shown(judged, DOUBLED_SHIFT),
  );
  const felt = regressed.filter(
    (judged) => METRIC_TRAITS[judged.metric].userFacing && shown(judged, bandOf(judged)),
  );
  const grounds: Ground[] = alone.map((judged) => ({
    metrics: [judged],
    reasons: [
      { key: "reason.user_facing_critical", params: { metric: judged.metric }, metric: judged.metric },
    ],
  }));
  for (const judged of doubled) grounds.push(doubledGround(judged));
  if (felt.length >= 2) {
    const reason: Reason = { key: "reason.two_user_facing", params: { count: felt.length }, metric: null };
    grounds.push({ metrics: felt, reasons: [reason] });
  }
  return grounds;
}

function isStrong(judged: JudgedMetric): boolean {
  if (judged.guardrail?.broken) return true;
  const least = strongShift(judged);
  return judged.enduring.some(
    ({ z, agreedZ, shift }) => Math.min(z, agreedZ ?? z) > STRONG_DEVIATE && shift > least,
  );
}

function isDoubled({ enduring }: JudgedMetric): boolean {
  return enduring.some(({ shift, high }) => shift > DOUBLED_SHIFT && high > Math.LN2);
}

const bandOf = ({ evidence }: JudgedMetric): number => evidence?.band ?? 0;
const strongShift = (judged: JudgedMetric): number =>
  (judged.baselineIsShort ? STRONG_BANDS_UNKNOWN : STRONG_BANDS) * bandOf(judged);

function doubledGround(judged: JudgedMetric): Ground {
  const shift = Math.max(...judged.enduring.map((one) => one.shift));
  const params = { metric: judged.metric, factor: Number(Math.exp(shift).toPrecision(3)) };
  return { metrics: [judged], reasons: [{ key: "reason.latency_doubled", params, metric: judged.metric }] };
}

function rollback(
  ordered: readonly JudgedMetric[],
  grounds: readonly Ground[],
  progress: Progress,
): Decision {
  const { samples, planned, windowEnded } = progress;
  const reasons = ordered.filter((judged) => judged.state === "regressed").flatMap(reasonsOfMetric);
  reasons.push(...grounds.flatMap((ground) => ground.reasons));
  if (!windowEnded) {
    reasons.push({ key: "reason.early", params: { samples, expected: planned }, metric: null });
  }
  const sure = grounds.flatMap((ground) => ground.metrics).map((judged) => judged.confidence);
  return {
    state: "rollback_recommended",
    confidence: Math.max(...sure),
    final: true,
    reasons: withPipeline([...reasons, ...gapReasons(ordered)], progress),
  };
}

function collecting(ordered: readonly JudgedMetric[], progress: Progress): Decision {
  const { samples, planned } = progress;
  const reasons: Reason[] = [
    { key: "reason.collecting", params: { samples, expected: planned }, metric: null },
    ...ordered.flatMap(reasonsOfMetric),
  ];
  return { state: "collecting", confidence: 0, final: false, reasons: withPipeline(reasons, progress) };
}

function atTheEnd(ordered: readonly JudgedMetric[], progress: Progress): Decision {
  const bad = ordered.filter((judged) => judged.state === "regressed" || judged.state === "went_away");
  const missed = ordered.filter(isMissed);
  // Without any sample that is the reason, and no metric has one of its own.
  const gaps = progress.samples === 0 ? [] : gapReasons(ordered);
  const reasons = [...ordered.flatMap(reasonsOfMetric), ...gaps];
  if (bad.length + missed.length > 0) {
    const why = bad.filter((judged) => judged.state === "regressed").map(whyOnlyAWarning);
    const sure = missed.map(({ fellSilent }) => fellSilent?.confidence ?? 0);
    const confidence = Math.max(...bad.map((judged) => judged.confidence), ...sure);
    return decide("warning", confidence, withPipeline([...reasons, ...why], progress));
  }
  const judged = ordered.filter(
    ({ evidence, state }) => evidence !== null && state !== "inconclusive" && state !== "muted",
  );
  const undecided = ordered.some(
    ({ state, gap }) => (state === "silent" && gap === "silent") || state === "inconclusive",
  );
  const whole = judged.filter(({ state }) => state !== "silent");
  const felt = whole.some((one) => METRIC_TRAITS[one.metric].userFacing);
  if (undecided || !felt || progress.isUnseen) {
    const empty = progress.samples === 0 ? "reason.no_samples" : "reason.nothing_user_facing";
    const lead: Reason[] = felt ? unseenReasons(progress) : [{ key: empty, params: {}, metric: null }];
    return decide("inconclusive", 0, withPipeline([...lead, ...reasons], progress));
  }
  const seen = Math.min(progress.coverage, ...judged.map(({ fellSilent }) => fellSilent?.seen ?? 1));
  const confidence = Math.min(...judged.map((one) => one.confidence)) * seen;
  const calm: Reason = { key: "reason.no_regression", params: { count: whole.length }, metric: null };
  return decide("ok", confidence, withPipeline([calm, ...reasons], progress));
}

/** What a rollback or a limit hangs on, and nobody sees any more: that it stopped by itself is worth a warning. */
const isMissed = ({ state, policy, fellSilent }: JudgedMetric): boolean =>
  state === "silent" &&
  typeof fellSilent?.confidence === "number" &&
  (policy.critical || policy.guardrail !== null);

function unseenReasons({ isUnseen, samples, planned }: Progress): Reason[] {
  return isUnseen ? [{ key: "reason.unseen", params: { samples, expected: planned }, metric: null }] : [];
}

function decide(state: VerdictState, confidence: number, reasons: Reason[]): Decision {
  return { state, confidence, final: true, reasons };
}

function withPipeline(reasons: Reason[], { pipeline }: Progress): Reason[] {
  if (pipeline !== "failed") return reasons;
  return [...reasons, { key: "reason.pipeline_failed", params: {}, metric: null }];
}

function whyOnlyAWarning({ metric }: JudgedMetric): Reason {
  const key = METRIC_TRAITS[metric].userFacing ? "reason.not_strong_enough" : "reason.resource_only";
  return { key, params: { metric }, metric };
}

function reasonsOfMetric(judged: JudgedMetric): Reason[] {
  const { metric, before, after, evidence, guardrail, interruption } = judged;
  if (judged.state === "went_away" && interruption !== null) {
    return [{ key: "reason.interruption", params: { metric, samples: interruption.samples }, metric }];
  }
  if (before === null || after === null) return [];
  const params = { metric, before, after };
  if (evidence === null) return judged.state === "went_away" ? [wentAway(judged, params)] : [];
  const reasons: Reason[] = [];
  if (guardrail?.broken) {
    const { limit, secured, shareAfter } = guardrail;
    reasons.push({ key: "reason.guardrail", params: { metric, limit, secured, share: shareAfter }, metric });
  }
  const [leading] = judged.regressing;
  if (judged.state === "regressed" && leading !== undefined) {
    const { rank, total } = leading;
    reasons.push({ key: "reason.regressed", params: { ...params, rank, total }, metric });
  }
  if (judged.state === "regressed" && judged.regressing.length === 0 && judged.spreadChange !== null) {
    const factor = Number(judged.spreadChange.ratio.toPrecision(2));
    reasons.push({ key: "reason.spread_changed", params: { metric, factor }, metric });
  }
  if (judged.state === "went_away") reasons.push(wentAway(judged, params));
  if (judged.state === "improved") reasons.push({ key: "reason.improved", params, metric });
  if (judged.state === "pre_existing" && guardrail) {
    reasons.push({ key: "reason.pre_existing", params: { metric, limit: guardrail.limit }, metric });
  }
  return reasons;
}

function wentAway(judged: JudgedMetric, params: MessageParams): Reason {
  const key = judged.sign === 1 ? "reason.went_away" : "reason.traffic_went_away";
  return { key, params: { ...params, after: worstOf(judged) }, metric: judged.metric };
}

function worstOf({ post, sign }: JudgedMetric): number {
  return sign === 1 ? Math.max(...post.values) : Math.min(...post.values);
}

const GAP_REASONS = {
  silent: "reason.silent",
  baseline_too_short: "reason.baseline_too_short",
  too_few_samples: "reason.too_few_samples",
} as const;

function gapReasons(ordered: readonly JudgedMetric[]): Reason[] {
  return ordered.flatMap(({ metric, gap, pre, post, state, tooFewRequests, fellSilent }): Reason[] => {
    if (fellSilent !== null && state !== "muted") {
      return [{ key: "reason.fell_silent", params: { metric, samples: fellSilent.samples }, metric }];
    }
    if (tooFewRequests && state === "inconclusive") {
      return [{ key: "reason.too_few_requests", params: { metric }, metric }];
    }
    if (gap === null || gap === "missing" || state === "muted" || state === "went_away") return [];
    const samples = gap === "baseline_too_short" ? pre.values.length : post.values.length;
    return [{ key: GAP_REASONS[gap], params: { metric, samples }, metric }];
  });
}
