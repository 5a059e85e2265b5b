import type { Guardrail, MetricName, MetricPolicy, Policy, ResolvedPolicy } from "./types.js";
import { METRIC_NAMES } from "./types.js";

const base = { guardrail: null, critical: false, muted: false, dryRun: false } as const;

/** Smallest changes that matter, and who may recommend a rollback alone. */
export const DEFAULT_POLICY: ResolvedPolicy = {
  requests_per_sec: {
    ...base,
    direction: "lower_is_worse",
    smallestRelative: 0.15,
    smallestAbsolute: 0,
    critical: true,
  },
  latency_p95: { ...base, direction: "higher_is_worse", smallestRelative: 0.05, smallestAbsolute: 5 },
  error_rate: {
    ...base,
    direction: "higher_is_worse",
    smallestRelative: 0,
    smallestAbsolute: 0.002,
    critical: true,
  },
  cpu_usage: { ...base, direction: "higher_is_worse", smallestRelative: 0, smallestAbsolute: 0.05 },
  memory_usage: { ...base, direction: "higher_is_worse", smallestRelative: 0, smallestAbsolute: 0.05 },
};

/** Absolute limits that a project may switch on as they are. */
export const CLASSIC_GUARDRAILS: Record<MetricName, Guardrail> = {
  latency_p95: { limit: 300, securedRatio: 0.9, tolerance: 0.2 },
  error_rate: { limit: 0.01, securedRatio: 0.9, tolerance: 0.05 },
  cpu_usage: { limit: 0.8, securedRatio: 0.9, tolerance: 0.2 },
  memory_usage: { limit: 0.8, securedRatio: 0.9, tolerance: 0.1 },
  requests_per_sec: { limit: 0.8, securedRatio: 1, tolerance: 0.2 },
};

/** The project's overrides on top of the defaults; undefined fields keep the default. */
export function resolvePolicy(policy: Policy = {}): ResolvedPolicy {
  const resolved = { ...DEFAULT_POLICY };
  for (const metric of METRIC_NAMES) resolved[metric] = merge(DEFAULT_POLICY[metric], policy[metric]);
  return resolved;
}

function merge(defaults: MetricPolicy, override: Partial<MetricPolicy> = {}): MetricPolicy {
  const given = Object.entries(override).filter(([, value]) => value !== undefined);
  return { ...defaults, ...Object.fromEntries(given) };
}
