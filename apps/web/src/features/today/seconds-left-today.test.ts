import { describe, expect, it } from "vitest";
import { getSecondsLeftToday } from "./seconds-left-today";

describe("getSecondsLeftToday", () => {
  it("counts to midnight of the user's zone, not of UTC", () => {
    const now = new Date("2026-11-20T20:48:00Z");
    expect(getSecondsLeftToday(now, "UTC")).toBe((3 * 60 + 12) * 60);
    expect(getSecondsLeftToday(now, "Europe/Paris")).toBe((2 * 60 + 12) * 60);
    expect(getSecondsLeftToday(now, "Asia/Kathmandu")).toBe(21 * 3_600 + 27 * 60);
  });

  it("gives a whole day at midnight itself", () => {
    expect(getSecondsLeftToday(new Date("2026-11-20T00:00:00Z"), "UTC")).toBe(86_400);
  });
});
