import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { median, percentile, slope } from "./medians.ts";

const some = fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 50 });

describe("median", () => {
  it("takes the middle one, whatever the order", () => {
    expect(median([9, 1, 5])).toBe(5);
  });

  it("is one of the values, with no more than half of them below and above", () => {
    fc.assert(
      fc.property(some, (values) => {
        const middle = median(values);
        expect(values).toContain(middle);
        expect(values.filter((value) => value < middle).length).toBeLessThanOrEqual(values.length / 2);
        expect(values.filter((value) => value > middle).length).toBeLessThanOrEqual(values.length / 2);
      }),
    );
  });

  it("leaves the values in their order", () => {
    const values = [3, 1, 2];
    median(values);
    expect(values).toEqual([3, 1, 2]);
  });

  it("has none of nothing", () => {
    expect(median([])).toBeNaN();
  });
});

describe("percentile", () => {
  it("is not exceeded by that share", () => {
    const hundred = Array.from({ length: 100 }, (_, index) => index);
    expect(percentile(hundred, 0.99)).toBe(99);
    expect(percentile(hundred, 0.5)).toBe(50);
    expect(percentile(hundred, 1)).toBe(99);
  });
});

describe("slope", () => {
  it("finds the line that the points lie on", () => {
    const number = fc.integer({ min: -1_000, max: 1_000 });
    fc.assert(
      fc.property(number, number, (rise, start) => {
        const points = [0, 1, 2, 5].map((x) => [x, start + rise * x] as const);
        expect(slope(points)).toBeCloseTo(rise, 6);
      }),
    );
  });

  it("is flat for values that go up and down around one height", () => {
    expect(
      slope([
        [0, 1],
        [1, 3],
        [2, 3],
        [3, 1],
      ]),
    ).toBe(0);
  });

  it("is flat for a single point", () => {
    expect(slope([[1, 1]])).toBe(0);
  });
});
