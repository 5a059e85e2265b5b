import type { PreviewGap } from "@pulsekeep/contracts/api/pulses";
import type { RestRules } from "@pulsekeep/contracts/schedule";
import { nextRun, type PlannedRun, type RunRequest } from "@pulsekeep/schedule";

/** Bounds the search where rest rules silence a dense schedule for long. */
const MOST_OCCURRENCES = 2_000;
const DAY_MS = 86_400_000;
/** No zone is further ahead of UTC, so a local date ends this long before its UTC date at the earliest. */
const FURTHEST_AHEAD_MS = 14 * 3_600_000;

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
  const { rest, jitter, ...base } = request;
  const open = new Set(runs.map(({ slot }) => slot));
  const localDate = localDateIn(request.timeZone);
  const lastMs = isWhole ? Number.POSITIVE_INFINITY : (runs.at(-1)?.occurrenceAt.getTime() ?? 0);
  const gaps: PreviewGap[] = [];
  let after = request.after;
  let inGap = false;
  for (let looked = 0; looked < MOST_OCCURRENCES; looked += 1) {
    const run = nextRun({ ...base, after, ...(jitter && { jitter: { ...jitter, minimumGapMinutes: 0 } }) });
    if (run === undefined || run.occurrenceAt.getTime() > lastMs) break;
    after = run.occurrenceAt;
    if (open.has(run.slot)) {
      inGap = false;
      continue;
    }
    const { reason, untilDate } = silenceOf(rest, run.occurrenceAt, localDate);
    const last = gaps.at(-1);
    if (inGap && last?.reason === reason) last.untilDate = untilDate;
    else
      gaps.push({
        reason,
        fromAt: after.toISOString(),
        fromDate: localDate(after),
        untilDate,
      });
    inGap = true;
    after = new Date(Math.max(after.getTime(), silentUntilMs(reason, { untilDate, rest })));
  }
  return gaps;
}

/** Why an occurrence is left out, and the last local date for which that holds without a break. */
function silenceOf(rest: RestRules, at: Date, localDate: (at: Date) => string): Silence {
  const date = localDate(at);
  if (rest.pausedUntil !== null && at.getTime() < Date.parse(rest.pausedUntil))
    return { reason: "paused", untilDate: localDate(new Date(rest.pausedUntil)) };
  const freeze = rest.freezes.find(({ fromDate, untilDate }) => fromDate <= date && date <= untilDate);
  if (freeze) return { reason: "freeze", untilDate: freeze.untilDate };
  if (rest.skipDates.includes(date)) return { reason: "skip_date", untilDate: date };
  return {
    reason: rest.restWeekdays.includes(weekdayOf(date)) ? "rest_day" : "minimum_distance",
    untilDate: date,
  };
}

/** Up to where nothing needs to be looked at, because it is left out for the same reason. */
function silentUntilMs(
  reason: PreviewGap["reason"],
  { untilDate, rest }: { untilDate: string; rest: RestRules },
): number {
  if (reason === "paused") return Date.parse(rest.pausedUntil ?? "") - 1;
  if (reason === "minimum_distance") return Number.NEGATIVE_INFINITY;
  return Date.parse(untilDate) + DAY_MS - FURTHEST_AHEAD_MS - 1;
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
