/** The next time that the hourly schedule wakes a worker. GitHub may be late. */
export function nextCheckIn(cronMinute: number, now: Date): Date {
  const next = new Date(now);
  next.setUTCMinutes(cronMinute, 0, 0);
  if (next <= now) next.setUTCHours(next.getUTCHours() + 1);
  return next;
}
