import { describe, expect, it } from "vitest";
import { autocorrelation, persistence, varianceInflation } from "./autocorrelation.js";
import { normal, seededChance } from "./testing/synthetic-deployment.js";

function linked(correlation: number, length: number): number[] {
  const chance = seededChance(99);
  let last = 0;
  return Array.from({ length }, () => {
    last = correlation * last + Math.sqrt(1 - correlation ** 2) * normal(chance);
    return last;
  });
}

describe("autocorrelation", () => {
  it.each([0.5, 0.8])("finds %f again in a long series", (correlation) => {
    expect(autocorrelation(linked(correlation, 2000))).toBeCloseTo(correlation, 1);
  });

  it("finds none in independent or alternating noise", () => {
    expect(autocorrelation(linked(0, 2000))).toBeLessThan(0.08);
    expect(autocorrelation(Array.from({ length: 40 }, (_, i) => i % 2))).toBe(0);
  });

  it("takes the usual for a handful of samples, and believes a short baseline only upwards", () => {
    expect(autocorrelation([1, 2, 3, 4, 5])).toBe(0.5);
    expect(autocorrelation(linked(0, 20))).toBeGreaterThan(0.1);
    const rising = Array.from({ length: 20 }, (_, i) => i);
    expect(autocorrelation(rising)).toBe(0.9);
  });
});

describe("varianceInflation", () => {
  it("is the variance of a mean of linked samples over that of independent ones", () => {
    // Three samples with lag correlations 0.5 and 0.25: (3 + 2 * (2 * 0.5 + 0.25)) / 3.
    expect(varianceInflation(0.5, 3)).toBeCloseTo(5.5 / 3, 10);
    expect(varianceInflation(0, 3)).toBe(1);
    expect(varianceInflation(0.5, 1)).toBeCloseTo(1, 10);
  });
});

describe("persistence", () => {
  it("is the mean of what a first-order process keeps of a sample, step by step", () => {
    expect(persistence(0.5, 3, 1)).toBeCloseTo((0.5 + 0.25 + 0.125) / 3, 10);
    expect(persistence(0.5, 2, 3)).toBeCloseTo((0.125 + 0.0625) / 2, 10);
    expect(persistence(0, 3, 1)).toBe(0);
  });

  it("never explains more of a mean than there is of it", () => {
    for (const correlation of [0.1, 0.5, 0.9]) {
      for (const length of [1, 3, 30]) {
        const variance = varianceInflation(correlation, length) / length;
        expect(variance - persistence(correlation, length, 1) ** 2).toBeGreaterThan(0);
      }
    }
  });
});
