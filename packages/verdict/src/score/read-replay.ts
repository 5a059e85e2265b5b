import { asObject, type Known, readPolicy } from "../read-policy.js";
import type { SampleRow, VerdictInput, WindowPair } from "../types.js";
import { METRIC_NAMES } from "../types.js";
import { parseJson } from "./parse-json.js";

const PIPELINES = ["succeeded", "failed", "unknown"] as const;

/**
 * Reads the facts of a deployment as the API gives them, or as somebody wrote them: the pipeline's result, the window's
 * end, the policy and the history may be left out.
 *
 * @throws Error that names what cannot be used
 */
export function readReplay(json: string): VerdictInput {
  const given = asObject("the deployment", parseJson(json));
  const {
    stepSeconds,
    pipeline = "unknown",
    windowEnded = true,
    expectedPostSamples,
    policy,
    history = [],
  } = given;
  requireThat(isCount(stepSeconds), "stepSeconds is no number of seconds above zero");
  const result = PIPELINES.find((name) => name === pipeline);
  requireThat(result !== undefined, `pipeline is none of ${PIPELINES.join(", ")}`);
  requireThat(typeof windowEnded === "boolean", "windowEnded has to be true or false");
  requireThat(
    expectedPostSamples === undefined || isCount(expectedPostSamples),
    "expectedPostSamples is no number above zero",
  );
  requireThat(Array.isArray(history), "history is no list");
  return {
    ...readWindows("", given),
    stepSeconds,
    pipeline: result,
    windowEnded,
    ...(expectedPostSamples === undefined ? {} : { expectedPostSamples }),
    ...(policy === undefined ? {} : { policy: readPolicy(JSON.stringify(policy)) }),
    history: history.map((pair: unknown, i) =>
      readWindows(`history[${i}].`, asObject(`history[${i}]`, pair)),
    ),
  };
}

const readWindows = (prefix: string, given: Known): WindowPair => ({
  pre: readRows(`${prefix}pre`, given["pre"]),
  post: readRows(`${prefix}post`, given["post"]),
});

function readRows(name: string, rows: unknown): SampleRow[] {
  requireThat(Array.isArray(rows), `${name} is no list of samples`);
  return rows.map((row: unknown, i) => readRow(`${name}[${i}]`, asObject(`${name}[${i}]`, row)));
}

function readRow(name: string, given: Known): SampleRow {
  const { at } = given;
  requireThat(isNumber(at), `${name}.at is no instant in milliseconds`);
  const row: SampleRow = { at };
  for (const metric of METRIC_NAMES) {
    const value = given[metric] ?? null;
    requireThat(value === null || isNumber(value), `${name}.${metric} is neither a number nor null`);
    row[metric] = value;
  }
  return row;
}

const isNumber = (value: unknown): value is number => typeof value === "number" && Number.isFinite(value);
const isCount = (value: unknown): value is number => isNumber(value) && value > 0;

function requireThat(holds: boolean, otherwise: string): asserts holds {
  if (!holds) throw new Error(otherwise);
}
