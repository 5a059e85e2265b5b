import type { CronSchedule, EverySchedule, Schedule, TimesSchedule } from "@pulsekeep/contracts/schedule";
import { findCronDay, parseCron } from "./cron.js";
import { DAY_MS, type LocalDay, MINUTE_MS, weekdayIndexOf, weekdayOf } from "./local-date.js";
import { localDayAt, startMsOf, type TimeZone } from "./time-zone.js";

/** The nominal occurrences of a schedule in one zone, by local day. */
export interface Occurrences {
  /** The first day from `from` to `until`, both inside, that has occurrences. */
  findDay(from: LocalDay, until: LocalDay): LocalDay | undefined;
  /** The first kept occurrence of a day after an instant, and the one kept after it on the same day. */
  findOn(day: LocalDay, search: OccurrenceSearch): Neighbours | undefined;
  /** The first instant that a delayed run of that day may no longer reach. */
  closeMsOf(day: LocalDay): number;
}

/** Kept are a day's first occurrence from `openMs` on, and each that lies `gapMs` or more after the one kept before. */
interface OccurrenceSearch {
  openMs: number;
  /** Above 0. */
  gapMs: number;
  afterMs: number;
}

export interface Neighbours {
  instantMs: number;
  followingMs: number | undefined;
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
    findOn: (day, search) =>
      findCronDay(cron, day, day) === undefined
        ? undefined
        : findMinute({ zone, day, minutes: cron.minutesOfDay }, search),
    closeMsOf: (day) => startMsOf(zone, day + 1),
  };
}

function timesOccurrences(schedule: TimesSchedule, zone: TimeZone): Occurrences {
  return {
    findDay: (from, until) => {
      // Any seven days in a row hold every weekday once, so looking further finds nothing new.
      for (let day = from; day <= Math.min(until, from + 6); day += 1) {
        if (timesMinutes(schedule, day).length > 0) return day;
      }
      return undefined;
    },
    findOn: (day, search) => findMinute({ zone, day, minutes: timesMinutes(schedule, day) }, search),
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
    findOn: (day, { openMs, gapMs, afterMs }) => {
      const startMs = startMsOf(zone, day);
      const keptMs = findFrom(Math.max(startMs, openMs));
      if (keptMs === undefined) return undefined;
      const endMs = startMsOf(zone, day + 1);
      // A date that the zone skips ends as it starts: the day before keeps its distance from the one after.
      if (endMs === startMs) return { instantMs: keptMs, followingMs: undefined };
      const strideMs = Math.max(1, Math.ceil(gapMs / stepMs)) * stepMs;
      const strides = afterMs < keptMs ? 0 : Math.floor((afterMs - keptMs) / strideMs) + 1;
      const instantMs = strides === 0 ? keptMs : keptMs + strides * strideMs;
      const followingMs = instantMs + strideMs;
      if (instantMs >= endMs) return undefined;
      return { instantMs, followingMs: followingMs < endMs ? followingMs : undefined };
    },
    closeMsOf: (day) => startMsOf(zone, day + 1),
  };
}

interface DayMinutes {
  zone: TimeZone;
  day: LocalDay;
  /** Of the local day, ascending. */
  minutes: readonly number[];
}

/** Walks the day from its first minute: what is kept depends on all before it, never on where the search begins. */
function findMinute({ zone, day, minutes }: DayMinutes, search: OccurrenceSearch): Neighbours | undefined {
  const { openMs, gapMs, afterMs } = search;
  const midnightMs = day * DAY_MS;
  const offsetMs = zone.steadyOffsetMsOn(day);
  const lastMs = offsetMs === undefined ? lastMinuteMsOf(zone, day) : Number.POSITIVE_INFINITY;
  let keptMs = Number.NEGATIVE_INFINITY;
  let found: number | undefined;
  for (const minute of minutes) {
    const localMs = midnightMs + minute * MINUTE_MS;
    // Several minutes inside a spring gap meet at its end: no distance, so they are one occurrence.
    const instantMs =
      offsetMs === undefined ? Math.min(zone.instantMsOf(localMs), lastMs) : localMs - offsetMs;
    if (instantMs < openMs || instantMs - keptMs < gapMs) continue;
    if (found !== undefined) return { instantMs: found, followingMs: instantMs };
    if (instantMs > afterMs) found = instantMs;
    keptMs = instantMs;
  }
  return found === undefined ? undefined : { instantMs: found, followingMs: undefined };
}

/**
 * The last minute of a date: a gap may reach midnight, and what it swallows must not move to the next date, which
 * may be one of rest and has a run of its own. A date that the zone skips has none.
 */
function lastMinuteMsOf(zone: TimeZone, day: LocalDay): number {
  const endMs = startMsOf(zone, day + 1);
  return endMs === startMsOf(zone, day) ? Number.POSITIVE_INFINITY : endMs - MINUTE_MS;
}
