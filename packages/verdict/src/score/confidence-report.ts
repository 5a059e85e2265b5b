import { bounded, logistic } from "../confidence.js";
import { THRESHOLDS } from "../thresholds.js";
import type { MeasuredCase } from "./answer-case.js";
import { decideCase } from "./answer-case.js";
import type { ConfidenceMap, Judged } from "./calibrate.js";
import { fitConfidence } from "./calibrate.js";
import type { Stated } from "./score-answers.js";
import { reliabilityTable } from "./score-answers.js";
import { fixed, reliabilityRows } from "./score-report.js";

interface Decided extends Judged {
  source: string;
  regressed: boolean;
  confidence: number;
}

/**
 * The map from evidence to confidence, fitted on all decisions and without each source; and how often the
 * decisions of a source were right at the confidence that the fit without it states.
 */
export function confidenceReport(measured: readonly MeasuredCase[]): string {
  const decided = measured.flatMap(decidedCase);
  const sources = [...new Set(decided.map(({ source }) => source))].sort();
  const keptAway = sources.flatMap((source) => statedWithout(decided, source));
  return [
    ...[true, false].flatMap((regressed) => mapLines(decided, sources, regressed)),
    "",
    "reliability, each source by the fit without it",
    ...reliabilityRows(reliabilityTable(keptAway)),
    "",
    "reliability, confidence in use",
    ...reliabilityRows(reliabilityTable(decided)),
  ].join("\n");
}

function decidedCase(one: MeasuredCase): Decided[] {
  const { regressed, margin, confidence, state } = decideCase(one, THRESHOLDS);
  const { source, regressed: label } = one.labelled;
  if (margin === null || label === null || state === "inconclusive") return [];
  return [{ source, regressed, margin, confidence, right: label === regressed }];
}

function statedWithout(decided: readonly Decided[], source: string): Stated[] {
  const maps = new Map(
    [true, false].map((regressed) => [
      regressed,
      fitConfidence(decided.filter((one) => one.source !== source && one.regressed === regressed)),
    ]),
  );
  return decided
    .filter((one) => one.source === source)
    .map(({ margin, regressed, right }) => ({ right, confidence: stated(maps.get(regressed), margin) }));
}

function stated(map: ConfidenceMap | undefined, margin: number): number {
  return map === undefined ? 0 : logistic(map.intercept + map.slope * bounded(margin));
}

function mapLines(decided: readonly Decided[], sources: readonly string[], regressed: boolean): string[] {
  const own = decided.filter((one) => one.regressed === regressed);
  const line = (name: string, { intercept, slope }: ConfidenceMap) =>
    ` ${name}: ${fixed(intercept)} ${slope < 0 ? "-" : "+"} ${fixed(Math.abs(slope))} x margin`;
  return [
    regressed ? "confidence of a call, as log odds" : "confidence of no call, as log odds",
    line("all", fitConfidence(own)),
    ...sources.map((source) =>
      line(`without ${source}`, fitConfidence(own.filter((one) => one.source !== source))),
    ),
  ];
}
