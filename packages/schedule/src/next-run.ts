import type { Jitter, RestRules, Schedule } from "@pulsekeep/contracts/schedule";
import { delaySecondsOf } from "./jitter-delay.js";
import { keyedUnit } from "./keyed-unit.js";
import { DAY_MS, type LocalDay, MINUTE_MS } from "./local-date.js";
import { type Neighbours, type Occurrences, occurrencesOf } from "./occurrences.js";
import { type RestCalendar, restCalendarOf } from "./rest-calendar.js";
import { getTimeZone, localDayAt, type TimeZone } from "./time-zone.js";

/** Everything that decides when a pulse runs. */
export interface PulseTiming {
  schedule: Schedule;
  /** IANA name of the zone that the schedule's hours and the rest rules' dates are read in. */
  timeZone: string;
  pulseId: string;
  /** Key of the delays; whoever lacks it cannot foretell them. */
  jitterSecret: string;
  /** Without it a run is planned at its occurrence. */
  jitter?: Jitter;
  rest?: RestRules;
}

export interface RunRequest extends PulseTiming {
  /** The cursor: the `occurrenceAt` of the last run planned, or the moment the pulse began. */
  after: Date;
  /**
   * `plannedAt` of the last run planned. Only a pulse that was edited needs it, to keep the
   * minimum distance to a run that its old schedule had planned.
   */
  lastPlannedAt?: Date;
}

/** One occurrence of a pulse. */
export interface PlannedRun {
  /** Names the occurrence: its nominal instant in UTC to the second. Slots sort as time does. */
  slot: string;
  /** The nominal instant, and the earliest that the run may be planned for. */
  occurrenceAt: Date;
  /** The instant the run is due: the occurrence and its delay. */
  plannedAt: Date;
  /** The latest that jitter could have chosen. */
  latestAt: Date;
}

/** Forty years hold every pattern of date and weekday. */
const HORIZON_DAYS = 366 * 41;
/** The last local date to plan for, 30 December 9999: in no zone does it reach a year of five digits, which no slot can name. */
const LAST_DAY: LocalDay = Date.UTC(9_999, 11, 30) / DAY_MS;

/**
 * Finds the first run whose occurrence lies after the cursor. The answer depends on nothing but
 * the request. Feeding each `occurrenceAt` back as `after` gives strictly increasing occurrences,
 * slots and planned instants, no two closer than `minimumGapMinutes` and than a minute.
 *
 * @returns undefined when the schedule has ended or the rest rules leave nothing for 40 years.
 * @throws RangeError for an unknown zone or a cron expression that `findScheduleFault` refuses.
 */
export function nextRun(request: RunRequest): PlannedRun | undefined {
  const frame = frameOf(request);
  const openMs = (request.lastPlannedAt?.getTime() ?? Number.NEGATIVE_INFINITY) + frame.gapMs;
  let afterMs = request.after.getTime();
  for (;;) {
    const found = findOccurrence(frame, afterMs);
    if (found === undefined) return undefined;
    const run = planOccurrence(frame, found);
    if (run.plannedAt.getTime() >= openMs) return run;
    afterMs = found.instantMs;
  }
}

interface Frame {
  request: PulseTiming;
  zone: TimeZone;
  occurrences: Occurrences;
  rest: RestCalendar;
  gapMs: number;
}

/** `followingMs` is the next occurrence, when it is near enough to matter. */
interface Occurrence extends Neighbours {
  day: LocalDay;
}

function frameOf(request: PulseTiming): Frame {
  const zone = getTimeZone(request.timeZone);
  return {
    request,
    zone,
    occurrences: occurrencesOf(request.schedule, zone),
    rest: restCalendarOf(request.rest),
    gapMs: minimumGapMsOf(request),
  };
}

/** The distance that two runs of a pulse keep: its own minimum, and a minute in any case, lest two be one burst. */
export function minimumGapMsOf({ jitter }: Pick<PulseTiming, "jitter">): number {
  return Math.max(jitter?.minimumGapMinutes ?? 0, 1) * MINUTE_MS;
}

