import { describe, expect, it } from "vitest";
import { burdenMargin, burdenOf, slowestAnswerBurden } from "./burden.js";
import { THRESHOLDS } from "./thresholds.js";

const options = { level: 1, sign: 1, smallest: 0.1, nearZero: false } as const;
const violent = { excess: 2, heaviestPlacebo: 0.2, level: 1, smallest: 0.1, known: true };

describe("burdenMargin", () => {
  it("is positive for a failure heavier than any window before", () => {
    expect(burdenMargin(violent, THRESHOLDS)).toBeGreaterThan(0);
  });

  it.each([
    ["the baseline had windows as heavy", { heaviestPlacebo: 1.8 }],
    ["the baseline had windows nearly as heavy", { heaviestPlacebo: 1.5 }],
    ["it is small against the level", { excess: 0.2, heaviestPlacebo: 0 }],
    ["it is small against what matters", { smallest: 3 }],
    ["the baseline is too short to know", { known: false }],
  ])("is negative where %s", (_, change) => {
    expect(burdenMargin({ ...violent, ...change }, THRESHOLDS)).toBeLessThan(0);
  });

  it("asks twice the smallest change of a rate that is usually near zero", () => {
    const rate = { excess: 0.19, heaviestPlacebo: 0, level: null, smallest: 0.1, known: true };
    expect(burdenMargin(rate, THRESHOLDS)).toBeLessThan(0);
    expect(burdenMargin({ ...rate, excess: 0.21 }, THRESHOLDS)).toBeGreaterThan(0);
  });
});

describe("burdenOf", () => {
  it("weighs the heaviest window of the same length before", () => {
    const pre = [1, 1, 1, 5, 7, 1, 1, 1, 1, 1];
    expect(burdenOf(pre, [1, 9], options)).toMatchObject({ excess: 4, heaviestPlacebo: 5, known: true });
  });

  it("looks down where lower is worse", () => {
    const pre = [10, 10, 10, 4, 10, 10];
    expect(burdenOf(pre, [2, 10], { ...options, level: 10, sign: -1 })).toMatchObject({
      excess: 4,
      heaviestPlacebo: 3,
    });
  });
});

describe("slowestAnswerBurden", () => {
  const margin = (pre: number[], post: number[]) =>
    burdenMargin(slowestAnswerBurden(pre, post, { sign: 1, smallest: 5 }), THRESHOLDS);

  it("is positive for an answer far slower than the slowest of two", () => {
    expect(margin([105, 108], [548])).toBeGreaterThan(0);
  });

  it("does not grow with how many answers there are", () => {
    expect(margin([90, 120, 105], [110, 112, 118, 95, 101, 108, 115, 120])).toBeLessThan(0);
    expect(margin([90, 120, 105], [900, 100, 100, 100])).toBe(margin([90, 120, 105], [900]));
  });

  it("asks for a doubled level, because a few answers show little of how much they vary", () => {
    expect(margin([100, 101], [195])).toBeLessThan(0);
    expect(margin([100, 101], [210])).toBeGreaterThan(0);
  });

  it("is negative where one answer is all that is known", () => {
    expect(margin([100], [9000])).toBe(Number.NEGATIVE_INFINITY);
  });
});
