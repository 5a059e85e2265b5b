import { policyDocumentSchema } from "@pulsekeep/contracts/api/policies";
import { describe, expect, it } from "vitest";
import { policyInForce } from "./policy-in-force.js";

const version = (number: number, document: unknown) => ({
  version: number,
  document: policyDocumentSchema.parse(document),
});

describe("the policy in force", () => {
  it("is the engine's defaults where nobody said anything", () => {
    expect(policyInForce(undefined, undefined)).toEqual({
      metrics: {},
      dryRun: false,
      projectVersion: 0,
      environmentVersion: 0,
    });
  });

  it("takes the environment's word over the project's, field by field", () => {
    const project = version(3, {
      dryRun: true,
      metrics: { latency_p95: { critical: true, smallestAbsolute: 20 }, cpu_usage: { muted: true } },
    });
    const environment = version(1, { dryRun: false, metrics: { latency_p95: { smallestAbsolute: 50 } } });
    expect(policyInForce(project, environment)).toEqual({
      metrics: { latency_p95: { critical: true, smallestAbsolute: 50 }, cpu_usage: { muted: true } },
      dryRun: false,
      projectVersion: 3,
      environmentVersion: 1,
    });
    expect(policyInForce(project, undefined).dryRun).toBe(true);
  });
});

describe("a policy document", () => {
  it.each([
    ["an unknown metric", { metrics: { disk: { muted: true } } }],
    ["an unknown rule", { metrics: { cpu_usage: { threshold: 1 } } }],
    ["a negative change", { metrics: { latency_p95: { smallestAbsolute: -1 } } }],
    ["a share above one", { metrics: { error_rate: { smallestAbsolute: 5 } } }],
    ["a limit of errors above one", { metrics: { error_rate: { guardrail: { limit: 2 } } } }],
    [
      "a floor of traffic above the baseline",
      { metrics: { requests_per_sec: { guardrail: { limit: 1.2 } } } },
    ],
    ["a tolerance of everything", { metrics: { cpu_usage: { guardrail: { limit: 0.8, tolerance: 1 } } } }],
    ["a direction that is none", { metrics: { cpu_usage: { direction: "sideways" } } }],
    ["no number", { metrics: { cpu_usage: { smallestAbsolute: Number.NaN } } }],
  ])("is refused with %s", (_, document) => {
    expect(policyDocumentSchema.safeParse(document).success).toBe(false);
  });

  it("fills in what a limit leaves out", () => {
    const { metrics } = policyDocumentSchema.parse({ metrics: { cpu_usage: { guardrail: { limit: 0.8 } } } });
    expect(metrics.cpu_usage?.guardrail).toEqual({ limit: 0.8, securedRatio: 0.9, tolerance: 0.2 });
  });
});
