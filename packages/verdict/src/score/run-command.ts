import { createReadStream, readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { readPolicy } from "../read-policy.js";
import { replayReport } from "../replay-report.js";
import { answerCase, measureCase } from "./answer-case.js";
import { crossValidationReport } from "./cross-validation-report.js";
import type { LabelledCase } from "./labelled-case.js";
import { parseCase } from "./labelled-case.js";
import { readReplay } from "./read-replay.js";
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
      locale: { type: "string" },
      help: { type: "boolean" },
    },
  });
  const { print } = output;
  if (values.help) return print(USAGE);
  refuseContradictions(values);
  if (values.replay !== undefined) {
    const input = readFrom(values.replay, readReplay);
    const policy = values.policy === undefined ? undefined : readFrom(values.policy, readPolicy);
    return print(replayReport({ input, policy, locale: values.locale ?? "en" }));
  }
  if (values.cases === undefined) throw new Error(USAGE);
  const cases = readCases(values.cases, output);
  if (values["cross-validate"]) return print(crossValidationReport(await listOf(cases, measureCase)));
  if (values.score) {
    const scored = await listOf(cases, toScored);
    if (scored.every(({ labelled }) => labelled.regressed === null))
      output.complain("no case with a label: nothing to score");
    return print(scoreReport(scored));
  }
  for await (const labelled of cases) await print(JSON.stringify(answerCase(labelled)));
}

/** What is asked for and would not be done. */
function refuseContradictions(values: Readonly<Record<string, unknown>>): void {
  const given = (names: readonly string[]) => names.filter((name) => values[name] !== undefined);
  const [ofCases, ofReplay] = [
    ["cases", "score", "cross-validate"],
    ["replay", "policy", "locale"],
  ].map(given);
  const both = [...(ofCases ?? []).slice(0, 1), ...(ofReplay ?? []).slice(0, 1)];
  if (both.length === 2) throw new Error(`--${both[0]} and --${both[1]} do not go together\n${USAGE}`);
  if (values["score"] && values["cross-validate"])
    throw new Error(`--score and --cross-validate do not go together\n${USAGE}`);
}

/** @throws Error that names the file */
function readFrom<T>(file: string, parse: (text: string) => T): T {
  try {
    // A mark that some systems begin a text with is no JSON.
    return parse(readFileSync(file, "utf8").replace(/^\uFEFF/, ""));
  } catch (error) {
    throw new Error(`${file}: ${messageOf(error)}`, { cause: error });
  }
}

async function* readCases(files: readonly string[], { complain }: Output): AsyncGenerator<LabelledCase> {
  for (const file of files) {
    let count = 0;
    for await (const { line, text } of splitCases(textOf(file))) {
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

/** @throws Error that names the file */
async function* textOf(file: string): AsyncGenerator<string> {
  try {
    yield* createReadStream(file, "utf8") as AsyncIterable<string>;
  } catch (error) {
    throw new Error(`${file}: ${messageOf(error)}`, { cause: error });
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
