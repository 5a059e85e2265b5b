import { describe, expect, it } from "vitest";
import { shiftMargin } from "./evidence-margin.js";
import type { SeriesEvidence } from "./judge-series.js";
import { THRESHOLDS } from "./thresholds.js";

/** A clear, lasting regression; each test takes one leg away. */
const clear: SeriesEvidence = {
  from: 0,
  shift: 1,
  shiftFromDrift: 1,
  spread: 0.1,
  z: 6,
  cappedZ: 5,
  countZ: null,
  agreedZ: null,
  low: 0.8,
  high: 1.2,
  band: 0.2,
  elevatedShare: 1,
  lasts: true,
  elevated: Array.from({ length: 10 }, () => true),
  after: [],
  level: 0,
  worseFrom: 0,
  correlation: 0,
  rank: 20,
  total: 20,
};

describe("shiftMargin", () => {
  it("is positive for a clear, lasting shift", () => {
    expect(shiftMargin(clear, THRESHOLDS)).toBeGreaterThan(0);
  });

  it.each<[string, Partial<SeriesEvidence>]>([
    ["within the noise", { z: 1.5 }],
    ["smaller than what matters", { band: 1.1 }],
    ["made of few samples", { elevatedShare: 0.2, cappedZ: 1 }],
    ["mostly a drift from before", { shiftFromDrift: 0.3 }],
    ["not seen in the counted failures, nor in how many samples are bad", { agreedZ: 1 }],
  ])("is negative for a shift %s", (_, leg) => {
    expect(shiftMargin({ ...clear, ...leg }, THRESHOLDS)).toBeLessThan(0);
  });

  it("asks for more noise distance where there are plenty of samples", () => {
    const plenty = Array.from({ length: 40 }, () => true);
    expect(shiftMargin({ ...clear, z: 2.5 }, THRESHOLDS)).toBeGreaterThan(0);
    expect(shiftMargin({ ...clear, z: 2.5, elevated: plenty }, THRESHOLDS)).toBeLessThan(0);
  });

  it("asks more of a change later in the window, and as much of its noise as of the whole window's", () => {
    expect(shiftMargin({ ...clear, from: 5, z: 2.4 }, THRESHOLDS)).toBeLessThan(0);
    expect(shiftMargin({ ...clear, from: 5, z: 3.5 }, THRESHOLDS)).toBeGreaterThan(0);
    expect(shiftMargin({ ...clear, from: 30, z: 3.3 }, THRESHOLDS)).toBeLessThan(0);
  });
});
