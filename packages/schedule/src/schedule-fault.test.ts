import { describe, expect, it } from "vitest";
import { findScheduleFault } from "./schedule-fault.js";

describe("findScheduleFault", () => {
  it("finds nothing wrong with a schedule that can run", () => {
    expect(findScheduleFault({ kind: "cron", expression: "@daily" })).toBeUndefined();
    expect(findScheduleFault({ kind: "once", runAt: "2026-01-01T00:00:00Z" })).toBeUndefined();
  });

  it("points at the character of a cron expression that is wrong", () => {
    expect(findScheduleFault({ kind: "cron", expression: "0 25 * * *" })).toEqual({
      reason: "The hour 25 is outside 0-23.",
      position: 2,
    });
  });
});
