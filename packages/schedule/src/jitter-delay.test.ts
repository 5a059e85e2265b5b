import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { delaySecondsOf } from "./jitter-delay.js";
import { keyedUnit } from "./keyed-unit.js";

const delays = (shape: "uniform" | "working_hours", roomSeconds: number, clockHour: number) =>
  Array.from({ length: 4_000 }, (_, index) =>
    delaySecondsOf({
      shape,
      unit: keyedUnit("test", String(index)),
      roomSeconds,
      clockSeconds: clockHour * 3_600,
    }),
  );

const shareWithin = (all: readonly number[], fromSeconds: number, untilSeconds: number) =>
  all.filter((delay) => delay >= fromSeconds && delay < untilSeconds).length / all.length;

describe("delaySecondsOf", () => {
  it("stays between 0 and the room, and never falls when the unit grows", () => {
    fc.assert(
      fc.property(
        fc.constantFrom("uniform" as const, "working_hours" as const),
        fc.integer({ min: 0, max: 43_200 }),
        fc.integer({ min: 0, max: 86_399 }),
        fc.tuple(
          fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
          fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        ),
        (shape, roomSeconds, clockSeconds, units) => {
          const [low, high] = units
            .toSorted((a, b) => a - b)
            .map((unit) => delaySecondsOf({ shape, unit, roomSeconds, clockSeconds })) as [number, number];
          expect(low).toBeGreaterThanOrEqual(0);
          expect(high).toBeLessThanOrEqual(roomSeconds);
          expect(low).toBeLessThanOrEqual(high);
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it("reaches both ends of a small window", () => {
    const found = new Set(delays("uniform", 3, 9));
    expect(found).toEqual(new Set([0, 1, 2, 3]));
  });

  it("spreads evenly when uniform", () => {
    const all = delays("uniform", 12 * 3_600, 6);
    for (let hour = 0; hour < 12; hour += 1) {
      expect(shareWithin(all, hour * 3_600, (hour + 1) * 3_600)).toBeCloseTo(1 / 12, 1);
    }
  });

  it("puts most runs into working hours when shaped so, with fewer at noon", () => {
    const all = delays("working_hours", 12 * 3_600 - 1, 6);
    expect(shareWithin(all, 3 * 3_600, 12 * 3_600)).toBeGreaterThan(0.85);
    expect(shareWithin(all, 6 * 3_600, 7 * 3_600)).toBeLessThan(shareWithin(all, 4 * 3_600, 5 * 3_600));
  });
});
