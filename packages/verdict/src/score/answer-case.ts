import type { JudgedMetric } from "../judge-metrics.js";
import { decide, measureAll } from "../evaluate.js";
import type { Measured } from "../evaluate.js";
import type { Thresholds } from "../thresholds.js";
import { THRESHOLDS } from "../thresholds.js";
import type { Verdict, VerdictInput } from "../types.js";
import { inputOfCase } from "./case-input.js";
import type { LabelledCase } from "./labelled-case.js";

export interface CaseAnswer {
  id: string;
  state: Verdict["state"];
  regressed: boolean;
  confidence: number;
}

/** A case whose windows have been looked at, to be decided with one set of thresholds after another. */
export interface MeasuredCase {
  labelled: LabelledCase;
  input: VerdictInput;
  measured: Measured;
}

/** A decision with the evidence that its confidence is made from. */
export interface CaseDecision extends CaseAnswer {
  /** The evidence of the metric that decided; null where nothing could be judged. */
  margin: number | null;
}

/** The engine's answer to one case, by the same functions that judge live deployments. */
export function answerCase(labelled: LabelledCase): CaseAnswer {
  const { id, state, regressed, confidence } = decideCase(measureCase(labelled), THRESHOLDS);
  return { id, state, regressed, confidence };
}

/** The part of the work that no threshold changes. */
export function measureCase(labelled: LabelledCase): MeasuredCase {
  const input = inputOfCase(labelled);
  return { labelled, input, measured: measureAll(input) };
}

/** The decision at the end of the window. */
export function decideCase(
  { labelled, input, measured }: MeasuredCase,
  thresholds: Thresholds,
): CaseDecision {
  const { decision, judged } = decide(input, measured, thresholds);
  const { state } = decision;
  const regressed = state === "warning" || state === "rollback_recommended";
  const confidence = Number(decision.confidence.toPrecision(4));
  return { id: labelled.id, state, regressed, confidence, margin: largestMargin(judged) };
}

function largestMargin(judged: readonly JudgedMetric[]): number | null {
  const margins = judged.flatMap(({ margin }) => (margin === null ? [] : [margin]));
  return margins.length === 0 ? null : Math.max(...margins);
}
