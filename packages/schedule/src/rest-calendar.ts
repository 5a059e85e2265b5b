import type { RestRules } from "@pulsekeep/contracts/schedule";
import { formatLocalDate, type LocalDay, weekdayOf } from "./local-date.js";

/** Rest rules, ready to be asked. */
export interface RestCalendar {
  isOpen(day: LocalDay): boolean;
  /** Occurrences before this instant are silent; `-Infinity` without a pause. */
  pausedUntilMs: number;
}

const ALWAYS_OPEN: RestCalendar = { isOpen: () => true, pausedUntilMs: Number.NEGATIVE_INFINITY };

/** Dates are compared as text, which sorts as they do: one day is asked about, and hundreds may be listed. */
export function restCalendarOf(rules: RestRules | undefined): RestCalendar {
  if (rules === undefined) return ALWAYS_OPEN;
  const { restWeekdays, skipDates, freezes, pausedUntil } = rules;
  const isDateOpen = (date: string) =>
    !skipDates.includes(date) && !freezes.some((it) => it.fromDate <= date && date <= it.untilDate);
  const hasDates = skipDates.length + freezes.length > 0;
  return {
    isOpen: (day) =>
      !restWeekdays.includes(weekdayOf(day)) && (!hasDates || isDateOpen(formatLocalDate(day))),
    pausedUntilMs: pausedUntil === null ? Number.NEGATIVE_INFINITY : Date.parse(pausedUntil),
  };
}
