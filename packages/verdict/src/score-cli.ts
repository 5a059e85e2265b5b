import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { replayReport } from "./replay-report.js";
import { answerCase, measureCase } from "./score/answer-case.js";
import { crossValidationReport } from "./score/cross-validation-report.js";
import type { LabelledCase } from "./score/labelled-case.js";
import { parseCase } from "./score/labelled-case.js";
import { scoreReport } from "./score/score-report.js";

const USAGE = `usage: verdict --cases FILE [--cases FILE] [--score | --cross-validate]
         FILE: one JSON case or deployment per line
       verdict --replay FILE [--policy FILE] [--locale en|fr|es|de]
         FILE: a deployment as GET /api/v1/deployments/{id}/verdict-input gives it, and a policy's metrics as JSON`;

/** Reads labelled cases and prints one JSON answer per line, or how good the answers are. */
function main(): void {
  const { values } = parseArgs({
    options: {
      cases: { type: "string", multiple: true },
      score: { type: "boolean" },
      "cross-validate": { type: "boolean" },
      replay: { type: "string" },
      policy: { type: "string" },
      locale: { type: "string", default: "en" },
    },
  });
  if (values.replay !== undefined) {
    const policy = values.policy === undefined ? undefined : readFileSync(values.policy, "utf8");
    print(replayReport({ input: readFileSync(values.replay, "utf8"), policy, locale: values.locale }));
    return;
  }
  if (values.cases === undefined) throw new Error(USAGE);
  const cases = values.cases.flatMap(readCases);
  if (values["cross-validate"]) print(crossValidationReport(cases.map(measureCase)));
  else if (values.score) print(scoreReport(cases.map(answered)));
  else print(cases.map((labelled) => JSON.stringify(answerCase(labelled))).join("\n"));
}

function readCases(file: string): LabelledCase[] {
  const lines = readFileSync(file, "utf8").split("\n");
  return lines.filter((line) => line.trim() !== "").map(parseCase);
}

function answered(labelled: LabelledCase) {
  const answer = answerCase(labelled);
  return { labelled, answer, regressed: answer.regressed };
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

try {
  main();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
