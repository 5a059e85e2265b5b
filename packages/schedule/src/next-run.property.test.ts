import { jitterSchema, restRulesSchema, scheduleSchema, WEEKDAYS } from "@pulsekeep/contracts/schedule";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { expandMissed } from "./expand-missed.js";
import { nextRun, type PlannedRun, type RunRequest } from "./next-run.js";
import { previewRuns } from "./preview-runs.js";
import { localDateAt, type TimingRequest, timingRequest, walk } from "./testing/test-timing.js";

const pairs = (runs: readonly PlannedRun[]) =>
  runs.slice(1).map((run, index) => [runs[index] as PlannedRun, run] as const);

const check = (property: (it: TimingRequest) => void, numRuns = 400) =>
  fc.assert(
    fc.property(timingRequest, (it) => {
      property(it);
    }),
    { numRuns },
  );

describe("nextRun", { timeout: 60_000 }, () => {
  it("is asked only what the schemas allow", () => {
    check((it) => {
      expect(scheduleSchema.safeParse(it.schedule).error).toBeUndefined();
      expect(jitterSchema.safeParse(it.jitter).error).toBeUndefined();
      expect(restRulesSchema.safeParse(it.rest).error).toBeUndefined();
    });
  });

  it("gives strictly increasing slots, occurrences and planned instants after the cursor", () => {
    check((it) => {
      const runs = walk(it, 20);
      for (const run of runs) expect(run.occurrenceAt.getTime()).toBeGreaterThan(it.after.getTime());
      for (const [earlier, later] of pairs(runs)) {
        expect(later.slot > earlier.slot).toBe(true);
        expect(later.occurrenceAt.getTime()).toBeGreaterThan(earlier.occurrenceAt.getTime());
        expect(later.plannedAt.getTime()).toBeGreaterThan(earlier.plannedAt.getTime());
      }
    });
  });

  it("never plans two runs closer than the minimum distance, nor than a minute", () => {
    check((it) => {
      for (const [earlier, later] of pairs(walk(it, 20))) {
        const distanceMs = later.plannedAt.getTime() - earlier.plannedAt.getTime();
        expect(distanceMs).toBeGreaterThanOrEqual(Math.max(it.jitter.minimumGapMinutes, 1) * 60_000);
      }
    });
  });

  it("delays a run within its window, its local date and never before its occurrence", () => {
    check((it) => {
      for (const run of walk(it, 10)) {
        const delayMs = run.plannedAt.getTime() - run.occurrenceAt.getTime();
        expect(delayMs).toBeGreaterThanOrEqual(0);
        expect(delayMs).toBeLessThanOrEqual(it.jitter.windowMinutes * 60_000);
        expect(run.plannedAt.getTime()).toBeLessThanOrEqual(run.latestAt.getTime());
        expect(localDateAt(run.plannedAt, it.timeZone)).toBe(localDateAt(run.occurrenceAt, it.timeZone));
      }
    });
  });

  it("keeps that distance to the last run planned before an edit", () => {
    fc.assert(
      fc.property(
        timingRequest,
        timingRequest,
        fc.integer({ min: 0, max: 600_000 }),
        (before, it, editedAfterMs) => {
          const last = walk(before, 3).at(-1);
          if (last === undefined) return;
          const after = new Date(last.plannedAt.getTime() + editedAfterMs);
          const run = nextRun({ ...it, after, lastPlannedAt: last.plannedAt });
          const distanceMs =
            (run?.plannedAt.getTime() ?? Number.POSITIVE_INFINITY) - last.plannedAt.getTime();
          expect(distanceMs).toBeGreaterThanOrEqual(Math.max(it.jitter.minimumGapMinutes, 1) * 60_000);
        },
      ),
      { numRuns: 400 },
    );
  });

  it("gives the same runs from every cursor", () => {
    fc.assert(
      fc.property(timingRequest, fc.double({ min: 0, max: 1, noNaN: true }), (it, share) => {
        const runs = walk(it, 12);
        const last = runs.at(-1);
        if (last === undefined) return;
        const spanMs = last.occurrenceAt.getTime() - it.after.getTime();
        const cursor = new Date(it.after.getTime() + Math.floor(spanMs * share));
        const rest = runs.filter((run) => run.occurrenceAt > cursor);
        expect(walk({ ...it, after: cursor }, rest.length)).toEqual(rest);
      }),
      { numRuns: 400 },
    );
  });

  it("keeps silent on every rested, skipped and frozen date", () => {
    check((it) => {
      // Apia skipped a date, whose runs came on the next one.
      const timeZone = it.timeZone === "Pacific/Apia" ? "Asia/Kolkata" : it.timeZone;
      for (const run of walk({ ...it, timeZone }, 10)) {
        const date = localDateAt(run.plannedAt, timeZone);
        const weekday = WEEKDAYS[(new Date(date).getUTCDay() + 6) % 7];
        expect(it.rest?.restWeekdays).not.toContain(weekday);
        expect(it.rest?.skipDates).not.toContain(date);
        expect(it.rest?.freezes.some((f) => f.fromDate <= date && date <= f.untilDate)).toBe(false);
        expect(run.occurrenceAt.getTime()).toBeGreaterThanOrEqual(
          Date.parse(it.rest?.pausedUntil ?? "1970-01-01"),
        );
      }
    });
  });

  it("previews exactly what iteration plans", () => {
    check((it) => expect(previewRuns({ ...it, count: 20 })).toEqual(walk(it, 20)), 200);
  });

  it("changes the delays, but not the slots, with the secret and the pulse", () => {
    const base: RunRequest = {
      schedule: { kind: "cron", expression: "0 9 * * *" },
      timeZone: "UTC",
      pulseId: "a",
      jitterSecret: "one",
      jitter: { shape: "uniform", windowMinutes: 120, minimumGapMinutes: 0 },
      after: new Date("2026-01-01T00:00:00Z"),
    };
    const planned = (changes: Partial<RunRequest>) => walk({ ...base, ...changes }, 10);
    expect(planned({})).toEqual(planned({}));
    for (const changes of [{ jitterSecret: "two" }, { pulseId: "b" }]) {
      expect(planned(changes)).not.toEqual(planned({}));
      expect(planned(changes).map((run) => run.slot)).toEqual(planned({}).map((run) => run.slot));
    }
  });
});

