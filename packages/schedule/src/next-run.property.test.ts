import { jitterSchema, restRulesSchema, scheduleSchema, WEEKDAYS } from "@pulsekeep/contracts/schedule";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { expandMissed } from "./expand-missed.js";
import { nextRun, type PlannedRun, type RunRequest } from "./next-run.js";
import { previewRuns } from "./preview-runs.js";

const ZONES = ["UTC", "Europe/Paris", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe"].concat([
  "Africa/Cairo",
  "America/Havana",
  "America/Nuuk",
  "Asia/Beirut",
  "Atlantic/Azores",
  "Pacific/Apia",
  "Pacific/Chatham",
  "Africa/Casablanca",
]);

const instant = fc.date({
  min: new Date("2000-01-01T00:00:00Z"),
  max: new Date("2040-01-01T00:00:00Z"),
  noInvalidDate: true,
});
const weekdays = fc.uniqueArray(fc.constantFrom(...WEEKDAYS), { minLength: 1, maxLength: 7 });
const field = (min: number, max: number) =>
  fc.oneof(
    fc.constant("*"),
    fc.integer({ min, max }).map(String),
    fc.integer({ min: 1, max: 30 }).map((step) => `*/${step}`),
    fc.uniqueArray(fc.integer({ min, max }), { minLength: 1, maxLength: 4 }).map((list) => list.join(",")),
  );
const cron = fc
  .tuple(field(0, 59), field(0, 23), field(1, 28), field(1, 12), field(0, 7))
  .map((fields) => ({ kind: "cron" as const, expression: fields.join(" ") }));
const times = fc
  .record({
    count: fc.integer({ min: 1, max: 24 }),
    per: fc.constantFrom("day" as const, "week" as const),
    fromHour: fc.integer({ min: 0, max: 23 }),
    hours: fc.integer({ min: 1, max: 24 }),
    weekdays,
  })
  .map(({ hours, ...rest }) => ({
    kind: "times" as const,
    ...rest,
    untilHour: Math.min(24, rest.fromHour + hours),
  }));
const every = fc.record({
  kind: fc.constant("every" as const),
  everyMinutes: fc.integer({ min: 5, max: 20_000 }),
  anchorAt: instant.map((at) => at.toISOString()),
});
const jitter = fc.record({
  shape: fc.constantFrom("uniform" as const, "working_hours" as const),
  windowMinutes: fc.integer({ min: 0, max: 720 }),
  minimumGapMinutes: fc.integer({ min: 0, max: 660 }),
});
const rest = fc.record({
  restWeekdays: fc.uniqueArray(fc.constantFrom(...WEEKDAYS), { maxLength: 3 }),
  skipDates: fc.array(
    instant.map((at) => at.toISOString().slice(0, 10)),
    { maxLength: 3 },
  ),
  freezes: fc.array(
    fc.tuple(instant, fc.integer({ min: 0, max: 40 })).map(([from, days]) => ({
      fromDate: from.toISOString().slice(0, 10),
      untilDate: new Date(from.getTime() + days * 86_400_000).toISOString().slice(0, 10),
    })),
    { maxLength: 2 },
  ),
  pausedUntil: fc.option(instant.map((at) => at.toISOString())),
});
type Request = RunRequest & { jitter: NonNullable<RunRequest["jitter"]> };

const request: fc.Arbitrary<Request> = fc.record({
  schedule: fc.oneof(cron, times, every),
  timeZone: fc.constantFrom(...ZONES),
  pulseId: fc.uuid(),
  jitterSecret: fc.string({ minLength: 1 }),
  after: instant,
  jitter,
  rest,
});

const localDateAt = (at: Date, timeZone: string) =>
  new Intl.DateTimeFormat("sv-SE", { timeZone, dateStyle: "short" }).format(at);

const walk = (start: RunRequest, count: number): PlannedRun[] => {
  const runs: PlannedRun[] = [];
  for (let run = nextRun(start); run !== undefined && runs.length < count; ) {
    runs.push(run);
    run = nextRun({ ...start, after: run.occurrenceAt });
  }
  return runs;
};

const pairs = (runs: readonly PlannedRun[]) =>
  runs.slice(1).map((run, index) => [runs[index] as PlannedRun, run] as const);

const check = (property: (it: Request) => void, numRuns = 400) =>
  fc.assert(
    fc.property(request, (it) => {
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

  it("never plans two runs closer than the minimum distance", () => {
    check((it) => {
      for (const [earlier, later] of pairs(walk(it, 20))) {
        const distanceMs = later.plannedAt.getTime() - earlier.plannedAt.getTime();
        expect(distanceMs).toBeGreaterThanOrEqual(it.jitter.minimumGapMinutes * 60_000);
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

  it("gives the same runs from every cursor", () => {
    fc.assert(
      fc.property(request, fc.double({ min: 0, max: 1, noNaN: true }), (it, share) => {
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
      for (const run of walk({ ...it, timeZone: "Asia/Kolkata" }, 10)) {
        const date = localDateAt(run.plannedAt, "Asia/Kolkata");
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
    it: Request,
    { hours, ...rules }: typeof outage extends fc.Arbitrary<infer O> ? O : never,
  ) => {
    const now = new Date(it.after.getTime() + hours * 3_600_000);
    return { now, ...expandMissed({ ...it, ...rules, cursorAt: it.after, now, limit: 100_000 }) };
  };

  it("puts every occurrence planned up to now into exactly one list", () => {
    fc.assert(
      fc.property(request, outage, (it, chosen) => {
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
      fc.property(request, outage, (it, chosen) => {
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
