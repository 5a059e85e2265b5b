import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { answerCase } from "./score/answer-case.js";
import { parseCase } from "./score/labelled-case.js";
import { scoreReport } from "./score/score-report.js";

const USAGE = "usage: verdict --cases FILE [--score]   FILE: one JSON case or deployment per line";

/** Reads labelled cases and prints one JSON answer per line, or with `--score` how good the answers are. */
function main(): void {
  const { values } = parseArgs({ options: { cases: { type: "string" }, score: { type: "boolean" } } });
  if (values.cases === undefined) throw new Error(USAGE);
  const lines = readFileSync(values.cases, "utf8").split("\n");
  const answered = lines
    .filter((line) => line.trim() !== "")
    .map((line) => {
      const labelled = parseCase(line);
      return { labelled, answer: answerCase(labelled) };
    });
  const output = values.score
    ? scoreReport(answered)
    : answered.map(({ answer }) => JSON.stringify(answer)).join("\n");
  process.stdout.write(`${output}\n`);
}

try {
  main();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
