import { describe, expect, it } from "vitest";
import { evaluate } from "./evaluate.js";
import { FAULTS, syntheticDeployment } from "./testing/synthetic-deployment.js";
import type { Verdict, VerdictInput } from "./types.js";

/** Looks after every sample, as the analyst does, and returns the first final verdict with its sample. */
function watch(input: VerdictInput & { expectedPostSamples: number }): { verdict: Verdict; samples: number } {
  for (let samples = 1; samples < input.post.length; samples += 1) {
    const verdict = evaluate({ ...input, post: input.post.slice(0, samples), windowEnded: false });
    if (verdict.final) return { verdict, samples };
  }
  return { verdict: evaluate(input), samples: input.post.length };
}

const CLEAN_DEPLOYMENTS = 200;

describe("looking after every sample", () => {
  it.each([
    { correlation: 0, preSamples: 30, warned: 0.01, rolledBack: 0 },
    { correlation: 0, preSamples: 60, warned: 0.01, rolledBack: 0 },
    { correlation: 0.5, preSamples: 10, warned: 0.03, rolledBack: 0 },
    { correlation: 0.5, preSamples: 60, warned: 0.02, rolledBack: 0 },
    { correlation: 0.8, preSamples: 30, warned: 0.05, rolledBack: 0.01 },
  ])("does not multiply false alarms (%o)", { timeout: 30_000 }, ({ warned, rolledBack, ...options }) => {
    const states = Array.from({ length: CLEAN_DEPLOYMENTS }, (_, i) => {
      return watch(syntheticDeployment({ seed: 9_000 + 104_729 * i, ...options })).verdict.state;
    });
    const share = (wanted: Verdict["state"]) =>
      states.filter((state) => state === wanted).length / CLEAN_DEPLOYMENTS;
    expect(share("rollback_recommended")).toBeLessThanOrEqual(rolledBack);
    expect(share("warning")).toBeLessThanOrEqual(warned);
  });

  it.each([
    ["errors", 10],
    ["latency", 14],
    ["traffic", 14],
  ] as const)("calls %s within %i samples in nine of ten deployments", (name, within) => {
    const samples = Array.from({ length: 40 }, (_, i) => {
      const watched = watch(syntheticDeployment({ seed: 500 + i, fault: FAULTS[name] }));
      expect(watched.verdict.state).toBe("rollback_recommended");
      return watched.samples;
    });
    expect(samples.filter((count) => count <= within).length).toBeGreaterThanOrEqual(36);
  });
});
