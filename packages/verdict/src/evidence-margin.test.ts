import { describe, expect, it } from "vitest";
import { burdenMargin, shiftMargin } from "./evidence-margin.js";
import type { SeriesEvidence } from "./judge-series.js";

/** A clear, lasting regression; each test takes one leg away. */
const clear: SeriesEvidence = {
  shift: 1,
  shiftFromDrift: 1,
  spread: 0.1,
  z: 6,
  cappedZ: 5,
  countZ: null,
  burden: { excess: 0, heaviestPlacebo: 0, level: 1, blocks: 5 },
  nearZero: false,
  smallest: 0.1,
  low: 0.8,
  high: 1.2,
  band: 0.2,
  elevatedShare: 1,
  lasts: true,
  elevated: Array.from({ length: 10 }, () => true),
  rank: 20,
  total: 20,
};

describe("shiftMargin", () => {
  it("is positive for a clear, lasting shift", () => {
    expect(shiftMargin(clear)).toBeGreaterThan(0);
  });

  it.each<[string, Partial<SeriesEvidence>]>([
    ["within the noise", { z: 1.5 }],
    ["smaller than what matters", { band: 1.1 }],
    ["made of few samples", { elevatedShare: 0.2, cappedZ: 1 }],
    ["mostly a drift from before", { shiftFromDrift: 0.3 }],
    ["not seen in the counted failures", { countZ: 1 }],
  ])("is negative for a shift %s", (_, leg) => {
    expect(shiftMargin({ ...clear, ...leg })).toBeLessThan(0);
  });

  it("asks for more noise distance where there are plenty of samples", () => {
    const plenty = Array.from({ length: 40 }, () => true);
    expect(shiftMargin({ ...clear, z: 2.5 })).toBeGreaterThan(0);
    expect(shiftMargin({ ...clear, z: 2.5, elevated: plenty })).toBeLessThan(0);
  });
});

describe("burdenMargin", () => {
  const violent = { excess: 2, heaviestPlacebo: 0.2, level: 1, blocks: 5 };

  it("is positive for a failure heavier than any window before", () => {
    expect(burdenMargin({ ...clear, burden: violent })).toBeGreaterThan(0);
  });

  it.each([
    ["the baseline had windows as heavy", { heaviestPlacebo: 1.8 }],
    ["it is small against the level", { excess: 0.4, heaviestPlacebo: 0 }],
    ["the baseline is too short to know", { blocks: 2 }],
  ])("is negative where %s", (_, change) => {
    expect(burdenMargin({ ...clear, burden: { ...violent, ...change } })).toBeLessThan(0);
  });
});
