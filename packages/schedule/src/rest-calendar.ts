import type { RestRules } from "@pulsekeep/contracts/schedule";
import { type LocalDay, parseLocalDate, weekdayOf } from "./local-date.js";

/** Rest rules, read once. */
export interface RestCalendar {
  isOpen(day: LocalDay): boolean;
  /** Occurrences before this instant are silent; `-Infinity` without a pause. */
  pausedUntilMs: number;
}

export function restCalendarOf(rules: RestRules | undefined): RestCalendar {
  if (rules === undefined) return { isOpen: () => true, pausedUntilMs: Number.NEGATIVE_INFINITY };
  const skipped = new Set(rules.skipDates.map(parseLocalDate));
  const freezes = rules.freezes.map((it) => ({
    from: parseLocalDate(it.fromDate),
    until: parseLocalDate(it.untilDate),
  }));
  return {
    isOpen: (day) =>
      !rules.restWeekdays.includes(weekdayOf(day)) &&
      !skipped.has(day) &&
      !freezes.some((freeze) => freeze.from <= day && day <= freeze.until),
    pausedUntilMs: rules.pausedUntil === null ? Number.NEGATIVE_INFINITY : Date.parse(rules.pausedUntil),
  };
}
