/** Days in a row that end today with the commit that is being written; `daysAgo` ascending, without repeats. */
export function streakOf(daysAgo: readonly number[]): number {
  let streak = 1;
  for (const ago of daysAgo) {
    if (ago === 0) continue;
    if (ago !== streak) break;
    streak += 1;
  }
  return streak;
}
