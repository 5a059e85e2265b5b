import { describe, expect, it } from "vitest";
import { anytimeBoundary, holdsAtEveryLook, lateBoundary } from "./sequential.js";
import type { SeriesEvidence } from "./judge-series.js";
import { normal, seededChance } from "./testing/synthetic-deployment.js";

const PLANNED = 60;
const WINDOWS = 3000;

/** Pure noise, looked at after every sample, for a change at any earlier sample. */
function crosses(sums: readonly number[]): boolean {
  const now = sums.length - 1;
  const total = sums[now] ?? 0;
  if (total / Math.sqrt(now) > anytimeBoundary(now, PLANNED)) return true;
  for (let from = 1; from < now; from += 1) {
    const length = now - from;
    if ((total - (sums[from] ?? 0)) / Math.sqrt(length) > lateBoundary(length, PLANNED)) return true;
  }
  return false;
}

describe("the boundaries", () => {
  it("are crossed by pure noise in at most one of a hundred windows, however often and wherever one looks", () => {
    const chance = seededChance(2024);
    let crossed = 0;
    for (let i = 0; i < WINDOWS; i += 1) {
      const sums = [0];
      while (sums.length <= PLANNED) {
        sums.push((sums.at(-1) ?? 0) + normal(chance));
        if (crosses(sums)) {
          crossed += 1;
          break;
        }
      }
    }
    expect(crossed / WINDOWS).toBeLessThanOrEqual(0.01);
  });

  it("ask a stretch for more than the whole window as soon as that has a few samples", () => {
    expect(lateBoundary(8, PLANNED)).toBeGreaterThan(anytimeBoundary(20, PLANNED));
  });

  it("asks for most when least has been seen", () => {
    expect(anytimeBoundary(2, 60)).toBeGreaterThan(anytimeBoundary(10, 60));
    expect(anytimeBoundary(10, 60)).toBeGreaterThan(anytimeBoundary(20, 60));
  });
});

describe("anytimeBoundary", () => {
  it("is where the mixture's likelihood ratio reaches one hundred", () => {
    const doubt = 2 * Math.log(100);
    const scale = PLANNED / 3 / (doubt + Math.log(1 + doubt));
    for (const looked of [1, 4, 20, 60]) {
      const ratio = scale / looked;
      const likelihoodRatio =
        Math.exp(anytimeBoundary(looked, PLANNED) ** 2 / (2 * (1 + ratio))) / Math.sqrt(1 + 1 / ratio);
      expect(likelihoodRatio).toBeCloseTo(100, 6);
    }
  });

  it("asks for least at a third of the window, of all windows that could be planned", () => {
    for (const planned of [6, 15, 30, 50, 75, 120, 600])
      expect(anytimeBoundary(PLANNED / 3, PLANNED)).toBeLessThan(anytimeBoundary(PLANNED / 3, planned));
  });
});

describe("holdsAtEveryLook", () => {
  const clear: SeriesEvidence = {
    from: 0,
    shift: 1,
    shiftFromDrift: 1,
    spread: 0.1,
    z: 8,
    cappedZ: 8,
    countZ: null,
    agreedZ: null,
    low: 0.8,
    high: 1.2,
    band: 0.2,
    elevatedShare: 1,
    lasts: true,
    elevated: [],
    after: [1, 1, 1, 1, 1, 1, 1, 1],
    level: 0,
    worseFrom: 0.5,
    correlation: 0,
    rank: 20,
    total: 20,
  };
  const window = { planned: 30, earliest: 3 };

  it.each<[string, Partial<SeriesEvidence>]>([
    ["is weak", { z: 3.5 }],
    ["rests on two samples", { from: 0, after: [1, 1] }],
    ["rests on three samples of a later change", { from: 12, after: [1, 1, 1] }],
    ["is not seen in the counted failures", { countZ: 3.5 }],
    ["began later and would only do for a whole window", { from: 12, z: 4.3 }],
  ])("refuses evidence that %s", (_, change) => {
    expect(holdsAtEveryLook(clear, window)).toBe(true);
    expect(holdsAtEveryLook({ ...clear, ...change }, window)).toBe(false);
  });

  it("goes by the counted failures where they are known: rates of few requests are lumpy", () => {
    expect(holdsAtEveryLook({ ...clear, z: 3.5, countZ: 9 }, window)).toBe(true);
  });

  it("waits for the earliest sample", () => {
    expect(holdsAtEveryLook(clear, { planned: 30, earliest: 9 })).toBe(false);
    expect(holdsAtEveryLook({ ...clear, from: 1 }, { planned: 30, earliest: 9 })).toBe(true);
  });
});
