import { describe, expect, it } from "vitest";
import { findNextCheckIn, nextCheckIn, silentAfterMinutes } from "./next-check-in.js";

const at = (time: string) => new Date(`2026-03-31T${time}Z`);
const onActions = (cronMinute: number) => ({ kind: "actions", cronMinute }) as const;

describe("the next check-in", () => {
  it("of a worker on Actions is at the minute of this hour when that is still to come", () =>
    expect(nextCheckIn(onActions(40), at("10:12:30"))).toEqual(at("10:40:00")));
  it("is an hour later at that very minute, because this one is being kept", () =>
    expect(nextCheckIn(onActions(40), at("10:40:00"))).toEqual(at("11:40:00")));
  it("goes over midnight and the month's end", () =>
    expect(nextCheckIn(onActions(5), at("23:59:59"))).toEqual(new Date("2026-04-01T00:05:00Z")));
  it("of a worker that stays is while its session lasts", () => {
    const resident = { kind: "resident", cronMinute: 5 } as const;
    expect(findNextCheckIn(resident, null, at("10:12:30"))).toEqual(at("10:22:30"));
  });
  it("of a worker that its user's own scheduler wakes is not known", () => {
    const resident = { kind: "resident", cronMinute: 5 } as const;
    expect(findNextCheckIn(resident, "own_scheduler", at("10:12:30"))).toBeUndefined();
    expect(findNextCheckIn(onActions(5), "schedule", at("10:12:30"))).toEqual(at("11:05:00"));
  });
});

it("SIG-20 a worker is silent once three check-ins in a row and their lateness have passed", () => {
  expect(silentAfterMinutes("actions")).toBe(150);
  expect(silentAfterMinutes("resident")).toBe(25);
});
