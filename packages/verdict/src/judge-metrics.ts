import { burdenMargin } from "./burden.js";
import { confidenceOfClean, confidenceOfRegression } from "./confidence.js";
import { normalTail } from "./distributions.js";
import { badRunOf } from "./early-call.js";
import { demanded, shiftMargin } from "./evidence-margin.js";
import { spreadMargin } from "./spread-change.js";
import { checkGuardrail } from "./guardrail.js";
import type { SeriesEvidence } from "./judge-series.js";
import type { Measurement } from "./measure-metric.js";
import { METRIC_TRAITS } from "./metric-table.js";
import { benjaminiHochberg } from "./multiple-testing.js";
import { median } from "./statistics.js";
import { holdsAtEveryLook } from "./sequential.js";
import type { Thresholds } from "./thresholds.js";
import type { GuardrailResult, MetricState } from "./types.js";

/** Where a metric warms up, the share of the window that must have passed before it is called early. */
const EARLIEST_SHARE = 0.1;

/** How many windows of the observation's length tell how demand comes and goes. */
const WINDOWS_TO_KNOW_DEMAND = 4;

/** A metric with its judgement. */
export interface JudgedMetric extends Measurement {
  state: MetricState;
  /** The stretches of the observation that regressed by their own evidence, the clearest first. */
  regressing: SeriesEvidence[];
  pValue: number | null;
  /** How far the evidence is beyond what a regression needs; negative: short of it, null: not judged. */
  margin: number | null;
  confidence: number;
  guardrail: GuardrailResult | null;
  /** The evidence holds at every look, and the latest samples bear it out. */
  anytime: boolean;
  /** Those that may carry a rollback: all of the window, or what came later and outlasts what is known. */
  enduring: SeriesEvidence[];
  /** Demand's ebb and flow is not known: the baseline, with earlier deployments, is short against the window. */
  baselineIsShort: boolean;
  /** What the latest samples typically show, on the metric's scale. */
  recent: number;
}

export interface JudgeMetricsOptions {
  /** Samples that the whole observation should hold. */
  planned: number;
  stepSeconds: number;
  thresholds: Thresholds;
}

/** Decides each metric's state with the others in view. */
export function judgeMetrics(
  measurements: readonly Measurement[],
  options: JudgeMetricsOptions,
): JudgedMetric[] {
  const judgeable = measurements.filter((measurement) => measurement.evidence && !measurement.policy.muted);
  const passes = benjaminiHochberg(
    judgeable.map((measurement) => pValueOf(measurement, options.thresholds)),
    options.thresholds.falseDiscoveryRate,
  );
  const passing = new Set(judgeable.filter((_, i) => passes[i]));
  return measurements.map((measurement) => judge(measurement, passing.has(measurement), options));
}

function isShort({ metric, pre, earlier }: Measurement, window: number): boolean {
  const seconds = ((pre.at.at(-1) ?? 0) - (pre.at[0] ?? 0)) / 1000 + earlier.length * window;
  return metric === "requests_per_sec" && seconds < WINDOWS_TO_KNOW_DEMAND * window;
}

function stretchesOf({ evidence, late }: Measurement): SeriesEvidence[] {
  return evidence === null ? [] : [evidence, ...late];
}

function pValueOf(measurement: Measurement, { lateDeviate }: Thresholds): number {
  const deviates = stretchesOf(measurement).map(
    ({ from, z, agreedZ }) => Math.min(z, agreedZ ?? z) - (from === 0 ? 0 : lateDeviate),
  );
  return normalTail(Math.max(...deviates));
}

