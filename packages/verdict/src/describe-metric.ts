import type { SeriesEvidence } from "./judge-series.js";
import type { JudgedMetric } from "./judge-metrics.js";
import { slopePerStep } from "./statistics.js";
import type { Message, PerMetric, Shift } from "./types.js";

/** With fewer samples a slope says nothing. */
const FEWEST_FOR_SLOPE = 8;

/** Enough digits for whoever reads or compares it. */
export const round = (value: number, digits = 6) => Number(value.toPrecision(digits));

/** The judged metric as it is stored and shown. */
export function describeMetric(
  judged: JudgedMetric,
  { stepSeconds, planned }: { stepSeconds: number; planned: number },
): PerMetric {
  const { evidence, post } = judged;
  const leading = judged.regressing[0] ?? evidence;
  const breachSamples = evidence?.elevated.filter(Boolean).length ?? 0;
  const slope = slopePerStep(post.values.slice(-Math.max(FEWEST_FOR_SLOPE, post.values.length / 2)));
  return {
    metric: judged.metric,
    state: judged.state,
    before: judged.before,
    after: judged.after,
    shift: leading === null ? null : shiftOf(judged, leading),
    samples: { pre: judged.pre.values.length, post: post.values.length, postExpected: planned },
    placebo: leading === null ? null : { rank: leading.rank, total: leading.total },
    smallestChange: judged.before === null ? null : judged.smallest,
    pValue: judged.pValue === null ? null : round(judged.pValue, 4),
    confidence: round(judged.confidence, 4),
    breachSamples,
    minutesInBreach: round((breachSamples * stepSeconds) / 60, 4),
    guardrail: judged.guardrail,
    wouldChange: wouldChange(judged),
    anytime: judged.anytime,
    slopePerHour: post.values.length < FEWEST_FOR_SLOPE ? null : (slope * 3600) / stepSeconds,
  };
}

function shiftOf(judged: JudgedMetric, evidence: SeriesEvidence): Shift {
  const before = judged.before ?? 0;
  const absolute = (judged.after ?? 0) - before;
  const at = (scaled: number) => unitShift(judged, judged.sign * scaled);
  const bounds = [at(evidence.low), at(evidence.high)];
  return {
    absolute: round(absolute),
    relative: before === 0 ? null : round(absolute / Math.abs(before)),
    low: round(Math.min(...bounds)),
    high: round(Math.max(...bounds)),
  };
}

/** A shift on the metric's scale, turned into the metric's unit at its baseline. */
function unitShift({ scale, before }: JudgedMetric, scaled: number): number {
  if (scale === null || before === null) return 0;
  return scale.backward(scale.forward(before) + scaled) - before;
}

function wouldChange(judged: JudgedMetric): Message {
  const { metric, state, evidence } = judged;
  if (state === "muted") return { key: "would.unmute", params: { metric } };
  if (state === "silent" || state === "missing") return { key: "would.report", params: { metric } };
  if (evidence === null || judged.before === null) return { key: "would.more_samples", params: { metric } };
  if (state === "went_away") return { key: "would.return", params: { metric } };
  const needed = Math.max(evidence.band + evidence.spread, 2.2 * evidence.spread);
  const level = round(judged.before + unitShift(judged, judged.sign * needed), 4);
  const key = state === "regressed" ? "would.recover" : "would.regress";
  return { key, params: { metric, level } };
}
