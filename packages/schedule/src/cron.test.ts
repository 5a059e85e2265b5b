import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseCron } from "./cron.js";

const faultOf = (expression: string) => {
  const parsed = parseCron(expression);
  return parsed.ok ? undefined : parsed.fault;
};

describe("parseCron", () => {
  it.each([
    ["", 0, /empty/],
    ["  ", 0, /empty/],
    ["* * * *", 7, /Five fields/],
    ["* * * * * *", 10, /Five fields/],
    ["60 * * * *", 0, /outside 0-59/],
    ["0 24 * * *", 2, /outside 0-23/],
    ["0 0 0 * *", 4, /outside 1-31/],
    ["0 0 * foo *", 6, /"foo" is not a month/],
    ["0 0 * * mon,tues", 12, /"tues" is not a weekday/],
    ["0 5-3 * * *", 2, /backwards/],
    ["1-2-3 * * * *", 0, /one dash/],
    ["*/0 * * * *", 2, /above 0/],
    ["0-30/x * * * *", 5, /above 0/],
    ["5/15 * * * *", 0, /write 5-59\/15/],
    ["1,,2 * * * *", 2, /missing/],
    ["0 0 30 2 *", 4, /No date/],
    ["  @reboot", 2, /@reboot is not known/],
    ["-1 * * * *", 0, /"" is not a minute/],
  ])("refuses %j at character %i with a reason", (expression, position, reason) => {
    expect(faultOf(expression)).toEqual({ reason: expect.stringMatching(reason), position });
  });

  it("reads names in any case, lists, ranges, steps and Sunday as 0 or 7", () => {
    const parsed = parseCron("0-30/15 9,17 1-3 JAN-Mar 7");
    expect(parsed).toMatchObject({
      ok: true,
      cron: {
        minutesOfDay: [540, 555, 570, 1020, 1035, 1050],
        daysOfMonth: new Set([1, 2, 3]),
        months: new Set([1, 2, 3]),
        weekdays: new Set([0]),
        eitherDay: true,
      },
    });
    expect(parseCron("0 0 * * fri-sun")).toMatchObject({ cron: { weekdays: new Set([5, 6, 0]) } });
  });

  it("lets either day field decide only when both are restricted", () => {
    expect(parseCron("0 0 1 * mon")).toMatchObject({ cron: { eitherDay: true } });
    expect(parseCron("0 0 */2 * mon")).toMatchObject({ cron: { eitherDay: false } });
    expect(parseCron("0 0 1 * *")).toMatchObject({ cron: { eitherDay: false } });
  });

  it("answers any text with a cron or with a fault inside it", () => {
    const token = fc.constantFrom("*", "1", "59", "7", "mon", "-", "/", ",", " ", "@daily", "é", "-5");
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(token).map((all) => all.join("")),
        ),
        (text) => {
          const fault = faultOf(text);
          if (fault === undefined) return;
          expect(fault.reason).not.toBe("");
          expect(fault.position).toBeGreaterThanOrEqual(0);
          expect(fault.position).toBeLessThanOrEqual(text.length);
        },
      ),
      { numRuns: 2_000 },
    );
  });
});
