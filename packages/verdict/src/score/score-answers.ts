import type { CaseAnswer } from "./answer-case.js";
import type { LabelledCase } from "./labelled-case.js";

export interface Score {
  cases: number;
  positives: number;
  precision: number;
  recall: number;
  f1: number;
  /** Share of the clean cases that were called regressed. */
  falsePositiveRate: number;
}

export interface ReliabilityBin {
  from: number;
  to: number;
  cases: number;
  meanConfidence: number;
  /** Share of the answers that were right. */
  accuracy: number;
}

/** What was said about one case. */
export interface Called {
  labelled: LabelledCase;
  regressed: boolean;
}

/** As much of it as a score is made of. */
export interface Scored {
  labelled: Pick<LabelledCase, "source" | "regressed">;
  regressed: boolean;
}

export interface Answered extends Scored {
  answer: CaseAnswer;
}

/** Precision, recall, F1 and false-positive rate of the labelled answers. */
export function scoreAnswers(answered: readonly Scored[]): Score {
  const count = (label: boolean, called: boolean) =>
    answered.filter(({ labelled, regressed }) => labelled.regressed === label && regressed === called).length;
  const hits = count(true, true);
  const misses = count(true, false);
  const alarms = count(false, true);
  const clean = alarms + count(false, false);
  const precision = ratio(hits, hits + alarms);
  const recall = ratio(hits, hits + misses);
  return {
    cases: hits + misses + clean,
    positives: hits + misses,
    precision,
    recall,
    f1: ratio(2 * precision * recall, precision + recall),
    falsePositiveRate: ratio(alarms, clean),
  };
}

/** The scores of each source, in alphabetical order. */
export function scoreBySource(answered: readonly Scored[]): [string, Score][] {
  const sources = [...new Set(answered.map(({ labelled }) => labelled.source))].sort();
  return sources.map((source) => [
    source,
    scoreAnswers(answered.filter(({ labelled }) => labelled.source === source)),
  ]);
}

const BIN_EDGES = [0, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 1] as const;

/** A decision that stated how sure it is. */
export interface Stated {
  confidence: number;
  right: boolean;
}

/** Stated confidence against how often the decision was right. */
export function reliabilityTable(stated: readonly Stated[]): ReliabilityBin[] {
  return BIN_EDGES.slice(1).map((to, i) => {
    const from = BIN_EDGES[i] ?? 0;
    const inBin = stated.filter(({ confidence }) => confidence >= from && (confidence < to || to === 1));
    const right = inBin.filter((one) => one.right).length;
    const total = inBin.reduce((sum, { confidence }) => sum + confidence, 0);
    return {
      from,
      to,
      cases: inBin.length,
      meanConfidence: ratio(total, inBin.length),
      accuracy: ratio(right, inBin.length),
    };
  });
}

function ratio(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}
