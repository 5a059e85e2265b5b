import type { Weekday } from "@pulsekeep/contracts/schedule";
import { boundedMemo } from "./bounded-memo.js";

/** A local calendar date as the count of days since 1970-01-01; belongs to no time zone. */
export type LocalDay = number;

export const DAY_MS = 86_400_000;
export const MINUTE_MS = 60_000;

const MONDAY_FIRST: readonly Weekday[] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/** Cron's number of the weekday: 0 is Sunday. */
export function weekdayNumberOf(day: LocalDay): number {
  return (((day + 4) % 7) + 7) % 7;
}

export function weekdayOf(day: LocalDay): Weekday {
  return MONDAY_FIRST[(weekdayNumberOf(day) + 6) % 7] as Weekday;
}

/** Position in a week that begins on Monday, 0-6. */
export function weekdayIndexOf(weekday: Weekday): number {
  return MONDAY_FIRST.indexOf(weekday);
}

/** @param date `YYYY-MM-DD` */
export function parseLocalDate(date: string): LocalDay {
  const ms = Date.parse(`${date}T00:00:00Z`);
  if (Number.isNaN(ms)) throw new RangeError(`Not a date: ${date}`);
  return ms / DAY_MS;
}

/** Writes a date as `YYYY-MM-DD`. All pulses ask about the same few days, and writing one costs more than the rest. */
export const formatLocalDate: (day: LocalDay) => string = boundedMemo(4_000, (day: LocalDay) =>
  new Date(day * DAY_MS).toISOString().slice(0, 10),
);
