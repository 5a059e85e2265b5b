import { describe, expect, it } from "vitest";
import { evaluate, measureAll } from "./evaluate.js";
import { significantAt } from "./testing/significant-at.js";
import type { Fault } from "./testing/synthetic-deployment.js";
import { FAULTS, syntheticDeployment } from "./testing/synthetic-deployment.js";
import type { MetricName } from "./types.js";

const DEPLOYMENTS = 30;
const WITHIN_SAMPLES = 3;

const from =
  (onset: number, fault: Fault): Fault =>
  (row, position) =>
    position >= onset ? fault(row, position) : {};

/** Samples from the moment the fault became significant to the rollback; infinite where none came. */
function delays(metric: MetricName, fault: Fault, onset: number): number[] {
  return Array.from({ length: DEPLOYMENTS }, (_, i) => {
    const options = { seed: 40 + 7_919 * i, preSamples: 60, fault: from(onset, fault) };
    const input = syntheticDeployment(options);
    const significant = significantAt(input, metric, onset);
    if (significant === undefined) throw new Error("the fault is too small for this test");
    for (let samples = 3; samples < input.post.length; samples += 1) {
      const post = input.post.slice(0, samples);
      if (evaluate({ ...input, post, windowEnded: false }).final) return samples - significant;
    }
    return Number.POSITIVE_INFINITY;
  });
}

describe("a fault that starts during the observation", () => {
  it.each([
    ["error_rate", FAULTS.errors, 0],
    ["error_rate", FAULTS.errors, 15],
    ["error_rate", FAULTS.errors, 22],
    ["latency_p95", FAULTS.latency, 0],
    ["latency_p95", FAULTS.latency, 15],
    ["latency_p95", FAULTS.latency, 22],
    ["requests_per_sec", FAULTS.traffic, 0],
    ["requests_per_sec", FAULTS.traffic, 15],
    ["requests_per_sec", FAULTS.traffic, 22],
  ] as const)(
    "is called within three samples of becoming significant: %s",
    { timeout: 20_000 },
    (metric, fault, onset) => {
      const late = delays(metric, fault, onset).filter((delay) => delay > WITHIN_SAMPLES);
      expect(late.length).toBeLessThanOrEqual(0.1 * DEPLOYMENTS);
    },
  );

  it.each<[MetricName, Fault]>([
    ["error_rate", ({ error_rate }) => ({ error_rate: (error_rate ?? 0) + 0.2 })],
    ["latency_p95", ({ latency_p95 }) => ({ latency_p95: 8 * (latency_p95 ?? 0) })],
    ["requests_per_sec", ({ requests_per_sec }) => ({ requests_per_sec: 0.1 * (requests_per_sec ?? 0) })],
  ])("is called within two where it is overwhelming from the first sample: %s", (metric, fault) => {
    const late = delays(metric, fault, 0).filter((delay) => delay > WITHIN_SAMPLES - 1);
    expect(late.length).toBeLessThanOrEqual(0.1 * DEPLOYMENTS);
  });

  it("is described by the samples since it started, not thinned by those before", () => {
    const input = syntheticDeployment({ seed: 3, preSamples: 60, fault: from(20, FAULTS.latency) });
    const { perMetric, state } = evaluate(input);
    expect(state).toBe("rollback_recommended");
    expect(perMetric.latency_p95.after).toBeGreaterThan(2 * (perMetric.latency_p95.before ?? 0));
    expect(perMetric.latency_p95.shift?.low).toBeGreaterThan(0);
  });

  it("is counted by the requests since it started", () => {
    const rare: Fault = ({ error_rate }) => ({ error_rate: (error_rate ?? 0) + 0.02 });
    const small = syntheticDeployment({ seed: 3, preSamples: 60, fault: from(20, rare) });
    const measured = measureAll(small).metrics.find(({ metric }) => metric === "error_rate");
    const counted = measured?.late.find((stretch) => stretch.from >= 20);
    expect(counted?.countZ).toBeGreaterThan(measured?.evidence?.countZ ?? 0);
  });
});
