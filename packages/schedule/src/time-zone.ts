import { boundedMemo } from "./bounded-memo.js";
import { DAY_MS, type LocalDay } from "./local-date.js";

/**
 * How a zone's clock runs from the day before to the day after one UTC date: the offset before
 * and after `changesAtMs`, which is `Infinity` on the great majority of days. No zone of the
 * IANA data since 1970 changes twice within three days.
 */
interface ClockSpan {
  beforeMs: number;
  afterMs: number;
  changesAtMs: number;
}

/** A named zone's clock. Knowing three days at a time keeps `Intl` out of the hot path. */
export interface TimeZone {
  offsetMsAt(instantMs: number): number;
  /** The instant of a wall-clock time, given in milliseconds as if it were UTC (see `instantOf`). */
  instantMsOf(localMs: number): number;
  /** The offset of a whole local date; `undefined` when the clock changes on it. */
  steadyOffsetMsOn(day: LocalDay): number | undefined;
}

/**
 * Finds a zone by its IANA name.
 * @throws RangeError for a name that the runtime does not know.
 */
export const getTimeZone: (name: string) => TimeZone = boundedMemo(700, (name) => {
  const readOffset = offsetReader(name);
  const spanOn = boundedMemo(2_000, (day: LocalDay) => findSpan(readOffset, day));
  const spanAt = (ms: number) => spanOn(Math.floor(ms / DAY_MS));
  return {
    offsetMsAt: (instantMs) => {
      const span = spanAt(instantMs);
      return instantMs < span.changesAtMs ? span.beforeMs : span.afterMs;
    },
    instantMsOf: (localMs) => instantOf(localMs, spanAt(localMs)),
    steadyOffsetMsOn: (day) => {
      const { beforeMs, afterMs, changesAtMs } = spanOn(day);
      if (changesAtMs >= (day + 1) * DAY_MS - beforeMs) return beforeMs;
      // A fold may repeat this date's first hour, and then its first pass lies before the change.
      return changesAtMs <= day * DAY_MS - Math.max(beforeMs, afterMs) ? afterMs : undefined;
    },
  };
});

/** A time that exists twice is its first pass; one that never exists is the first instant after the gap. */
function instantOf(localMs: number, span: ClockSpan): number {
  const early = localMs - span.beforeMs;
  if (early < span.changesAtMs) return early;
  return Math.max(localMs - span.afterMs, span.changesAtMs);
}

function offsetReader(name: string): (instantMs: number) => number {
  const clock = new Intl.DateTimeFormat("en-US", {
    timeZone: name,
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  });
  return (instantMs) => {
    const [month, day, year, hour, minute, second] = clock.format(instantMs).split(/\D+/).map(Number);
    const localMs = Date.UTC(year ?? 0, (month ?? 1) - 1, day, hour, minute, second);
    return localMs - Math.floor(instantMs / 1_000) * 1_000;
  };
}

function findSpan(readOffset: (instantMs: number) => number, day: LocalDay): ClockSpan {
  let from = (day - 1) * DAY_MS;
  let until = (day + 2) * DAY_MS;
  const beforeMs = readOffset(from);
  const afterMs = readOffset(until);
  if (beforeMs === afterMs) return { beforeMs, afterMs, changesAtMs: Number.POSITIVE_INFINITY };
  while (until - from > 1_000) {
    const middle = from + Math.floor((until - from) / 2_000) * 1_000;
    if (readOffset(middle) === beforeMs) from = middle;
    else until = middle;
  }
  return { beforeMs, afterMs, changesAtMs: until };
}

/** The local date that the zone's clock shows at an instant. */
export function localDayAt(zone: TimeZone, instantMs: number): LocalDay {
  return Math.floor((instantMs + zone.offsetMsAt(instantMs)) / DAY_MS);
}

/** The first instant of a local date. */
export function startMsOf(zone: TimeZone, day: LocalDay): number {
  return zone.instantMsOf(day * DAY_MS);
}
