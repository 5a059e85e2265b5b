const MONTH_DAYS = 30;
const FIELD = /^(?:\*|(\d{1,2})(?:-(\d{1,2}))?)(?:\/([1-9]\d?))?$/;

/**
 * What a schedule takes of a month of 30 days: how often it wakes a worker, and for how many minutes of Actions.
 * GitHub counts each job in whole minutes, begun ones too. Where a line leaves days out, it is less.
 *
 * @param cron five fields as in the workflow file
 * @param awakeMs how long one waking takes
 * @returns `undefined` for a line that it cannot read
 * @see https://docs.github.com/en/billing/concepts/product-billing/github-actions
 */
export function cadenceOf(cron: string, awakeMs: number): { wakes: number; minutes: number } | undefined {
  const [minute = "", hour = ""] = cron.split(" ");
  const wakes = MONTH_DAYS * countOf(hour, 24) * countOf(minute, 60);
  if (!(wakes > 0)) return undefined;
  return { wakes, minutes: wakes * Math.max(1, Math.ceil(awakeMs / 60_000)) };
}

/** How many of the values from 0 on a field of cron names; `NaN` when it names none. */
function countOf(field: string, values: number): number {
  const found = new Set<number>();
  for (const part of field.split(",")) {
    const match = FIELD.exec(part);
    if (match === null) return Number.NaN;
    const [, from, to, step] = match;
    const last = to ?? (from === undefined || step !== undefined ? values - 1 : from);
    for (let at = Number(from ?? 0); at <= Number(last); at += Number(step ?? 1)) found.add(at);
  }
  return Math.max(...found) < values ? found.size : Number.NaN;
}