describe("expandMissed", { timeout: 60_000 }, () => {
  const outage = fc.record({
    hours: fc.integer({ min: 0, max: 24 * 20 }),
    windowSeconds: fc.integer({ min: 0, max: 90_000 }),
    policy: fc.constantFrom("catch_up_latest" as const, "catch_up_all" as const, "skip" as const),
    catchUpWithinSeconds: fc.integer({ min: 60, max: 14 * 86_400 }),
    spreadSeconds: fc.integer({ min: 0, max: 7_200 }),
  });
  const expand = (
    it: TimingRequest,
    { hours, ...rules }: typeof outage extends fc.Arbitrary<infer O> ? O : never,
  ) => {
    const now = new Date(it.after.getTime() + hours * 3_600_000);
    return { now, ...expandMissed({ ...it, ...rules, cursorAt: it.after, now, limit: 100_000 }) };
  };

  it("puts every occurrence planned up to now into exactly one list", () => {
    fc.assert(
      fc.property(timingRequest, outage, (it, chosen) => {
        const { now, due, missed, cursorAt } = expand(it, chosen);
        const both = [...missed, ...due];
        expect(both).toEqual(walk(it, both.length));
        const following = nextRun({ ...it, after: cursorAt });
        expect(following?.plannedAt.getTime() ?? Number.POSITIVE_INFINITY).toBeGreaterThan(now.getTime());
      }),
      { numRuns: 200 },
    );
  });

  it("recovers in order, in time, on open dates, and at a distance from everything else", () => {
    fc.assert(
      fc.property(timingRequest, outage, (it, chosen) => {
        const { now, missed, recoveries, cursorAt } = expand(it, chosen);
        const gapMs = Math.max(it.jitter.minimumGapMinutes, 1) * 60_000;
        const untilMs = now.getTime() + chosen.catchUpWithinSeconds * 1_000;
        const instants = recoveries.map((run) => run.plannedAt.getTime());
        expect(missed.map((run) => run.slot)).toEqual(
          expect.arrayContaining(recoveries.map((run) => run.slot)),
        );
        expect(instants).toEqual(instants.toSorted((a, b) => a - b));
        for (const at of recoveries.map((run) => run.plannedAt)) {
          expect(at >= now && at.getTime() <= untilMs).toBe(true);
          const date = localDateAt(at, it.timeZone);
          expect(it.rest?.skipDates).not.toContain(date);
          expect(it.rest?.restWeekdays).not.toContain(WEEKDAYS[(new Date(date).getUTCDay() + 6) % 7]);
        }
        const future = walk({ ...it, after: cursorAt }, 30).map((run) => run.plannedAt.getTime());
        for (const [index, at] of instants.entries()) {
          const others = [...instants.slice(0, index), ...future];
          expect(others.every((other) => Math.abs(other - at) >= gapMs)).toBe(true);
        }
      }),
      { numRuns: 300 },
    );
  });
});
