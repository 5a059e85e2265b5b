import type { RestRules } from "@pulsekeep/contracts/schedule";
import { formatLocalDate, type LocalDay, parseLocalDate, weekdayOf } from "./local-date.js";

/** Rest rules, ready to be asked. */
export interface RestCalendar {
  isOpen(day: LocalDay): boolean;
  /** The first open day from `from` to `until`, both inside. */
  findOpenDay(from: LocalDay, until: LocalDay): LocalDay | undefined;
  /** Occurrences before this instant are silent; `-Infinity` without a pause. */
  pausedUntilMs: number;
}

const ALWAYS_OPEN: RestCalendar = {
  isOpen: () => true,
  findOpenDay: (from, until) => (from <= until ? from : undefined),
  pausedUntilMs: Number.NEGATIVE_INFINITY,
};

/** Dates are compared as text, which sorts as they do: one day is asked about, and hundreds may be listed. */
export function restCalendarOf(rules: RestRules | undefined): RestCalendar {
  if (rules === undefined) return ALWAYS_OPEN;
  const { restWeekdays, pausedUntil } = rules;
  const findOpenDay = (from: LocalDay, until: LocalDay) => {
    let day = from;
    while (day <= until) {
      const next: LocalDay = restWeekdays.includes(weekdayOf(day)) ? day + 1 : skipDatesFrom(rules, day);
      if (next === day) return day;
      day = next;
    }
    return undefined;
  };
  return {
    findOpenDay,
    isOpen: (day) => findOpenDay(day, day) === day,
    pausedUntilMs: pausedUntil === null ? Number.NEGATIVE_INFINITY : Date.parse(pausedUntil),
  };
}

/** The day itself where no date rests; else a later one, past the whole freeze: they may last for centuries. */
function skipDatesFrom({ skipDates, freezes }: RestRules, day: LocalDay): LocalDay {
  if (skipDates.length + freezes.length === 0) return day;
  const date = formatLocalDate(day);
  const freeze = freezes.find((it) => it.fromDate <= date && date <= it.untilDate);
  if (freeze) return parseLocalDate(freeze.untilDate) + 1;
  return skipDates.includes(date) ? day + 1 : day;
}
