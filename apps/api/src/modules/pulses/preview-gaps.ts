import type { PreviewGap } from "@pulsekeep/contracts/api/pulses";
import type { RestRules } from "@pulsekeep/contracts/schedule";
import { localDayBounds, nextRun, type PlannedRun, type RunRequest } from "@pulsekeep/schedule";

/** Bounds the search where rest rules silence a schedule for decades: about ten looks for each run of a preview. */
const MOST_OCCURRENCES = 500;
const DAY_MS = 86_400_000;
/** No zone is further ahead of UTC, so a local date ends this long before its UTC date at the earliest. */
const FURTHEST_AHEAD_MS = 14 * 3_600_000;
/** Up to here every zone writes a year of four digits. */
const LAST_MS = Date.UTC(9_999, 11, 31) - FURTHEST_AHEAD_MS;

type Silence = { reason: PreviewGap["reason"]; untilDate: string };

/**
 * Says what the rest rules and the minimum distance leave out between now and the last run of a preview.
 *
 * @param request what the preview was asked with
 * @param runs the preview's runs, in order
 * @param isWhole whether the schedule ends with `runs`; gaps behind the last one count only then
 */
export function listPreviewGaps(
  request: RunRequest & { rest: RestRules },
  runs: readonly PlannedRun[],
  isWhole: boolean,
): PreviewGap[] {
  const { rest, jitter: _jitter, ...base } = request;
  const openAtMs = runs.map(({ occurrenceAt }) => occurrenceAt.getTime());
  const localDate = localDateIn(request.timeZone);
  const lastMs = isWhole ? Number.POSITIVE_INFINITY : (openAtMs.at(-1) ?? 0);
  const gaps: PreviewGap[] = [];
  let after = request.after;
  let next = 0;
  let inGap = false;
  for (let looked = 0; looked < MOST_OCCURRENCES; looked += 1) {
    const at = nextRun({ ...base, after })?.occurrenceAt;
    if (at === undefined || at.getTime() > lastMs) break;
    after = at;
    if (at.getTime() === openAtMs[next]) {
      next += 1;
      inGap = false;
      continue;
    }
    const fromDate = localDate(at);
    const silence = silenceOf({ rest, at, date: fromDate, localDate });
    const last = gaps.at(-1);
    if (inGap && last?.reason === silence.reason) last.untilDate = silence.untilDate;
    else
      gaps.push({ reason: silence.reason, fromAt: at.toISOString(), fromDate, untilDate: silence.untilDate });
    inGap = true;
    const untilMs = silentUntilMs({ rest, at, silence, timeZone: request.timeZone });
    after = new Date(Math.max(at.getTime(), Math.min(untilMs, openAtMs[next] ?? untilMs) - 1));
  }
  return gaps;
}

/** Why an occurrence is left out, and the last local date for which that holds without a break. */
function silenceOf({ rest, at, date, localDate }: SilentOccurrence): Silence {
  const pausedUntilMs = rest.pausedUntil === null ? 0 : Date.parse(rest.pausedUntil);
  if (at.getTime() < pausedUntilMs)
    return { reason: "paused", untilDate: localDate(new Date(Math.min(pausedUntilMs, LAST_MS))) };
  const freeze = rest.freezes.find(({ fromDate, untilDate }) => fromDate <= date && date <= untilDate);
  if (freeze) return { reason: "freeze", untilDate: freeze.untilDate };
  if (rest.skipDates.includes(date)) return { reason: "skip_date", untilDate: date };
  return {
    reason: rest.restWeekdays.includes(weekdayOf(date)) ? "rest_day" : "minimum_distance",
    untilDate: date,
  };
}

type SilentOccurrence = { rest: RestRules; at: Date; date: string; localDate: (at: Date) => string };

/**
 * The instant up to which nothing needs to be looked at, unless a run comes before it: what is left out until then
 * has the same reason.
 */
function silentUntilMs({
  rest,
  at,
  silence,
  timeZone,
}: {
  rest: RestRules;
  at: Date;
  silence: Silence;
  timeZone: string;
}): number {
  if (silence.reason === "paused") return Date.parse(rest.pausedUntil ?? "");
  const nearlyMs = Date.parse(silence.untilDate) + DAY_MS - FURTHEST_AHEAD_MS;
  // To the very end of the date only where that spares looks at a dense schedule: it costs more to know.
  return nearlyMs - 1 > at.getTime() ? nearlyMs : localDayBounds(at, timeZone).endsAt.getTime();
}

function weekdayOf(date: string): RestRules["restWeekdays"][number] {
  const names = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"] as const;
  return names[new Date(date).getUTCDay()] ?? "sun";
}

function localDateIn(timeZone: string): (at: Date) => string {
  const format = new Intl.DateTimeFormat("en-CA", {
    timeZone,
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
  });
  return (at) => format.format(at);
}