function findOccurrence(frame: Frame, afterMs: number): Occurrence | undefined {
  const { gapMs, occurrences, rest } = frame;
  const openMs = rest.pausedUntilMs;
  const fromMs = Math.max(afterMs, openMs - 1);
  const firstDay = localDayAt(frame.zone, fromMs);
  const until = Math.min(firstDay + HORIZON_DAYS, LAST_DAY);
  let day = findDay(frame, firstDay, until);
  while (day !== undefined) {
    const found = occurrences.findOn(day, { openMs, gapMs, afterMs: fromMs });
    const kept = found && giveWay(found, gapMs, findFirst(frame, day + 1));
    if (kept !== undefined) return { day, ...kept };
    day = findDay(frame, day + 1, until);
  }
  return undefined;
}

/** The first open day with occurrences. Whoever rests for years is not asked about each day of them. */
function findDay({ occurrences, rest }: Frame, from: LocalDay, until: LocalDay): LocalDay | undefined {
  let open = rest.findOpenDay(from, until);
  while (open !== undefined) {
    const day = occurrences.findDay(open, until);
    if (day === undefined) return undefined;
    open = rest.findOpenDay(day, until);
    if (open === day) return day;
  }
  return undefined;
}

function findFirst({ gapMs, occurrences, rest }: Frame, day: LocalDay): number | undefined {
  if (!rest.isOpen(day)) return undefined;
  const afterMs = Number.NEGATIVE_INFINITY;
  return occurrences.findOn(day, { openMs: rest.pausedUntilMs, gapMs, afterMs })?.instantMs;
}

/**
 * Drops a day's last occurrences when they are too close to the first of the next day. Looking only so
 * far makes the answer the same from whichever cursor a day is reached; the distance is under half a
 * day (`jitterSchema`), hence two firsts in a row are never both dropped.
 */
function giveWay(
  found: Neighbours,
  gapMs: number,
  tomorrowMs = Number.POSITIVE_INFINITY,
): Neighbours | undefined {
  const { instantMs, followingMs = tomorrowMs } = found;
  if (tomorrowMs - instantMs < gapMs) return undefined;
  return { instantMs, followingMs: tomorrowMs - followingMs < gapMs ? tomorrowMs : followingMs };
}

function planOccurrence(frame: Frame, occurrence: Occurrence): PlannedRun {
  const { instantMs } = occurrence;
  const slot = slotOf(instantMs);
  const roomSeconds = roomSecondsOf(frame, occurrence);
  const { jitter, jitterSecret, pulseId } = frame.request;
  const delaySeconds =
    jitter === undefined || roomSeconds === 0
      ? 0
      : delaySecondsOf({
          shape: jitter.shape,
          unit: keyedUnit(jitterSecret, `jitter\n${pulseId}\n${slot}`),
          roomSeconds,
          clockSeconds: clockSecondsAt(frame.zone, instantMs),
        });
  return {
    slot,
    occurrenceAt: new Date(instantMs),
    plannedAt: new Date(instantMs + delaySeconds * 1_000),
    latestAt: new Date(instantMs + roomSeconds * 1_000),
  };
}

/** A delay leaves neither its window, nor its local day or closing hour, nor the next run's distance. */
function roomSecondsOf(frame: Frame, { day, instantMs, followingMs }: Occurrence): number {
  const windowMs = (frame.request.jitter?.windowMinutes ?? 0) * MINUTE_MS;
  if (windowMs === 0) return 0;
  const roomMs = Math.min(
    windowMs,
    frame.occurrences.closeMsOf(day) - 1_000 - instantMs,
    (followingMs ?? Number.POSITIVE_INFINITY) - frame.gapMs - instantMs,
  );
  return Math.max(0, Math.floor(roomMs / 1_000));
}

function slotOf(instantMs: number): string {
  return `${new Date(instantMs).toISOString().slice(0, 19)}Z`;
}

function clockSecondsAt(zone: TimeZone, instantMs: number): number {
  const localMs = instantMs + zone.offsetMsAt(instantMs);
  return Math.floor((localMs - Math.floor(localMs / DAY_MS) * DAY_MS) / 1_000);
}
