import { expect, it } from "vitest";
import { nextCheckIn } from "./next-check-in.js";

const at = (text: string) => new Date(`2026-03-31T${text}Z`);

it("is this hour while its minute is still ahead", () =>
  expect(nextCheckIn(40, at("10:12:30"))).toEqual(at("10:40:00")));
it("is the next hour once the minute has come", () =>
  expect(nextCheckIn(40, at("10:40:00"))).toEqual(at("11:40:00")));
it("passes midnight and the end of a month", () =>
  expect(nextCheckIn(5, at("23:59:59"))).toEqual(new Date("2026-04-01T00:05:00Z")));
