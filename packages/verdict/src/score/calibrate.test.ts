import { describe, expect, it } from "vitest";
import { logistic } from "../confidence.js";
import { seededChance } from "../testing/synthetic-deployment.js";
import { fitConfidence } from "./calibrate.js";

describe("fitConfidence", () => {
  it("finds the map that decisions were made with", () => {
    const chance = seededChance(3);
    const cases = Array.from({ length: 4000 }, () => {
      const margin = 10 * chance() - 4;
      return { margin, right: chance() < logistic(0.5 + 0.6 * margin) };
    });
    const { intercept, slope } = fitConfidence(cases);
    expect(intercept).toBeCloseTo(0.5, 0);
    expect(slope).toBeGreaterThan(0.5);
    expect(slope).toBeLessThan(0.7);
  });

  it("stays short of certainty where every decision was right", () => {
    const { intercept, slope } = fitConfidence(
      Array.from({ length: 50 }, () => ({ margin: 2, right: true })),
    );
    const sure = logistic(intercept + 2 * slope);
    expect(sure).toBeGreaterThan(0.9);
    expect(sure).toBeLessThan(0.999);
  });
});
