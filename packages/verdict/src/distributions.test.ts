import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  incompleteBeta,
  logGamma,
  normalFromStudent,
  normalQuantileOfTail,
  normalTail,
} from "./distributions.js";

describe("distributions", () => {
  it.each([
    [0, 0.5],
    [1.644854, 0.05],
    [1.959964, 0.025],
    [3.090232, 0.001],
    [-1.281552, 0.9],
  ])("gives the normal tail beyond %f as %f", (z, tail) => {
    expect(normalTail(z)).toBeCloseTo(tail, 6);
  });

  it("finds the deviate of a tail again", () => {
    fc.assert(
      fc.property(fc.double({ min: -6, max: 6, noNaN: true }), (z) => {
        expect(normalQuantileOfTail(normalTail(z))).toBeCloseTo(z, 4);
      }),
    );
  });

  it.each([
    // Student t whose one-sided tail is 2.5 %, by degrees of freedom.
    [4, 2.776],
    [10, 2.228],
    [30, 2.042],
  ])("turns Student's t with %i degrees of freedom into the deviate of the same tail", (df, t) => {
    expect(normalFromStudent(t, df)).toBeCloseTo(1.96, 1);
    expect(normalFromStudent(-t, df)).toBeCloseTo(-1.96, 1);
  });

  it("knows factorials through the gamma function", () => {
    expect(logGamma(6)).toBeCloseTo(Math.log(120), 8);
    expect(logGamma(0.5)).toBeCloseTo(Math.log(Math.sqrt(Math.PI)), 8);
  });

  it("sums binomial tails through the incomplete beta function", () => {
    // P(X >= 3) for ten throws of a fair coin is 1 - (1 + 10 + 45) / 1024.
    expect(incompleteBeta(0.5, 3, 8)).toBeCloseTo(1 - 56 / 1024, 10);
  });
});
