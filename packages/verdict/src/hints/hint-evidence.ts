import { round } from "../describe-metric.js";
import { METRIC_TRAITS } from "../metric-table.js";
import type { HintEvidence, MetricName, PerMetric } from "../types.js";
import type { HintFacts } from "./hint-facts.js";

const NOTHING: Omit<HintEvidence, "measure" | "unit" | "heldTo"> = {
  before: null,
  observed: null,
  worst: null,
  threshold: null,
  securedThreshold: null,
  tolerance: null,
  breachShare: null,
  breachShareBefore: null,
  exceedRatio: null,
  absolute: null,
  relative: null,
  low: null,
  high: null,
  confidence: null,
};

/** States that say nothing, so that there is nothing to be sure of. */
const UNSURE: readonly PerMetric["state"][] = ["inconclusive", "silent", "missing"];

/**
 * What carries a metric's state: its change against the baseline, or the project's limit where only that was
 * broken. None for a metric that was not measured or has no part in the verdict.
 */
export function metricEvidence(facts: HintFacts, metric: MetricName): HintEvidence[] {
  const onlyLimit =
    facts.perMetric[metric].guardrail?.broken && judgedOf(facts, metric)?.regressing.length === 0;
  return onlyLimit ? limitEvidence(facts, metric) : changeEvidence(facts, metric);
}

/** The metric against its baseline and the smallest change that matters there. */
export function changeEvidence(facts: HintFacts, metric: MetricName): HintEvidence[] {
  const found = facts.perMetric[metric];
  const judged = judgedOf(facts, metric);
  if (!judged || found.state === "muted" || (found.before === null && found.after === null)) return [];
  return [
    { ...seen(metric, found), heldTo: "baseline", ...heldToBaseline(found, judged), ...worstOf(judged) },
  ];
}

/** The metric against a limit that the project switched on. */
export function limitEvidence(facts: HintFacts, metric: MetricName): HintEvidence[] {
  const found = facts.perMetric[metric];
  const { guardrail } = found;
  if (guardrail === null) return [];
  const falls = judgedOf(facts, metric)?.policy.direction === "lower_is_worse";
  return [
    {
      ...seen(metric, found),
      heldTo: "project_limit",
      threshold: round(guardrail.limit),
      securedThreshold: round(guardrail.secured),
      tolerance: guardrail.tolerance,
      breachShare: round(guardrail.shareAfter),
      breachShareBefore: round(guardrail.shareBefore),
      exceedRatio: timesOver(found.after, guardrail.limit, falls),
      // Whether a limit is broken is counted, not estimated.
      confidence: null,
    },
  ];
}

/** The metric against a limit of the engine's own, counted from `secured` on. */
export function engineLimitEvidence(
  { perMetric }: HintFacts,
  metric: MetricName,
  { threshold, secured = null }: { threshold: number; secured?: number | null },
): HintEvidence[] {
  const found = perMetric[metric];
  return [
    {
      ...seen(metric, found),
      heldTo: "engine_limit",
      threshold: round(threshold),
      securedThreshold: secured,
      exceedRatio: timesOver(found.after, threshold),
      confidence: null,
    },
  ];
}

/**
 * Something about the measuring itself, or about how a change goes on, against a limit of the engine's own.
 * `falls`: less is worse; null: neither way is.
 */
export function measureEvidence(
  { measure, unit }: Pick<HintEvidence, "measure" | "unit">,
  { observed, threshold, falls }: { observed: number | null; threshold: number; falls: boolean | null },
): HintEvidence[] {
  if (observed === null) return [];
  const exceedRatio = falls === null ? null : timesOver(observed, threshold, falls);
  return [
    { ...NOTHING, measure, unit, heldTo: "engine_limit", observed: round(observed), threshold, exceedRatio },
  ];
}

const judgedOf = ({ judged }: HintFacts, metric: MetricName) => judged.find((one) => one.metric === metric);

/** What was measured, whatever it is held to. */
function seen(metric: MetricName, { before, after, shift, confidence, state }: PerMetric) {
  const isMeasured = before !== null && after !== null;
  return {
    ...NOTHING,
    measure: metric,
    unit: METRIC_TRAITS[metric].unit,
    before: before === null ? null : round(before),
    observed: after === null ? null : round(after),
    absolute: isMeasured ? round(after - before) : null,
    relative: isMeasured && before !== 0 ? round((after - before) / Math.abs(before)) : null,
    low: shift?.low ?? null,
    high: shift?.high ?? null,
    confidence: UNSURE.includes(state) ? null : confidence,
  };
}

function heldToBaseline(
  { before, after, smallestChange, wouldChange, state }: PerMetric,
  { sign, evidence }: HintFacts["judged"][number],
): Partial<HintEvidence> {
  if (before === null || after === null) return {};
  const towards = state === "improved" ? Math.sign(after - before) : sign;
  const { level } = wouldChange.params;
  const isNoticeable = smallestChange !== null && smallestChange > 0;
  return {
    threshold: smallestChange === null ? null : round(before + towards * smallestChange),
    securedThreshold: typeof level === "number" && state !== "improved" ? level : null,
    // Of the samples that were judged: a cold start's are not among them.
    breachShare: evidence === null ? null : round(evidence.elevatedShare),
    exceedRatio: isNoticeable ? round(Math.max(0, (towards * (after - before)) / smallestChange), 3) : null,
  };
}

/** Where the level is back, the worst sample says what it was. */
function worstOf({ state, post, sign }: HintFacts["judged"][number]): Partial<HintEvidence> {
  if (state !== "went_away" || post.values.length === 0) return {};
  return { worst: round(sign === 1 ? Math.max(...post.values) : Math.min(...post.values)) };
}

function timesOver(observed: number | null, threshold: number, falls = false): number | null {
  if (observed === null) return null;
  const [over, under] = falls ? [threshold, observed] : [observed, threshold];
  return under > 0 ? round(Math.max(0, over / under), 3) : null;
}
