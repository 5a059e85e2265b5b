import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { localDayBounds } from "./local-day-bounds.js";

const ZONES = Intl.supportedValuesOf("timeZone");
const instant = fc.date({
  min: new Date("1971-01-01T00:00:00Z"),
  max: new Date("2038-01-01T00:00:00Z"),
  noInvalidDate: true,
});
const boundsOf = (at: string, timeZone: string) => {
  const { startsAt, endsAt } = localDayBounds(new Date(at), timeZone);
  return [startsAt.toISOString().slice(0, 16), endsAt.toISOString().slice(0, 16)];
};

describe("localDayBounds", { timeout: 60_000 }, () => {
  it.each([
    ["a plain day", "2026-07-01T12:00:00Z", "Europe/Paris", "2026-06-30T22:00", "2026-07-01T22:00"],
    ["a day of 23 hours", "2026-03-29T12:00:00Z", "Europe/Paris", "2026-03-28T23:00", "2026-03-29T22:00"],
    ["a day of 25 hours", "2026-10-25T12:00:00Z", "Europe/Paris", "2026-10-24T22:00", "2026-10-25T23:00"],
    [
      "a shift of half an hour",
      "2026-04-05T00:00:00Z",
      "Australia/Lord_Howe",
      "2026-04-04T13:00",
      "2026-04-05T13:30",
    ],
    [
      "a day that begins at 01:00",
      "2026-04-24T12:00:00Z",
      "Africa/Cairo",
      "2026-04-23T22:00",
      "2026-04-24T21:00",
    ],
    [
      "a midnight that comes twice",
      "2026-11-01T04:30:00Z",
      "America/Havana",
      "2026-11-01T04:00",
      "2026-11-02T05:00",
    ],
    [
      "the day before a skipped one",
      "2011-12-30T09:00:00Z",
      "Pacific/Apia",
      "2011-12-29T10:00",
      "2011-12-30T10:00",
    ],
    ["an offset of 5:45", "2026-01-01T18:20:00Z", "Asia/Kathmandu", "2026-01-01T18:15", "2026-01-02T18:15"],
  ])("knows %s", (_, at, timeZone, startsAt, endsAt) => {
    expect(boundsOf(at, timeZone)).toEqual([startsAt, endsAt]);
  });

  it("holds the instant, changes the date at both ends, and leaves no gap to the next day, in every zone", () => {
    fc.assert(
      fc.property(instant, fc.constantFrom(...ZONES), (at, timeZone) => {
        const { startsAt, endsAt } = localDayBounds(at, timeZone);
        expect(startsAt <= at && at < endsAt).toBe(true);
        const format = new Intl.DateTimeFormat("sv-SE", { timeZone, dateStyle: "short" });
        const dateAt = (ms: number) => format.format(ms);
        expect(dateAt(startsAt.getTime())).toBe(dateAt(at.getTime()));
        expect(dateAt(startsAt.getTime() - 1) < dateAt(at.getTime())).toBe(true);
        expect(dateAt(endsAt.getTime()) > dateAt(at.getTime())).toBe(true);
        expect(localDayBounds(endsAt, timeZone).startsAt).toEqual(endsAt);
      }),
      { numRuns: 2_000 },
    );
  });
});
