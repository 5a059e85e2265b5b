import { DEFAULT_POLICY } from "./policy.js";
import type { Policy } from "./types.js";
import { METRIC_NAMES } from "./types.js";

const DIRECTIONS = ["higher_is_worse", "lower_is_worse", "two_sided"];
/** As the API completes a limit that says no more. */
const USUAL_GUARDRAIL = { securedRatio: 0.9, tolerance: 0.2 };

export type Known = Readonly<Record<string, unknown>>;

/**
 * Reads a policy that a person wrote: metrics, or a document that holds them as `metrics`, as the API keeps it.
 *
 * @throws Error that names what it does not know: a misspelt rule would otherwise change nothing, without a word
 */
export function readPolicy(json: string): Policy {
  const read = asObject("the policy", JSON.parse(json));
  const metrics = asObject("metrics", "metrics" in read ? read["metrics"] : read);
  const rules = Object.entries(metrics).map(([metric, given]) => {
    requireKnown("the policy", metric, METRIC_NAMES);
    return [metric, readRules(metric, asObject(metric, given))] as const;
  });
  return Object.fromEntries(rules);
}

function readRules(metric: string, given: Known): Known {
  const { guardrail, ...plain } = given;
  requireLike(metric, plain, DEFAULT_POLICY.latency_p95);
  const { direction } = plain;
  if (typeof direction === "string") requireKnown(`${metric}.direction`, direction, DIRECTIONS);
  if (guardrail === undefined || guardrail === null) return given;
  const whole = { ...USUAL_GUARDRAIL, ...asObject(`${metric}.guardrail`, guardrail) };
  requireLike(`${metric}.guardrail`, { limit: undefined, ...whole }, { limit: 0, ...USUAL_GUARDRAIL });
  return { ...given, guardrail: whole };
}

/** Only names that the example has, with values of its kind. */
function requireLike(place: string, given: Known, example: object): void {
  const known = new Map<string, unknown>(Object.entries(example));
  for (const [name, value] of Object.entries(given)) {
    requireKnown(place, name, [...known.keys()]);
    const kind = typeof known.get(name);
    if (typeof value !== kind) throw new Error(`${place}.${name} has to be a ${kind}`);
  }
}

function requireKnown(place: string, name: string, known: readonly string[]): void {
  if (!known.includes(name)) throw new Error(`${place}: "${name}" is none of ${known.join(", ")}`);
}

/** @throws Error that names what is none */
export function asObject(name: string, value: unknown): Known {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return { ...value };
  throw new Error(`${name} has to be an object`);
}
