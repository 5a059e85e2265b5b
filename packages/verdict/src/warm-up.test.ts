import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { withoutWarmUp } from "./warm-up.js";

const every2s = (values: number[]) => ({ at: values.map((_, i) => i * 2_000), values });
const latency = { metric: "latency_p95", planned: 30, before: 60 } as const;

describe("withoutWarmUp", () => {
  it("takes off what cold caches add, and leaves what stays", () => {
    const fading = Array.from({ length: 30 }, (_, i) => 60 * (1 + 1.4 * Math.exp(-i / 3)));
    const judged = withoutWarmUp(every2s(fading), latency);
    expect(judged).toHaveLength(28);
    expect(Math.max(...judged)).toBeLessThan(75);
    const lasting = withoutWarmUp(every2s(fading.map(() => 150)), latency);
    expect(lasting.at(-1)).toBeCloseTo(150, 0);
    expect(lasting[10]).toBeGreaterThan(130);
  });

  it("keeps every sample of a short window, of errors and of traffic", () => {
    const values = [9, 8, 7, 6, 5, 4];
    expect(withoutWarmUp(every2s(values), { ...latency, planned: 6 })).toEqual(values);
    for (const metric of ["error_rate", "requests_per_sec"] as const)
      expect(withoutWarmUp(every2s(values), { metric, planned: 30, before: 1 })).toEqual(values);
  });

  it("never makes a better sample of a worse one, nor touches one at the baseline's level", () => {
    const sample = fc.double({ min: 1, max: 1_000, noNaN: true });
    fc.assert(
      fc.property(sample, sample, fc.integer({ min: 2, max: 29 }), (a, b, position) => {
        const at = (value: number) =>
          withoutWarmUp(every2s(Array.from({ length: 30 }, () => value)), latency)[position - 2] ?? 0;
        const [low, high] = [Math.min(a, b), Math.max(a, b)];
        expect(at(high)).toBeGreaterThanOrEqual(at(low) - 1e-9);
        if (low <= 60) expect(at(low)).toBe(low);
        else expect(at(low)).toBeGreaterThanOrEqual(60);
      }),
    );
  });
});
