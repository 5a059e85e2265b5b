import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { findZonedInstant, toZonedInput } from "./zoned-time";

describe("findZonedInstant", () => {
  it("reads a wall clock in its zone", () => {
    expect(findZonedInstant("2026-11-20T09:30", "Europe/Paris")).toBe("2026-11-20T08:30:00.000Z");
    expect(findZonedInstant("2026-07-01T09:30", "Europe/Paris")).toBe("2026-07-01T07:30:00.000Z");
    expect(findZonedInstant("2026-11-20T09:30", "Asia/Kathmandu")).toBe("2026-11-20T03:45:00.000Z");
  });

  it("moves a time that the clocks leave out behind the gap, and takes the first of one they repeat", () => {
    expect(findZonedInstant("2026-03-29T02:30", "Europe/Paris")).toBe("2026-03-29T01:30:00.000Z");
    expect(findZonedInstant("2026-10-25T02:30", "Europe/Paris")).toBe("2026-10-25T00:30:00.000Z");
    expect(findZonedInstant("2026-03-08T02:30", "America/New_York")).toBe("2026-03-08T07:30:00.000Z");
  });

  it("finds nothing in what is no date", () => {
    for (const input of ["", "tomorrow", "2026-13-40T00:00", "2026-11-20"]) {
      expect(findZonedInstant(input, "UTC")).toBeUndefined();
    }
  });

  it("shows every instant as a time that reads back as the same wall clock", () => {
    const zone = fc.constantFrom(
      "UTC",
      "Europe/Paris",
      "America/New_York",
      "Asia/Kolkata",
      "Australia/Lord_Howe",
    );
    const minute = fc.integer({ min: 28_000_000, max: 40_000_000 });
    fc.assert(
      fc.property(minute, zone, (at, timeZone) => {
        const shown = toZonedInput(new Date(at * 60_000), timeZone);
        const read = findZonedInstant(shown, timeZone);
        expect(read && toZonedInput(new Date(read), timeZone)).toBe(shown);
      }),
    );
  });
});
