import type { Answered, ReliabilityBin, Score } from "./score-answers.js";
import { reliabilityTable, scoreAnswers, scoreBySource } from "./score-answers.js";

/** The scores as text: in all, by source, and the reliability table. */
export function scoreReport(answered: readonly Answered[]): string {
  const scores = [["all", scoreAnswers(answered)] as const, ...scoreBySource(answered)];
  const stated = answered.filter(
    ({ labelled, answer }) => labelled.regressed !== null && answer.state !== "inconclusive",
  );
  const bins = reliabilityTable(
    stated.map(({ labelled, regressed, answer }) => ({
      confidence: answer.confidence,
      right: labelled.regressed === regressed,
    })),
  );
  return [
    row(["source", "cases", "pos", "precision", "recall", "F1", "FPR"]),
    ...scores.map(([name, score]) => scoreRow([name], score)),
    "",
    ...reliabilityRows(bins),
  ].join("\n");
}

/** Stated confidence against how often it was right, as lines. */
export function reliabilityRows(bins: readonly ReliabilityBin[]): string[] {
  const rows = bins.map((bin) =>
    row([`${bin.from}-${bin.to}`, `${bin.cases}`, fixed(bin.meanConfidence), fixed(bin.accuracy)]),
  );
  return [row(["confidence", "cases", "stated", "right"]), ...rows];
}

/** One line: names, then cases, positives, precision, recall, F1 and false-positive rate. */
export function scoreRow(names: readonly string[], score: Score): string {
  const { cases, positives, precision, recall, f1, falsePositiveRate } = score;
  const figures = [precision, recall, f1, falsePositiveRate].map(fixed);
  return row([...names, `${cases}`, `${positives}`, ...figures]);
}

export const fixed = (value: number) => value.toFixed(3);

/** Cells in columns. */
export const row = (cells: readonly string[]) =>
  cells
    .map((cell) => cell.padEnd(13))
    .join("")
    .trimEnd();