function judge(
  measurement: Measurement,
  passes: boolean,
  { planned, stepSeconds, thresholds }: JudgeMetricsOptions,
): JudgedMetric {
  const { evidence, gap, policy, pre, post, metric } = measurement;
  const guardrail = gap === null ? checkGuardrail(policy, pre.values, post.values, measurement.before) : null;
  const common = {
    ...measurement,
    guardrail,
    regressing: [],
    pValue: null,
    margin: null,
    confidence: 0,
    anytime: false,
    enduring: [],
    baselineIsShort: isShort(measurement, planned * stepSeconds),
    recent: Number.NEGATIVE_INFINITY,
  };
  if (policy.muted || evidence === null || gap !== null) {
    return withoutEvidence(measurement, common, thresholds);
  }
  const stretches = stretchesOf(measurement);
  const margins = new Map(stretches.map((one) => [one, shiftMargin(one, thresholds)]));
  const marginOf = (one: SeriesEvidence) => margins.get(one) ?? Number.NEGATIVE_INFINITY;
  const clear = stretches.filter((one) => marginOf(one) > 0);
  const regressing = passes ? clear.toSorted((a, b) => marginOf(b) - marginOf(a)) : [];
  const heavy = burdenMarginOf(measurement, evidence, thresholds);
  const erratic = spreadMargin(measurement.spreadChange);
  const state = stateOf(measurement, { regressing, heavy, erratic, guardrail, thresholds });
  const bad = state === "regressed" || state === "went_away";
  const margin = Math.max(heavy, erratic, ...margins.values());
  const sure = bad ? confidenceOfRegression(margin) : confidenceOfClean(margin);
  const earliest = METRIC_TRAITS[metric].warmUpSamples > 0 ? Math.ceil(EARLIEST_SHARE * planned) : 0;
  const window = planned * stepSeconds;
  const run = state === "regressed" ? badRunOf(measurement, { stepSeconds, window }) : null;
  return {
    ...common,
    after: levelAfter(measurement, regressing[0]),
    state,
    regressing,
    pValue: pValueOf(measurement, thresholds),
    margin,
    confidence: bad ? Math.max(sure, measurement.interruption?.confidence ?? 0) : sure,
    anytime: run?.isEarly === true && regressing.some((one) => holdsAtEveryLook(one, { planned, earliest })),
    enduring: regressing.filter(({ from }) => run?.outlasts === true || from === 0),
    recent: run?.shows ?? common.recent,
  };
}

/** The level since the change, where it came later than the deployment. */
function levelAfter({ post, after }: Measurement, leading: SeriesEvidence | undefined): number | null {
  if (leading === undefined || leading.from === 0) return after;
  return median(post.values.slice(-leading.elevated.length));
}

/** Too few answered requests to judge their latency: far slower than any before, or none any more, is news all the same. */
function withoutEvidence<T>(measurement: Measurement, common: T, thresholds: Thresholds) {
  const { burden, policy, interruption } = measurement;
  const heavy = burden === null ? Number.NEGATIVE_INFINITY : burdenMargin(burden, thresholds);
  if (policy.muted || (heavy <= 0 && interruption === null)) {
    return { ...common, state: stateOfGap(measurement) };
  }
  const slow = heavy > 0 ? confidenceOfRegression(heavy) : 0;
  return {
    ...common,
    state: "went_away" as const,
    margin: heavy > 0 ? heavy : null,
    confidence: Math.max(slow, interruption?.confidence ?? 0),
  };
}

function burdenMarginOf(
  { burden }: Measurement,
  { countZ, elevated }: SeriesEvidence,
  thresholds: Thresholds,
): number {
  if (burden === null) return Number.NEGATIVE_INFINITY;
  const counted = countZ === null ? Number.POSITIVE_INFINITY : countZ;
  const needed = demanded(thresholds.noiseDeviate, elevated.length);
  return Math.min(burdenMargin(burden, thresholds), counted - needed);
}

function stateOfGap({ policy, gap }: Measurement): MetricState {
  if (gap === "missing") return "missing";
  if (policy.muted) return "muted";
  return gap === "silent" ? "silent" : "inconclusive";
}

interface Findings {
  regressing: readonly SeriesEvidence[];
  /** Margin of a short, violent failure. */
  heavy: number;
  /** Margin of a change of how much the samples vary. */
  erratic: number;
  guardrail: GuardrailResult | null;
  thresholds: Thresholds;
}

function stateOf(
  { improvement, interruption, tooFewRequests }: Measurement,
  { regressing, heavy, erratic, guardrail, thresholds }: Findings,
): MetricState {
  if (guardrail?.broken) return "regressed";
  if (regressing.length > 0) return regressing.some(({ lasts }) => lasts) ? "regressed" : "went_away";
  if (erratic > 0) return "regressed";
  if (heavy > 0 || interruption !== null) return "went_away";
  if (tooFewRequests) return "inconclusive";
  if (guardrail?.preExisting) return "pre_existing";
  if (improvement !== null && shiftMargin(improvement, thresholds) > 0) return "improved";
  return "ok";
}
