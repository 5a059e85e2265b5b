import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { startDemand } from "./demand.ts";

const HOUR_MS = 3_600_000;

/** Chance that is the same every time (mulberry32). */
function chanceOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

function hourOf(seed: number): number[] {
  const demandAt = startDemand(0, chanceOf(seed));
  return Array.from({ length: HOUR_MS / 500 }, (_, i) => demandAt(i * 500));
}

describe("the demand of visitors", () => {
  it("is never gone and never endless, whatever chance brings", () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const hour = hourOf(seed);
        expect(Math.min(...hour)).toBeGreaterThan(0.7);
        expect(Math.max(...hour)).toBeLessThan(2.5);
      }),
      { numRuns: 20 },
    );
  });

  it("has bursts that begin at once and end soon, and is near its average over an hour", () => {
    const hour = hourOf(7);
    const steps = hour.slice(1).map((demand, i) => demand / (hour[i] ?? demand));
    const sudden = steps.filter((ratio) => ratio > 1.25).length;
    expect(sudden).toBeGreaterThan(60);
    expect(sudden).toBeLessThan(200);
    const average = hour.reduce((sum, demand) => sum + demand, 0) / hour.length;
    expect(average).toBeGreaterThan(0.95);
    expect(average).toBeLessThan(1.15);
  });

  it("rises and falls at other times for other shops", () => {
    expect(hourOf(1)[0]).not.toBe(hourOf(2)[0]);
  });
});
