import type { ExpressionValue } from "../expressions/expression-value.js";
import type { DispatchInput } from "../workflow/workflow.js";

/** `typed` is the `inputs` context (booleans stay booleans), `texts` is `github.event.inputs`. */
export type DispatchInputs =
  | {
      readonly ok: true;
      readonly typed: Record<string, ExpressionValue>;
      readonly texts: Record<string, string>;
    }
  | { readonly ok: false; readonly message: string };

type Declared = Readonly<Record<string, DispatchInput>>;

function findProblem(name: string, input: DispatchInput, value: string | undefined): string | undefined {
  if (value === undefined) return input.required ? `Required input '${name}' not provided` : undefined;
  if (input.type === "choice" && !input.options.includes(value)) {
    return `Provided value '${value}' for input '${name}' not in the list of allowed values`;
  }
  if (input.type === "boolean" && value !== "true" && value !== "false") {
    return `Provided value '${value}' for input '${name}' not in the list of allowed values`;
  }
  const notNumber = input.type === "number" && !Number.isFinite(Number(value));
  return notNumber ? `Provided value '${value}' for input '${name}' is not a number` : undefined;
}

function defaultOf(input: DispatchInput): string | undefined {
  if (input.default !== undefined) return input.default;
  if (input.type === "boolean") return "false";
  return input.type === "choice" && !input.required ? input.options[0] : undefined;
}

function toTyped(input: DispatchInput, text: string | undefined): ExpressionValue {
  if (input.type === "boolean") return text === "true";
  if (input.type === "number" && text !== undefined) return Number(text);
  return text ?? "";
}

/** The API takes strings, and booleans and numbers for their text. */
function toInputText(raw: unknown): string {
  return typeof raw === "string" ? raw : JSON.stringify(raw);
}

/**
 * Checks given inputs against the declared ones and fills in defaults.
 * https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#onworkflow_dispatchinputs
 */
export function readDispatchInputs(
  declared: Declared,
  given: Readonly<Record<string, unknown>>,
): DispatchInputs {
  const unexpected = Object.keys(given).filter((name) => !Object.hasOwn(declared, name));
  if (unexpected.length > 0) {
    return { ok: false, message: `Unexpected inputs provided: ${JSON.stringify(unexpected)}` };
  }
  const typed: Record<string, ExpressionValue> = {};
  const texts: Record<string, string> = {};
  for (const [name, input] of Object.entries(declared)) {
    const raw = given[name];
    const text = raw === undefined || raw === null || raw === "" ? defaultOf(input) : toInputText(raw);
    const problem = findProblem(name, input, text);
    if (problem !== undefined) return { ok: false, message: problem };
    typed[name] = toTyped(input, text);
    texts[name] = text ?? "";
  }
  return { ok: true, typed, texts };
}
