import type { Answered, Score } from "./score-answers.js";
import { reliabilityTable, scoreAnswers, scoreBySource } from "./score-answers.js";

/** The scores as text: in all, by source, and the reliability table. */
export function scoreReport(answered: readonly Answered[]): string {
  const heading = row(["source", "cases", "pos", "precision", "recall", "F1", "FPR"]);
  const scores = [["all", scoreAnswers(answered)] as const, ...scoreBySource(answered)];
  const bins = reliabilityTable(answered).map((bin) =>
    row([`${bin.from}-${bin.to}`, `${bin.cases}`, fixed(bin.meanConfidence), fixed(bin.accuracy)]),
  );
  return [
    heading,
    ...scores.map(([name, score]) => scoreRow(name, score)),
    "",
    row(["confidence", "cases", "stated", "right"]),
    ...bins,
  ].join("\n");
}

function scoreRow(name: string, score: Score): string {
  const { cases, positives, precision, recall, f1, falsePositiveRate } = score;
  const figures = [precision, recall, f1, falsePositiveRate].map(fixed);
  return row([name, `${cases}`, `${positives}`, ...figures]);
}

const fixed = (value: number) => value.toFixed(3);
const row = (cells: readonly string[]) =>
  cells
    .map((cell) => cell.padEnd(11))
    .join("")
    .trimEnd();
