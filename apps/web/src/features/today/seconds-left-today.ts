/**
 * Seconds until the next midnight of `timeZone`. Read off the zone's own clock, so that a day of 23 or 25 hours is
 * off by that hour until its change of time has passed, and right after it.
 */
export function getSecondsLeftToday(now: Date, timeZone: string): number {
  const parts = new Intl.DateTimeFormat("en-GB", {
    timeZone,
    hourCycle: "h23",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
  }).formatToParts(now);
  const read = (type: Intl.DateTimeFormatPartTypes) => Number(parts.find((it) => it.type === type)?.value);
  return 86_400 - (read("hour") * 3_600 + read("minute") * 60 + read("second"));
}
