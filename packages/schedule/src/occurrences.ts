import type { CronSchedule, EverySchedule, Schedule, TimesSchedule } from "@pulsekeep/contracts/schedule";
import { findCronDay, parseCron } from "./cron.js";
import { DAY_MS, type LocalDay, MINUTE_MS, weekdayIndexOf, weekdayOf } from "./local-date.js";
import { localDayAt, startMsOf, type TimeZone } from "./time-zone.js";

/** The nominal occurrences of a schedule in one zone, by local day. */
export interface Occurrences {
  /** The first day from `from` to `until`, both inside, that has occurrences. */
  findDay(from: LocalDay, until: LocalDay): LocalDay | undefined;
  /** The instants of one day, in milliseconds, strictly increasing. */
  listOn(day: LocalDay): number[];
  /** The first instant that a delayed run of that day may no longer reach. */
  closeMsOf(day: LocalDay): number;
}

type Kinds = { [Kind in Schedule["kind"]]: (schedule: never, zone: TimeZone) => Occurrences };

const KINDS: Kinds = {
  cron: cronOccurrences,
  times: timesOccurrences,
  every: (schedule: EverySchedule, zone) =>
    elapsedOccurrences(zone, {
      firstMs: Date.parse(schedule.anchorAt),
      stepMs: schedule.everyMinutes * MINUTE_MS,
    }),
  once: (schedule: { runAt: string }, zone) =>
    elapsedOccurrences(zone, { firstMs: Date.parse(schedule.runAt), stepMs: Number.POSITIVE_INFINITY }),
};

/** @throws RangeError for a cron expression that `findScheduleFault` refuses. */
export function occurrencesOf(schedule: Schedule, zone: TimeZone): Occurrences {
  return KINDS[schedule.kind](schedule as never, zone);
}

function cronOccurrences(schedule: CronSchedule, zone: TimeZone): Occurrences {
  const parsed = parseCron(schedule.expression);
  if (!parsed.ok) throw new RangeError(`${parsed.fault.reason} (at ${parsed.fault.position})`);
  const { cron } = parsed;
  return {
    findDay: (from, until) => findCronDay(cron, from, until),
    listOn: (day) => (findCronDay(cron, day, day) === undefined ? [] : at(zone, day, cron.minutesOfDay)),
    closeMsOf: (day) => startMsOf(zone, day + 1),
  };
}

function timesOccurrences(schedule: TimesSchedule, zone: TimeZone): Occurrences {
  const listOn = (day: LocalDay) => at(zone, day, timesMinutes(schedule, day));
  return {
    findDay: (from, until) => {
      // Any seven days in a row hold every weekday once, so looking further finds nothing new.
      for (let day = from; day <= Math.min(until, from + 6); day += 1) {
        if (timesMinutes(schedule, day).length > 0) return day;
      }
      return undefined;
    },
    listOn,
    closeMsOf: (day) => zone.instantMsOf(day * DAY_MS + schedule.untilHour * 60 * MINUTE_MS),
  };
}

/**
 * The minutes of a day at which a `times` schedule occurs. The hours of its weekdays (of the one
 * day, or of all in a row for a week) are cut into `count` equal parts; each part's start counts.
 */
function timesMinutes(schedule: TimesSchedule, day: LocalDay): number[] {
  const weekday = weekdayOf(day);
  if (!schedule.weekdays.includes(weekday)) return [];
  const openMinutes = (schedule.untilHour - schedule.fromHour) * 60;
  const weekly = schedule.per === "week";
  const ordered = [...schedule.weekdays].sort((a, b) => weekdayIndexOf(a) - weekdayIndexOf(b));
  const openBefore = weekly ? ordered.indexOf(weekday) * openMinutes : 0;
  const total = weekly ? ordered.length * openMinutes : openMinutes;
  const minutes: number[] = [];
  for (let part = 0; part < schedule.count; part += 1) {
    const minute = Math.floor((part * total) / schedule.count) - openBefore;
    if (minute >= 0 && minute < openMinutes) minutes.push(schedule.fromHour * 60 + minute);
  }
  return minutes;
}

function elapsedOccurrences(zone: TimeZone, timing: { firstMs: number; stepMs: number }): Occurrences {
  const { firstMs, stepMs } = timing;
  const findFrom = (fromMs: number): number | undefined => {
    if (fromMs <= firstMs) return firstMs;
    if (stepMs === Number.POSITIVE_INFINITY) return undefined;
    return firstMs + Math.ceil((fromMs - firstMs) / stepMs) * stepMs;
  };
  return {
    findDay: (from, until) => {
      const instantMs = findFrom(startMsOf(zone, from));
      const day = instantMs === undefined ? undefined : localDayAt(zone, instantMs);
      return day !== undefined && day <= until ? day : undefined;
    },
    listOn: (day) => {
      const endMs = startMsOf(zone, day + 1);
      const instants: number[] = [];
      let instantMs = findFrom(startMsOf(zone, day));
      while (instantMs !== undefined && instantMs < endMs) {
        instants.push(instantMs);
        instantMs = findFrom(instantMs + 1);
      }
      return instants;
    },
    closeMsOf: (day) => startMsOf(zone, day + 1),
  };
}

/** Several minutes inside a spring gap meet at its end: they are one occurrence. */
function at(zone: TimeZone, day: LocalDay, minutes: readonly number[]): number[] {
  const instants: number[] = [];
  for (const minute of minutes) {
    const instantMs = zone.instantMsOf(day * DAY_MS + minute * MINUTE_MS);
    if (instantMs !== instants.at(-1)) instants.push(instantMs);
  }
  return instants;
}
