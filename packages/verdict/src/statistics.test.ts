import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { median, quantileOfSorted, robustSpread, slopePerStep, sorted } from "./statistics.js";
import { normal, seededChance } from "./testing/synthetic-deployment.js";

const lists = fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 80 });
const lumps = fc.array(fc.constantFrom(0, 0, 0, 1, 2), { minLength: 1, maxLength: 80 });

describe("median", () => {
  it("is the middle of the sorted list, and leaves the list alone", () => {
    fc.assert(
      fc.property(fc.oneof(lists, lumps), (values) => {
        const before = [...values];
        expect(median(values)).toBeCloseTo(quantileOfSorted(sorted(values), 0.5), 6);
        expect(values).toEqual(before);
      }),
      { numRuns: 1000 },
    );
  });
});

describe("robustSpread", () => {
  const chance = seededChance(11);
  const values = Array.from({ length: 400 }, () => normal(chance));

  it("is the standard deviation of normal values", () => {
    expect(robustSpread(sorted(values))).toBeGreaterThan(0.9);
    expect(robustSpread(sorted(values))).toBeLessThan(1.15);
  });

  it("is hardly moved by one wild sample in twenty", () => {
    const wild = values.map((value, i) => (i % 20 === 7 ? 1e9 : value));
    expect(robustSpread(sorted(wild))).toBeLessThan(1.4);
  });
});

describe("slopePerStep", () => {
  it("finds the rise per step again", () => {
    expect(slopePerStep([1, 3, 5, 7, 9])).toBeCloseTo(2, 10);
    expect(slopePerStep([1, 9])).toBe(0);
  });
});
