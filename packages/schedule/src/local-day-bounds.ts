import { getTimeZone, localDayAt, startMsOf } from "./time-zone.js";

/** One local date as instants; it lasts 23 to 25 hours, where the clock changes. */
export interface LocalDayBounds {
  /** The first instant of the date. */
  startsAt: Date;
  /** The first instant of the next date that exists. */
  endsAt: Date;
}

/**
 * The local date that an instant falls on, as the span `[startsAt, endsAt)` that holds it.
 * @throws RangeError for an unknown zone.
 */
export function localDayBounds(at: Date, timeZone: string): LocalDayBounds {
  const zone = getTimeZone(timeZone);
  const day = localDayAt(zone, at.getTime());
  return { startsAt: new Date(startMsOf(zone, day)), endsAt: new Date(startMsOf(zone, day + 1)) };
}
