import { type RestRules, WEEKDAYS } from "@pulsekeep/contracts/schedule";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { nextRun } from "./next-run.js";
import { localDateAt, type TimingRequest, timingRequest, walk } from "./testing/test-timing.js";

const NO_REST: RestRules = { restWeekdays: [], skipDates: [], freezes: [], pausedUntil: null };

/**
 * The rule of the README, done the long way: all occurrences of a date are listed, the silent ones dropped, the
 * rest thinned from the date's first, and the last ones give way to the first of the next date.
 */
const slotsTheLongWay = (it: TimingRequest, days: number): string[] => {
  const { jitter, rest: rules, ...plain } = it;
  const gapMs = Math.max(jitter.minimumGapMinutes, 1) * 60_000;
  const endMs = it.after.getTime() + days * 86_400_000;
  const byDate = new Map<string, number[]>();
  for (let run = nextRun({ ...plain, after: new Date(it.after.getTime() - 3 * 86_400_000) }); run; ) {
    if (run.occurrenceAt.getTime() > endMs + 3 * 86_400_000) break;
    const date = localDateAt(run.occurrenceAt, it.timeZone);
    const isSilent =
      rules?.restWeekdays.includes(WEEKDAYS[(new Date(date).getUTCDay() + 6) % 7] ?? "mon") ||
      rules?.skipDates.includes(date) ||
      rules?.freezes.some((freeze) => freeze.fromDate <= date && date <= freeze.untilDate) ||
      run.occurrenceAt < new Date(rules?.pausedUntil ?? 0);
    const instants = byDate.get(date) ?? [];
    byDate.set(date, isSilent ? instants : [...instants, run.occurrenceAt.getTime()]);
    run = nextRun({ ...plain, after: run.occurrenceAt });
  }
  const kept: number[] = [];
  for (const [date, instants] of byDate) {
    const tomorrow = new Date(Date.parse(date) + 86_400_000).toISOString().slice(0, 10);
    const closesMs = byDate.get(tomorrow)?.[0] ?? Number.POSITIVE_INFINITY;
    let last = Number.NEGATIVE_INFINITY;
    for (const instantMs of instants) {
      if (instantMs - last < gapMs || closesMs - instantMs < gapMs) continue;
      kept.push(instantMs);
      last = instantMs;
    }
  }
  return kept
    .filter((ms) => ms > it.after.getTime() && ms <= endMs)
    .map((ms) => `${new Date(ms).toISOString().slice(0, 19)}Z`);
};

describe("nextRun", { timeout: 60_000 }, () => {
  it("leaves out what is silent or too close, and nothing else, also where the clock changes", () => {
    const change = fc.constantFrom(
      ["Europe/Paris", "2026-03-29T01:00:00Z"] as const,
      ["America/Havana", "2026-11-01T05:00:00Z"] as const,
      ["Australia/Lord_Howe", "2026-10-03T15:30:00Z"] as const,
      ["Africa/Cairo", "2026-04-23T22:00:00Z"] as const,
      ["America/Sao_Paulo", "2019-02-17T02:00:00Z"] as const,
      ["Africa/Casablanca", "2026-02-15T02:00:00Z"] as const,
    );
    const minutes = fc.integer({ min: -2_880, max: 1_440 });
    const near = fc
      .tuple(timingRequest, change, minutes, minutes)
      .map(([it, [timeZone, changesAt], toAfter, toPauseEnd]): TimingRequest => {
        const inMinutes = (count: number) => new Date(Date.parse(changesAt) + count * 60_000);
        const { restWeekdays, skipDates, pausedUntil } = it.rest ?? NO_REST;
        const rest = {
          restWeekdays: restWeekdays.slice(1),
          skipDates: skipDates.map(() => changesAt.slice(0, 10)),
          freezes: [],
          pausedUntil: pausedUntil && inMinutes(toPauseEnd).toISOString(),
        };
        return { ...it, timeZone, after: inMinutes(toAfter), rest };
      });
    fc.assert(
      fc.property(near, (it) => {
        const expected = slotsTheLongWay(it, 3);
        expect(walk(it, expected.length).map((run) => run.slot)).toEqual(expected);
        const behind = walk(it, expected.length + 1)[expected.length];
        const endMs = it.after.getTime() + 3 * 86_400_000;
        expect(behind?.occurrenceAt.getTime() ?? Number.POSITIVE_INFINITY).toBeGreaterThan(endMs);
      }),
      { numRuns: 400 },
    );
  });
});
