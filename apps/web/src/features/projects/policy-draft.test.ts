import { describe, expect, it } from "vitest";
import type { Guardrails, PolicyDocument } from "@/api/verdict-queries";
import { toDocument, toDraft } from "./policy-draft";

const rail = { limit: 0.8, securedRatio: 0.9, tolerance: 0.2 };
const guardrails: Guardrails = {
  requests_per_sec: { ...rail, securedRatio: 1 },
  latency_p95: { ...rail, limit: 300 },
  error_rate: { ...rail, limit: 0.01, tolerance: 0.05 },
  cpu_usage: rail,
  memory_usage: { ...rail, tolerance: 0.1 },
};

describe("a policy as it is typed", () => {
  it("says the same document again", () => {
    const document: PolicyDocument = {
      dryRun: true,
      metrics: {
        error_rate: {
          smallestAbsolute: 0.007,
          guardrail: { limit: 0.02, securedRatio: 0.9, tolerance: 0.05 },
        },
        latency_p95: { direction: "two_sided", smallestRelative: 0.07, smallestAbsolute: 12.5 },
        requests_per_sec: { critical: false, muted: false, dryRun: false, guardrail: null },
        cpu_usage: { muted: true },
        memory_usage: { dryRun: true, muted: false },
      },
    };
    expect(toDocument(toDraft(document), guardrails)).toEqual({ document, errors: {} });
    expect(toDraft(document).metrics.error_rate).toMatchObject({ smallestAbsolute: "0.7", limit: "2" });
  });

  it("says nothing where everything is inherited", () => {
    expect(toDocument(toDraft({ metrics: {} }), guardrails)).toEqual({
      document: { metrics: {} },
      errors: {},
    });
  });

  it("takes a comma for a point", () => {
    const draft = toDraft({ metrics: {} });
    draft.metrics.latency_p95.smallestAbsolute = " 7,5 ";
    expect(toDocument(draft, guardrails).document.metrics.latency_p95).toEqual({ smallestAbsolute: 7.5 });
  });

  it.each([
    ["smallestAbsolute", "many"],
    ["smallestAbsolute", "-1"],
    ["smallestAbsolute", "130"],
    ["smallestRelative", "5000"],
    ["limit", "0"],
    ["limit", ""],
    ["limit", "101"],
  ] as const)("does not take %s = %j of a share", (field, text) => {
    const draft = toDraft({ metrics: {} });
    draft.metrics.cpu_usage = {
      ...draft.metrics.cpu_usage,
      guardrail: field === "limit" ? "on" : "",
      [field]: text,
    };
    expect(toDocument(draft, guardrails).errors).toEqual({ [`cpu_usage.${field}`]: true });
  });
});
