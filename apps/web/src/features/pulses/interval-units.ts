export const INTERVAL_UNITS = { minutes: 1, hours: 60, days: 1_440 } as const;
export type IntervalUnit = keyof typeof INTERVAL_UNITS;

/** The largest unit that says an interval in a whole number. */
export function splitInterval(minutes: number): { amount: number; unit: IntervalUnit } {
  if (minutes > 0 && minutes % INTERVAL_UNITS.days === 0)
    return { amount: minutes / INTERVAL_UNITS.days, unit: "days" };
  if (minutes > 0 && minutes % INTERVAL_UNITS.hours === 0)
    return { amount: minutes / INTERVAL_UNITS.hours, unit: "hours" };
  return { amount: minutes, unit: "minutes" };
}
