import type { RestRules } from "@pulsekeep/contracts/schedule";
import { formatLocalDate, parseLocalDate } from "./local-date.js";
import { restCalendarOf } from "./rest-calendar.js";
import { getTimeZone, localDayAt } from "./time-zone.js";

/** Days in a row with a commit, up to and including the local date `on`. */
export interface Streak {
  days: number;
  /** `YYYY-MM-DD` */
  on: string;
}

/**
 * The streak after a commit at an instant. Days on which the user's own rules let the pulse rest (rest weekdays,
 * skipped dates, a freeze) count for nothing and break nothing.
 */
export function continueStreak(request: {
  streak: Streak | undefined;
  at: Date;
  timeZone: string;
  rest?: RestRules;
}): Streak {
  const today = localDayAt(getTimeZone(request.timeZone), request.at.getTime());
  const on = formatLocalDate(today);
  if (request.streak === undefined) return { days: 1, on };
  const last = parseLocalDate(request.streak.on);
  // A zone further west, or a clock set back: the day that was counted already.
  if (last >= today) return request.streak;
  const rest = restCalendarOf(request.rest);
  for (let day = last + 1; day < today; day += 1) if (rest.isOpen(day)) return { days: 1, on };
  return { days: request.streak.days + 1, on };
}
