import { THRESHOLDS } from "../thresholds.js";
import type { Thresholds } from "../thresholds.js";
import type { MeasuredCase } from "./answer-case.js";
import { decideCase, measureCase } from "./answer-case.js";
import { confidenceReport } from "./confidence-report.js";
import type { FoldResult, Trial } from "./cross-validate.js";
import { bestTrial, crossValidate, tryAll } from "./cross-validate.js";
import { foldsBySeries, foldsBySource } from "./folds.js";
import type { LabelledCase } from "./labelled-case.js";
import { PERTURBATIONS } from "./perturb-case.js";
import type { Called } from "./score-answers.js";
import { scoreAnswers } from "./score-answers.js";
import { fixed, row, scoreRow } from "./score-report.js";
import { thresholdGrid } from "./threshold-grid.js";

const SERIES_FOLDS = 8;

/** What is scored apart: one metric, a deployment, and the windows that only test for false alarms. */
const FORMS: [string, (labelled: LabelledCase) => boolean][] = [
  ["metrics", (labelled) => !("metrics" in labelled) && !labelled.stress],
  ["deployments", (labelled) => "metrics" in labelled],
  ["stress", ({ stress }) => stress],
];

/** How well thresholds and confidence hold on cases that had no part in choosing them, as text. */
export function crossValidationReport(measured: readonly MeasuredCase[]): string {
  const cases = measured.map(({ labelled }) => labelled);
  const trials = tryAll(measured, thresholdGrid());
  const inUse = measured.map((one) => ({
    labelled: one.labelled,
    regressed: decideCase(one, THRESHOLDS).regressed,
  }));
  const best = bestTrial(cases, trials, () => true);
  const sources = foldsBySource(cases);
  const bySource = crossValidate(cases, trials, sources);
  const withoutSource = (labelled: LabelledCase) =>
    bySource[sources.findIndex(({ keepsAway }) => keepsAway(labelled))]?.chosen ?? THRESHOLDS;
  return [
    row(["", "form", "cases", "pos", "precision", "recall", "F1", "FPR"]),
    ...formRows("in use", inUse),
    ...formRows("chosen on all", calledBy(best, cases)),
    ` ${shown(best.thresholds)}`,
    ...foldLines("without one source", bySource),
    ...foldLines("without some series", crossValidate(cases, trials, foldsBySeries(cases, SERIES_FOLDS))),
    ...perturbedLines("copies, thresholds in use", cases, () => THRESHOLDS),
    ...perturbedLines("copies, thresholds chosen without the source", cases, withoutSource),
    "",
    confidenceReport(measured.filter(({ labelled }) => !labelled.stress)),
  ].join("\n");
}

function calledBy({ called }: Trial, cases: readonly LabelledCase[]): Called[] {
  return cases.map((labelled, i) => ({ labelled, regressed: called[i] ?? false }));
}

/** How the decisions hold where the same cases were recorded otherwise. */
function perturbedLines(
  title: string,
  cases: readonly LabelledCase[],
  thresholdsFor: (labelled: LabelledCase) => Thresholds,
): string[] {
  const copies = PERTURBATIONS.map(({ name, of }) => ({
    name,
    answers: cases.flatMap((labelled) => {
      const copy = of(labelled);
      if (copy === null) return [];
      return [{ labelled, regressed: decideCase(measureCase(copy), thresholdsFor(labelled)).regressed }];
    }),
  }));
  const all = copies.flatMap(({ answers }) => answers);
  return [
    "",
    title,
    ...copies.flatMap(({ name, answers }) => [name, ...formRows("", answers)]),
    ...formRows("together", all),
  ];
}

function foldLines(title: string, results: readonly FoldResult[]): string[] {
  const together = results.flatMap(({ answers }) => answers);
  return [
    "",
    title,
    ...results.flatMap(({ name, chosen, answers }) => [...formRows(name, answers), ` ${shown(chosen)}`]),
    ...formRows("together", together),
    ...FORMS.map(([form, belongs]) => spreadRow(form, results, belongs)),
  ];
}

function formRows(name: string, answers: readonly Called[]): string[] {
  return FORMS.flatMap(([form, belongs]) => {
    const own = answers.filter(({ labelled }) => belongs(labelled));
    return own.length === 0 ? [] : [scoreRow([name, form], scoreAnswers(own))];
  });
}

/** Smallest, middle and largest value over the folds that have such cases. */
function spreadRow(
  form: string,
  results: readonly FoldResult[],
  belongs: (labelled: LabelledCase) => boolean,
): string {
  const scores = results
    .map(({ answers }) => scoreAnswers(answers.filter(({ labelled }) => belongs(labelled))))
    .filter(({ cases }) => cases > 0);
  const range = (values: readonly number[]) => {
    const ascending = values.toSorted((a, b) => a - b);
    const middle = ascending[Math.floor(ascending.length / 2)] ?? 0;
    return `${fixed(ascending[0] ?? 0)} / ${fixed(middle)} / ${fixed(ascending.at(-1) ?? 0)}`;
  };
  const f1 = range(scores.filter(({ positives }) => positives > 0).map((score) => score.f1));
  const rate = range(
    scores.filter(({ cases, positives }) => cases > positives).map((score) => score.falsePositiveRate),
  );
  return ` spread over folds, ${form}: F1 ${f1}, FPR ${rate}`;
}

function shown(thresholds: Thresholds): string {
  const { noiseDeviate, bandDeviate, suddenShare, lateDeviate } = thresholds;
  const { burdenFactor, burdenShare, falseDiscoveryRate } = thresholds;
  return [
    `noise ${noiseDeviate.few}-${noiseDeviate.many}`,
    `band ${bandDeviate.few}-${bandDeviate.many}`,
    `sudden ${suddenShare}`,
    `late ${lateDeviate}`,
    `burden ${burdenFactor} x ${burdenShare}`,
    `fdr ${falseDiscoveryRate}`,
  ].join(", ");
}
