import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cadenceOf } from "./cadence.js";

describe("what a schedule costs", () => {
  it.each([
    ["17 * * * *", 720],
    ["17 */3 * * *", 240],
    ["5,35 * * * *", 1_440],
    ["*/15 * * * *", 2_880],
    ["0 9-17 * * *", 270],
    ["0 9-17/2 * * *", 150],
    ["10/20 0 * * *", 90],
    ["* * * * *", 43_200],
  ])("is %s: %d runs in 30 days, a minute each", (cron, wakes) => {
    expect(cadenceOf(cron, 12_000)).toEqual({ wakes, minutes: wakes });
  });

  it("counts each run in whole minutes, begun ones too", () => {
    expect(cadenceOf("0 * * * *", 60_000)?.minutes).toBe(720);
    expect(cadenceOf("0 * * * *", 60_001)?.minutes).toBe(1_440);
  });

  it.each(["", "@hourly", "60 * * * *", "0 24 * * *", "5-2 * * * *", "x * * * *", "*/0 * * * *", "1"])(
    "is not said of what is no line of a schedule: %s",
    (cron) => {
      expect(cadenceOf(cron, 0)).toBeUndefined();
    },
  );

  it("is never more than once a minute, and never fails", () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[\d*,/ -]{0,30}$/), fc.nat(10_000_000), (cron, awakeMs) => {
        const cadence = cadenceOf(cron, awakeMs);
        if (cadence === undefined) return;
        expect(cadence.wakes).toBeLessThanOrEqual(43_200);
        expect(cadence.minutes).toBeGreaterThanOrEqual(cadence.wakes);
      }),
    );
  });
});
