import { describe, expect, it } from "vitest";
import { continueStreak } from "./continue-streak.js";

const rest = { restWeekdays: [], skipDates: [], freezes: [], pausedUntil: null };
const at = (date: string) => new Date(`${date}T10:00:00Z`);
const after = (days: number, on: string, today: string, rules: object = {}) =>
  continueStreak({
    streak: { days, on },
    at: at(today),
    timeZone: "Europe/Paris",
    rest: { ...rest, ...rules },
  });

describe("continueStreak", () => {
  it("is one with the first commit ever", () =>
    expect(continueStreak({ streak: undefined, at: at("2026-03-02"), timeZone: "UTC" })).toEqual({
      days: 1,
      on: "2026-03-02",
    }));
  it("grows by one on the next day", () =>
    expect(after(4, "2026-03-01", "2026-03-02")).toEqual({ days: 5, on: "2026-03-02" }));
  it("does not grow by a second commit of the same day", () =>
    expect(after(4, "2026-03-02", "2026-03-02")).toEqual({ days: 4, on: "2026-03-02" }));
  it("starts again after a day without", () =>
    expect(after(4, "2026-02-28", "2026-03-02")).toEqual({ days: 1, on: "2026-03-02" }));
  it("passes over a weekend of rest", () =>
    expect(after(4, "2026-02-27", "2026-03-02", { restWeekdays: ["sat", "sun"] }).days).toBe(5));
  it("passes over a skipped date", () =>
    expect(after(4, "2026-02-28", "2026-03-02", { skipDates: ["2026-03-01"] }).days).toBe(5));
  it("passes over a freeze, but not over an open day beside it", () => {
    const freezes = [{ fromDate: "2026-02-10", untilDate: "2026-02-28" }];
    expect(after(4, "2026-02-09", "2026-03-01", { freezes }).days).toBe(5);
    expect(after(4, "2026-02-09", "2026-03-02", { freezes }).days).toBe(1);
  });
  it("counts days of the pulse's own zone", () =>
    expect(
      continueStreak({
        streak: { days: 2, on: "2026-03-01" },
        at: new Date("2026-03-02T23:30:00Z"),
        timeZone: "Asia/Tokyo",
      }),
    ).toEqual({ days: 1, on: "2026-03-03" }));
});
