import { createReadStream, readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { replayReport } from "../replay-report.js";
import { answerCase, measureCase } from "./answer-case.js";
import { crossValidationReport } from "./cross-validation-report.js";
import type { LabelledCase } from "./labelled-case.js";
import { parseCase } from "./labelled-case.js";
import { scoreReport } from "./score-report.js";
import { splitCases } from "./split-cases.js";

const USAGE = `usage: verdict --cases FILE [--cases FILE] [--score | --cross-validate]
         FILE: one JSON case or deployment per line, or a JSON list of them
       verdict --replay FILE [--policy FILE] [--locale en|fr|es|de]
         FILE: a deployment as GET /api/v1/deployments/{id}/verdict-input gives it, and a policy's metrics as JSON`;

/** Where the command writes; `print` resolves when there is room for more. */
export interface Output {
  print: (line: string) => Promise<void>;
  complain: (line: string) => void;
}

/**
 * Reads labelled cases and prints one JSON answer per line, in their order, or how good the answers are. What is no
 * case is complained of with its file and line, and the next one is read.
 *
 * @throws Error when the arguments or a file cannot be used
 */
export async function runCommand(args: readonly string[], output: Output): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      cases: { type: "string", multiple: true },
      score: { type: "boolean" },
      "cross-validate": { type: "boolean" },
      replay: { type: "string" },
      policy: { type: "string" },
      locale: { type: "string", default: "en" },
      help: { type: "boolean" },
    },
  });
  const { print } = output;
  if (values.help) return print(USAGE);
  if (values.replay !== undefined) {
    const policy = values.policy === undefined ? undefined : readFileSync(values.policy, "utf8");
    return print(replayReport({ input: readFileSync(values.replay, "utf8"), policy, locale: values.locale }));
  }
  if (values.cases === undefined) throw new Error(USAGE);
  const cases = readCases(values.cases, output);
  if (values["cross-validate"]) return print(crossValidationReport(await listOf(cases, measureCase)));
  if (values.score) return print(scoreReport(await listOf(cases, toScored)));
  for await (const labelled of cases) await print(JSON.stringify(answerCase(labelled)));
}

async function* readCases(files: readonly string[], { complain }: Output): AsyncGenerator<LabelledCase> {
  for (const file of files) {
    let count = 0;
    for await (const { line, text } of splitCases(createReadStream(file, "utf8"))) {
      count += 1;
      try {
        yield parseCase(text);
      } catch (error) {
        complain(`${file}:${line}: ${messageOf(error)}`);
      }
    }
    if (count === 0) complain(`${file}: no case in it`);
  }
}

async function listOf<T>(cases: AsyncIterable<LabelledCase>, of: (one: LabelledCase) => T): Promise<T[]> {
  const list: T[] = [];
  for await (const labelled of cases) list.push(of(labelled));
  return list;
}

/** Without the samples: a score fits into memory, however many cases it is of. */
function toScored(labelled: LabelledCase) {
  const answer = answerCase(labelled);
  const { source, regressed } = labelled;
  return { labelled: { source, regressed }, answer, regressed: answer.regressed };
}

/** On one line, without what a terminal would obey. */
const messageOf = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).replace(/\p{Cc}+/gu, " ").slice(0, 300);
