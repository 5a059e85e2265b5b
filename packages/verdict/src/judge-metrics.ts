import { confidenceOfClean, confidenceOfRegression } from "./confidence.js";
import { normalTail } from "./distributions.js";
import { burdenMargin, shiftMargin } from "./evidence-margin.js";
import { checkGuardrail } from "./guardrail.js";
import type { SeriesEvidence } from "./judge-series.js";
import type { Measurement } from "./measure-metric.js";
import { benjaminiHochberg } from "./multiple-testing.js";
import { anytimeBoundary } from "./sequential.js";
import type { GuardrailResult, MetricState } from "./types.js";

/** False discovery rate across the metrics of one deployment. */
const FALSE_DISCOVERY_RATE = 0.05;

/** Below this many recent samples in a row, all worse, no rollback is called before the window ends. */
const RECENT_FOR_EARLY = 4;

/** The share of the window that must have passed before anything is called early. */
const EARLIEST_SHARE = 0.15;

/** A metric with its judgement. */
export interface JudgedMetric extends Measurement {
  state: MetricState;
  pValue: number | null;
  confidence: number;
  guardrail: GuardrailResult | null;
  /** The evidence holds at every look. */
  anytime: boolean;
}

/** Decides each metric's state with the others in view. */
export function judgeMetrics(measurements: readonly Measurement[], planned: number): JudgedMetric[] {
  const judgeable = measurements.filter((measurement) => measurement.evidence && !measurement.policy.muted);
  const passes = benjaminiHochberg(judgeable.map(pValueOf), FALSE_DISCOVERY_RATE);
  const passing = new Set(judgeable.filter((_, i) => passes[i]));
  return measurements.map((measurement) => judge(measurement, passing.has(measurement), planned));
}

function pValueOf({ evidence }: Measurement): number {
  return normalTail(Math.min(evidence?.z ?? 0, evidence?.countZ ?? Number.POSITIVE_INFINITY));
}

function judge(measurement: Measurement, passes: boolean, planned: number): JudgedMetric {
  const { evidence, gap, policy, pre, post } = measurement;
  const guardrail = gap === null ? checkGuardrail(policy, pre.values, post.values, measurement.before) : null;
  const common = { ...measurement, guardrail };
  if (policy.muted || evidence === null || gap !== null) {
    return { ...common, state: stateOfGap(measurement), pValue: null, confidence: 0, anytime: false };
  }
  const regresses = passes && shiftMargin(evidence) > 0;
  const state = stateOf(measurement, regresses, guardrail);
  const bad = state === "regressed" || state === "went_away";
  return {
    ...common,
    state,
    pValue: pValueOf(measurement),
    confidence: bad ? confidenceOfBad(measurement, evidence) : confidenceOfClean(evidence),
    anytime: state === "regressed" && regresses && holdsAtEveryLook(evidence, planned),
  };
}

function confidenceOfBad({ interruption }: Measurement, evidence: SeriesEvidence): number {
  return Math.max(confidenceOfRegression(evidence), interruption?.confidence ?? 0);
}

function stateOfGap({ policy, gap }: Measurement): MetricState {
  if (gap === "missing") return "missing";
  if (policy.muted) return "muted";
  return gap === "silent" ? "silent" : "inconclusive";
}

function stateOf(
  { evidence, improvement, interruption, tooFewRequests }: Measurement,
  regresses: boolean,
  guardrail: GuardrailResult | null,
): MetricState {
  if (guardrail?.broken) return "regressed";
  if (regresses) return evidence?.lasts ? "regressed" : "went_away";
  if (evidence !== null && burdenMargin(evidence) > 0) return "went_away";
  if (interruption !== null) return "went_away";
  if (tooFewRequests) return "inconclusive";
  if (guardrail?.preExisting) return "pre_existing";
  if (improvement !== null && shiftMargin(improvement) > 0) return "improved";
  return "ok";
}

function holdsAtEveryLook(evidence: SeriesEvidence, planned: number): boolean {
  const looked = evidence.elevated.length;
  if (looked < Math.max(RECENT_FOR_EARLY, Math.ceil(EARLIEST_SHARE * planned))) return false;
  const recent = evidence.elevated.slice(-RECENT_FOR_EARLY);
  const deviate = Math.min(evidence.z, evidence.countZ ?? evidence.z);
  return recent.every(Boolean) && deviate > anytimeBoundary(looked, planned);
}
