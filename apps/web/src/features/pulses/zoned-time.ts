const MINUTE_MS = 60_000;

/** The wall clock of `timeZone` at an instant, as a `datetime-local` field takes it: `2026-11-20T09:30`. */
export function toZonedInput(instant: Date, timeZone: string): string {
  const local = new Date(instant.getTime() + getOffsetMs(instant.getTime(), timeZone));
  return local.toISOString().slice(0, 16);
}

/**
 * The instant of a wall clock in `timeZone`, in ISO 8601; undefined for what is no date.
 * A time that a change of the clocks leaves out becomes the one as far behind the gap, and of a time that it
 * repeats the first one counts.
 */
export function findZonedInstant(input: string, timeZone: string): string | undefined {
  const asUtcMs = Date.parse(`${input}Z`);
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d$/.test(input) || Number.isNaN(asUtcMs)) return undefined;
  // The offset a day before and a day after: between them lies at most one change.
  const candidates = [-1, 1].map((days) => asUtcMs - getOffsetMs(asUtcMs + days * 86_400_000, timeZone));
  const fitting = candidates.filter((it) => it + getOffsetMs(it, timeZone) === asUtcMs);
  const chosen = fitting.length > 0 ? Math.min(...fitting) : Math.max(...candidates);
  return new Date(chosen).toISOString();
}

const clocks = new Map<string, Intl.DateTimeFormat>();

/** Making one takes longer than using it a hundred times. */
function getClock(timeZone: string): Intl.DateTimeFormat {
  const clock =
    clocks.get(timeZone) ??
    new Intl.DateTimeFormat("en-GB", {
      timeZone,
      hourCycle: "h23",
      year: "numeric",
      month: "2-digit",
      day: "2-digit",
      hour: "2-digit",
      minute: "2-digit",
    });
  clocks.set(timeZone, clock);
  return clock;
}

/** How far the zone is ahead of UTC at an instant, in whole minutes, as milliseconds. */
export function getOffsetMs(atMs: number, timeZone: string): number {
  const parts = getClock(timeZone).formatToParts(atMs);
  const read = (type: Intl.DateTimeFormatPartTypes) => Number(parts.find((it) => it.type === type)?.value);
  const localMs = Date.UTC(read("year"), read("month") - 1, read("day"), read("hour"), read("minute"));
  return localMs - Math.floor(atMs / MINUTE_MS) * MINUTE_MS;
}
