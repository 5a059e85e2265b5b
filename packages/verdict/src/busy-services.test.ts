import { describe, expect, it } from "vitest";
import { evaluate } from "./evaluate.js";
import type { BusyOptions } from "./testing/busy-deployment.js";
import { busyDeployment, busyHistory } from "./testing/busy-deployment.js";
import type { Fault } from "./testing/synthetic-deployment.js";
import { FAULTS } from "./testing/synthetic-deployment.js";
import type { SampleRow, Verdict, VerdictInput } from "./types.js";

/** Looks after every sample, as the analyst does, and returns the first final verdict with its sample. */
function watch(input: VerdictInput): { state: Verdict["state"]; samples: number } {
  for (let samples = 4; samples < input.post.length; samples += 1) {
    const { final, state } = evaluate({ ...input, post: input.post.slice(0, samples), windowEnded: false });
    if (final) return { state, samples };
  }
  return { state: evaluate(input).state, samples: input.post.length };
}

const DEPLOYMENTS = 120;

function shareOf(state: Verdict["state"], options: Omit<BusyOptions, "seed">, earlier = 0): number {
  const states = Array.from({ length: DEPLOYMENTS }, (_, i) => {
    const service = { ...options, seed: 7 + 7_919 * i };
    return watch({ ...busyDeployment(service), history: busyHistory(service, earlier) }).state;
  });
  return states.filter((one) => one === state).length / DEPLOYMENTS;
}

describe("a clean deployment of a service with rhythm, bursts, garbage collections and cold caches", () => {
  it.each([
    { preSamples: 60 },
    { preSamples: 30 },
    { preSamples: 100, preStepSeconds: 10 },
    { preSamples: 60, preStepSeconds: 60 },
  ])("is not rolled back, however often one looks (%o)", (options) => {
    expect(shareOf("rollback_recommended", options)).toBeLessThanOrEqual(0.01);
  });

  it("is not rolled back for long bursts once earlier deployments have shown them", () => {
    const wild = { burstEvery: 40, longestBurst: 5 };
    expect(shareOf("rollback_recommended", wild, 8)).toBeLessThanOrEqual(0.02);
  });
});

describe("a fault in a service with one burst of errors before the deployment", () => {
  const withBurst = (rate: number): VerdictInput => {
    const input = busyDeployment({ seed: 11, burstEvery: 100_000 });
    const known = (row: SampleRow, i: number) => ({ ...row, error_rate: i === 20 || i === 21 ? 0.3 : 0.001 });
    return {
      ...input,
      pre: input.pre.map(known),
      post: input.post.map((row) => ({ ...row, error_rate: rate })),
    };
  };

  it("is called by the end of the window when every sample has it, however bad the burst was", () => {
    expect(evaluate(withBurst(0.1)).state).toBe("rollback_recommended");
    expect(evaluate(withBurst(0.05)).state).toBe("rollback_recommended");
    expect(evaluate(withBurst(0.001)).perMetric.error_rate.state).toBe("ok");
  });
});

describe("a fault in a calm service with bursts that are known", () => {
  const from =
    (onset: number, fault: Fault): Fault =>
    (row, position) =>
      position >= onset ? fault(row, position) : {};

  it.each([
    ["errors", 0, 4],
    ["errors", 12, 4],
    ["latency", 0, 8],
    ["latency", 12, 8],
  ] as const)("is still called early: %s from sample %i, %i samples later", (name, onset, within) => {
    const delays = Array.from({ length: 40 }, (_, i) => {
      const fault = from(onset, FAULTS[name]);
      const { state, samples } = watch(busyDeployment({ seed: 3 + 104_729 * i, burstEvery: 400, fault }));
      return state === "rollback_recommended" ? samples - onset : Number.POSITIVE_INFINITY;
    });
    expect(delays.filter((delay) => delay <= within).length).toBeGreaterThanOrEqual(0.7 * delays.length);
    expect(delays.filter((delay) => delay < Number.POSITIVE_INFINITY).length).toBeGreaterThanOrEqual(36);
  });
});
