import { keyedUnit } from "./keyed-unit.js";
import { MINUTE_MS } from "./local-date.js";
import { minimumGapMsOf, nextRun, type PlannedRun, type PulseTiming } from "./next-run.js";
import { restCalendarOf } from "./rest-calendar.js";
import { getTimeZone, localDayAt, startMsOf } from "./time-zone.js";

/** What becomes of missed runs: nothing, the newest again, or all of them again, oldest first. */
export type RecoveryPolicy = "catch_up_latest" | "catch_up_all" | "skip";

export interface RecoveryRules {
  policy: RecoveryPolicy;
  /** Occurrences older than this are not caught up, and nothing is caught up later than this from now. */
  catchUpWithinSeconds: number;
  /** Recoveries of different pulses are spread over so much time, lest they all start at once. */
  spreadSeconds: number;
}

export interface RecoveryRequest extends PulseTiming, RecoveryRules {
  now: Date;
  /** Missed runs of the pulse, oldest first. */
  missed: readonly PlannedRun[];
  /** Newer runs that are due and still in time, so that `catch_up_latest` has nothing to add. */
  due: readonly PlannedRun[];
  /** `plannedAt` of the pulse's last recovery so far, to keep the distance from. */
  lastRecoveryAt?: Date;
}

/**
 * Chooses which missed runs are done again, and when. Each keeps its slot (the ledger gives it a new
 * generation) and gets a new `plannedAt` that lies in the future, not on a rest day, and no closer
 * than the minimum distance to another recovery or to a run that the schedule plans anyway.
 * A run that finds no such place within `catchUpWithinSeconds` is left out.
 */
export function planRecoveries(request: RecoveryRequest): PlannedRun[] {
  const chosen = chooseMissed(request);
  if (chosen.length === 0) return [];
  const recoveries: PlannedRun[] = [];
  const places = listPlaces(request, firstMsOf(request, chosen));
  for (const run of chosen) {
    const place = places.next();
    if (place.done) break;
    recoveries.push({ ...run, plannedAt: place.value, latestAt: place.value });
  }
  return recoveries;
}

function chooseMissed({ policy, missed, due, now, catchUpWithinSeconds }: RecoveryRequest): PlannedRun[] {
  const oldestMs = now.getTime() - catchUpWithinSeconds * 1_000;
  const recent = missed.filter((run) => run.occurrenceAt.getTime() >= oldestMs);
  if (policy === "catch_up_all") return recent;
  return policy === "catch_up_latest" && due.length === 0 ? recent.slice(-1) : [];
}

/** Where the first recovery may stand: spread by pulse, after what is running and already recovered. */
function firstMsOf(request: RecoveryRequest, chosen: readonly PlannedRun[]): number {
  const { now, due, lastRecoveryAt, jitterSecret, pulseId } = request;
  const share = keyedUnit(jitterSecret, `recovery\n${pulseId}\n${chosen[0]?.slot}`);
  const spreadSeconds = Math.min(request.spreadSeconds, request.catchUpWithinSeconds);
  const spreadMs = now.getTime() + Math.floor(share * spreadSeconds) * 1_000;
  const gapMs = minimumGapMsOf(request);
  return Math.max(
    spreadMs + (due.length > 0 ? gapMs : 0),
    lastRecoveryAt === undefined ? spreadMs : lastRecoveryAt.getTime() + gapMs,
  );
}

/** Free instants from `fromMs` on, in order, around rest days and the runs that are planned anyway. */
function* listPlaces(request: RecoveryRequest, fromMs: number): Generator<Date, void> {
  const gapMs = minimumGapMsOf(request);
  const untilMs = request.now.getTime() + request.catchUpWithinSeconds * 1_000;
  const openMsFrom = openInstants(request, untilMs);
  const regular = listRegular(request);
  let ahead = regular.next();
  let atMs = openMsFrom(fromMs);
  while (atMs <= untilMs) {
    while (!ahead.done && ahead.value + gapMs <= atMs) ahead = regular.next();
    if (!ahead.done && ahead.value - atMs < gapMs) {
      atMs = openMsFrom(ahead.value + gapMs);
      continue;
    }
    yield new Date(atMs);
    atMs = openMsFrom(atMs + gapMs);
  }
}

/** The instants after now that the schedule itself has taken. */
function* listRegular(request: RecoveryRequest): Generator<number, void> {
  const { now, jitter } = request;
  // An occurrence older than the longest delay is planned before now.
  const afterMs = now.getTime() - (jitter?.windowMinutes ?? 0) * MINUTE_MS - 1;
  let run = nextRun({ ...request, after: new Date(afterMs) });
  while (run !== undefined) {
    if (run.plannedAt > now) yield run.plannedAt.getTime();
    run = nextRun({ ...request, after: run.occurrenceAt });
  }
}

/** Finds the first instant at or after another on which the pulse may run; past `untilMs` it stops looking. */
function openInstants({ timeZone, rest: rules }: RecoveryRequest, untilMs: number): (atMs: number) => number {
  const zone = getTimeZone(timeZone);
  const rest = restCalendarOf(rules);
  return (atMs) => {
    let openMs = Math.max(atMs, rest.pausedUntilMs);
    let day = localDayAt(zone, openMs);
    while (!rest.isOpen(day) && openMs <= untilMs) {
      day += 1;
      openMs = startMsOf(zone, day);
    }
    return openMs;
  };
}
