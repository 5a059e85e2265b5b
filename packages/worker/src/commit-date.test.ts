import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatCommitDate } from "./commit-date.js";

describe("a commit's date", () => {
  it.each([
    ["2026-03-14T09:20:00.000Z", "UTC", "2026-03-14T09:20:00+00:00"],
    ["2026-03-14T23:30:00.000Z", "Europe/Paris", "2026-03-15T00:30:00+01:00"],
    ["2026-07-14T23:30:00.000Z", "Europe/Paris", "2026-07-15T01:30:00+02:00"],
    ["2026-03-14T03:30:00.999Z", "America/New_York", "2026-03-13T23:30:00-04:00"],
    ["2026-03-14T12:00:00.000Z", "Asia/Kathmandu", "2026-03-14T17:45:00+05:45"],
    ["2026-01-14T12:00:00.000Z", "America/St_Johns", "2026-01-14T08:30:00-03:30"],
    ["2026-03-14T12:00:00.000Z", "Pacific/Kiritimati", "2026-03-15T02:00:00+14:00"],
  ])("writes %s in %s as %s", (at, timeZone, expected) => {
    expect(formatCommitDate(new Date(at), timeZone)).toBe(expected);
  });

  it("names the same second, in any zone", () => {
    const zones = fc.constantFrom(...Intl.supportedValuesOf("timeZone"));
    const instants = fc.date({
      min: new Date("2020-01-01"),
      max: new Date("2040-01-01"),
      noInvalidDate: true,
    });
    fc.assert(
      fc.property(instants, zones, (at, timeZone) => {
        expect(Date.parse(formatCommitDate(at, timeZone))).toBe(Math.floor(at.getTime() / 1000) * 1000);
      }),
    );
  });

  it("refuses a zone that does not exist", () => {
    expect(() => formatCommitDate(new Date(0), "Mars/Olympus")).toThrow(RangeError);
  });
});
