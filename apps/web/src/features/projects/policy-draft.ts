import type { MetricName } from "@/api/types";
import type { Guardrails, MetricRules, PolicyDocument } from "@/api/verdict-queries";

export const POLICY_METRICS: readonly MetricName[] = [
  "error_rate",
  "latency_p95",
  "requests_per_sec",
  "cpu_usage",
  "memory_usage",
];

/** What part a metric has in the verdict; empty: as inherited. */
export const ROLES = ["judged", "critical", "trial", "muted"] as const;
export type Role = (typeof ROLES)[number] | "";

/** A metric's rules as they are typed: empty means inherited. Shares and ratios in percent. */
export type MetricDraft = {
  role: Role;
  direction: "" | MetricRules["direction"];
  smallestRelative: string;
  smallestAbsolute: string;
  guardrail: "" | "on" | "off";
  limit: string;
};
export type PolicyDraft = { dryRun: "" | "on" | "off"; metrics: Record<MetricName, MetricDraft> };
export type DraftField = "smallestRelative" | "smallestAbsolute" | "limit";
export type DraftErrors = Partial<Record<`${MetricName}.${DraftField}`, true>>;

/** A metric's unit against what is typed: shares are typed as percent. */
export const shownFactor = (metric: MetricName): number =>
  metric === "latency_p95" || metric === "requests_per_sec" ? 1 : 100;
/** Limits of traffic are a share of the baseline. */
export const limitFactor = (metric: MetricName): number => (metric === "latency_p95" ? 1 : 100);

export function toDraft(document: PolicyDocument): PolicyDraft {
  const metrics = Object.fromEntries(
    POLICY_METRICS.map((metric) => [metric, metricDraft(metric, document.metrics[metric] ?? {})]),
  ) as Record<MetricName, MetricDraft>;
  return { dryRun: document.dryRun === undefined ? "" : document.dryRun ? "on" : "off", metrics };
}

function metricDraft(metric: MetricName, rules: Partial<MetricRules>): MetricDraft {
  const { guardrail } = rules;
  return {
    role: roleOf(rules),
    direction: rules.direction ?? "",
    smallestRelative: shown(rules.smallestRelative, 100),
    smallestAbsolute: shown(rules.smallestAbsolute, shownFactor(metric)),
    guardrail: guardrail === undefined ? "" : guardrail === null ? "off" : "on",
    limit: shown(guardrail?.limit, limitFactor(metric)),
  };
}

export function roleOf(rules: Partial<MetricRules>): Role {
  if (rules.muted) return "muted";
  if (rules.dryRun) return "trial";
  if (rules.critical) return "critical";
  return rules.muted === false || rules.dryRun === false || rules.critical === false ? "judged" : "";
}

/** The document that a draft says, or what of it is no usable number. */
export function toDocument(
  draft: PolicyDraft,
  guardrails: Guardrails,
): { document: PolicyDocument; errors: DraftErrors } {
  const errors: DraftErrors = {};
  const metrics: PolicyDocument["metrics"] = {};
  for (const metric of POLICY_METRICS) {
    const typed = draft.metrics[metric];
    const read = (field: DraftField, factor: number, most: number): number | undefined => {
      const value = parse(typed[field]);
      if (value === undefined) return undefined;
      if (value >= 0 && value / factor <= most) return exact(value / factor);
      errors[`${metric}.${field}`] = true;
      return undefined;
    };
    const isShare = shownFactor(metric) === 100;
    const rules: Partial<MetricRules> = { ...rulesOfRole(typed.role) };
    if (typed.direction !== "") rules.direction = typed.direction;
    set(rules, "smallestRelative", read("smallestRelative", 100, 10));
    set(rules, "smallestAbsolute", read("smallestAbsolute", shownFactor(metric), isShare ? 1 : 1e6));
    if (typed.guardrail === "off") rules.guardrail = null;
    if (typed.guardrail === "on") {
      const limit = read("limit", limitFactor(metric), metric === "latency_p95" ? 1e6 : 1);
      if (limit === undefined || limit === 0) errors[`${metric}.limit`] = true;
      else rules.guardrail = { ...guardrails[metric], limit };
    }
    if (Object.keys(rules).length > 0) metrics[metric] = rules;
  }
  const dryRun = draft.dryRun === "" ? {} : { dryRun: draft.dryRun === "on" };
  return { document: { ...dryRun, metrics }, errors };
}

function rulesOfRole(role: Role): Partial<MetricRules> {
  switch (role) {
    case "":
      return {};
    case "muted":
      return { muted: true };
    case "trial":
      return { dryRun: true, muted: false };
    case "critical":
      return { critical: true, muted: false, dryRun: false };
    case "judged":
      return { critical: false, muted: false, dryRun: false };
  }
}

function set(
  rules: Partial<MetricRules>,
  name: "smallestRelative" | "smallestAbsolute",
  value?: number,
): void {
  if (value !== undefined) rules[name] = value;
}

/** Undefined where nothing is typed, NaN where no number is; a comma is a point in half of our languages. */
function parse(text: string): number | undefined {
  const trimmed = text.trim().replace(",", ".");
  return trimmed === "" ? undefined : Number(trimmed);
}

/** Without the noise of binary fractions: 0.07 is 7 %, not 7.000000000000001. */
const exact = (value: number): number => Number(value.toPrecision(12));

const shown = (value: number | undefined, factor: number): string =>
  value === undefined ? "" : String(exact(value * factor));
