import { describe, expect, it } from "vitest";
import type { RestRules, Schedule } from "@pulsekeep/contracts/schedule";
import { nextRun, type RunRequest } from "./next-run.js";
import { previewRuns } from "./preview-runs.js";

const cron = (expression: string): Schedule => ({ kind: "cron", expression });
const NO_REST: RestRules = { restWeekdays: [], skipDates: [], freezes: [], pausedUntil: null };

const request = (changes: Partial<RunRequest>): RunRequest => ({
  schedule: cron("@daily"),
  timeZone: "UTC",
  pulseId: "0197a000-0000-7000-8000-000000000001",
  jitterSecret: "a secret of the test",
  after: new Date("2026-01-01T12:00:00Z"),
  ...changes,
});

const slots = (changes: Partial<RunRequest>, count: number) =>
  previewRuns({ ...request(changes), count }).map((run) => run.slot);

describe("daylight saving time", () => {
  const paris = { timeZone: "Europe/Paris" };
  const spring = { ...paris, after: new Date("2026-03-28T12:00:00Z") };
  const autumn = { ...paris, after: new Date("2026-10-24T12:00:00Z") };

  it("BOMB-07 runs a time that the spring gap swallows at the first instant after the gap", () => {
    expect(slots({ ...spring, schedule: cron("30 2 * * *") }, 2)).toEqual([
      "2026-03-29T01:00:00Z",
      "2026-03-30T00:30:00Z",
    ]);
  });

  it("runs several times inside the spring gap, and the time at its end, only once", () => {
    expect(slots({ ...spring, schedule: cron("0,20,40 2,3 29 3 *") }, 4)).toEqual([
      "2026-03-29T01:00:00Z",
      "2026-03-29T01:20:00Z",
      "2026-03-29T01:40:00Z",
      "2027-03-29T00:00:00Z",
    ]);
  });

  it("runs a time that the autumn fold repeats once, in its first pass", () => {
    expect(slots({ ...autumn, schedule: cron("30 2 * * *") }, 2)).toEqual([
      "2026-10-25T00:30:00Z",
      "2026-10-26T01:30:00Z",
    ]);
  });

  it("does not repeat a run when the cursor stands in the second pass of the fold", () => {
    const after = new Date("2026-10-25T01:10:00Z");
    expect(slots({ ...autumn, after, schedule: cron("*/30 * * * *") }, 1)).toEqual(["2026-10-25T02:00:00Z"]);
  });

  it("counts an interval in elapsed time over the fold", () => {
    const schedule: Schedule = { kind: "every", everyMinutes: 60, anchorAt: "2026-10-24T22:00:00Z" };
    expect(slots({ ...autumn, after: new Date("2026-10-24T23:30:00Z"), schedule }, 3)).toEqual([
      "2026-10-25T00:00:00Z",
      "2026-10-25T01:00:00Z",
      "2026-10-25T02:00:00Z",
    ]);
  });

  it("runs at the start of the next date when a zone skips a whole day", () => {
    const apia = { timeZone: "Pacific/Apia", after: new Date("2011-12-30T08:00:00Z") };
    expect(slots({ ...apia, schedule: cron("0 9 * * *") }, 2)).toEqual([
      "2011-12-30T10:00:00Z",
      "2011-12-30T19:00:00Z",
    ]);
  });

  it("keeps the minimum distance of an interval over a date that the zone skips", () => {
    const jitter = { shape: "uniform", windowMinutes: 0, minimumGapMinutes: 500 } as const;
    const schedule: Schedule = { kind: "every", everyMinutes: 60, anchorAt: "2011-12-01T00:30:00Z" };
    const apia = { timeZone: "Pacific/Apia", after: new Date("2011-12-29T12:00:00Z"), schedule, jitter };
    expect(slots(apia, 3)).toEqual(["2011-12-29T19:30:00Z", "2011-12-30T10:30:00Z", "2011-12-30T19:30:00Z"]);
  });

  it("starts the day after a gap at midnight", () => {
    const cairo = { timeZone: "Africa/Cairo", after: new Date("2026-04-23T12:00:00Z") };
    expect(slots({ ...cairo, schedule: cron("0 0 * * *") }, 2)).toEqual([
      "2026-04-23T22:00:00Z",
      "2026-04-24T21:00:00Z",
    ]);
  });

  it("follows a zone with a fold of half an hour", () => {
    const lordHowe = { timeZone: "Australia/Lord_Howe", after: new Date("2026-04-04T12:00:00Z") };
    expect(slots({ ...lordHowe, schedule: cron("45 1 * * *") }, 2)).toEqual([
      "2026-04-04T14:45:00Z",
      "2026-04-05T15:15:00Z",
    ]);
  });
});

describe("times", () => {
  const weekdays = ["mon", "tue", "wed", "thu", "fri"] as const;
  const times = (count: number, per: "day" | "week"): Schedule => ({
    kind: "times",
    count,
    per,
    fromHour: 9,
    untilHour: 18,
    weekdays: [...weekdays],
  });

  it("cuts a day's hours into equal parts", () => {
    expect(slots({ schedule: times(3, "day"), after: new Date("2026-01-01T18:00:00Z") }, 4)).toEqual([
      "2026-01-02T09:00:00Z",
      "2026-01-02T12:00:00Z",
      "2026-01-02T15:00:00Z",
      "2026-01-05T09:00:00Z",
    ]);
  });

  it("spreads a week's runs over its weekdays", () => {
    expect(slots({ schedule: times(3, "week"), after: new Date("2026-01-04T00:00:00Z") }, 4)).toEqual([
      "2026-01-05T09:00:00Z",
      "2026-01-06T15:00:00Z",
      "2026-01-08T12:00:00Z",
      "2026-01-12T09:00:00Z",
    ]);
  });

  it("does not delay a run past the last hour", () => {
    const jitter = { shape: "uniform", windowMinutes: 720, minimumGapMinutes: 0 } as const;
    const runs = previewRuns({ ...request({ schedule: times(1, "day"), jitter }), count: 50 });
    for (const run of runs) {
      expect(run.latestAt.toISOString().slice(11)).toBe("17:59:59.000Z");
      expect(run.plannedAt.getTime()).toBeLessThanOrEqual(run.latestAt.getTime());
    }
  });
});

describe("ends and silences", () => {
  it("runs a one-off once and then no more", () => {
    const schedule: Schedule = { kind: "once", runAt: "2026-02-01T08:00:00Z" };
    expect(slots({ schedule }, 5)).toEqual(["2026-02-01T08:00:00Z"]);
  });

  it("stays silent on rest weekdays, skipped dates and during a freeze, by the local date", () => {
    const rest: RestRules = {
      ...NO_REST,
      restWeekdays: ["sat", "sun"],
      skipDates: ["2026-01-06"],
      freezes: [{ fromDate: "2026-01-08", untilDate: "2026-01-12" }],
    };
    const tokyo = { timeZone: "Asia/Tokyo", schedule: cron("0 1 * * *"), rest };
    expect(slots({ ...tokyo, after: new Date("2026-01-01T16:00:01Z") }, 3)).toEqual([
      "2026-01-04T16:00:00Z",
      "2026-01-06T16:00:00Z",
      "2026-01-12T16:00:00Z",
    ]);
  });

  it("resumes at the very instant a pause ends", () => {
    const rest = { ...NO_REST, pausedUntil: "2026-01-05T00:00:00Z" };
    expect(slots({ rest }, 1)).toEqual(["2026-01-05T00:00:00Z"]);
  });

  it("finds nothing when the rest rules leave nothing", () => {
    const rest: RestRules = { ...NO_REST, restWeekdays: ["mon"] };
    expect(nextRun(request({ schedule: cron("0 0 * * mon"), rest }))).toBeUndefined();
  });

  it("finds nothing beyond the year 9999, which no slot can name", () => {
    const rest = { ...NO_REST, pausedUntil: "9999-12-31T23:59:59Z" };
    for (const timeZone of ["Pacific/Pago_Pago", "Asia/Manila"])
      expect(nextRun(request({ schedule: cron("* * * * *"), timeZone, rest }))).toBeUndefined();
    const freezes = [{ fromDate: "2000-01-01", untilDate: "9999-12-31" }];
    expect(nextRun(request({ rest: { ...NO_REST, freezes } }))).toBeUndefined();
  });

  it("finds 29 February on a weekday decades away", () => {
    const rest: RestRules = { ...NO_REST, restWeekdays: ["tue", "wed", "thu", "fri", "sat", "sun"] };
    expect(slots({ schedule: cron("0 0 29 2 *"), rest }, 2)).toEqual([
      "2044-02-29T00:00:00Z",
      "2072-02-29T00:00:00Z",
    ]);
  });

  it("keeps the distance to a run that an earlier schedule planned", () => {
    const jitter = { shape: "uniform", windowMinutes: 0, minimumGapMinutes: 90 } as const;
    const run = nextRun(
      request({ schedule: cron("0 * * * *"), jitter, lastPlannedAt: new Date("2026-01-01T12:30:00Z") }),
    );
    expect(run?.plannedAt.toISOString()).toBe("2026-01-01T14:00:00.000Z");
  });
});

describe("refusals", () => {
  it("throws for an unknown zone and for a cron expression that does not parse", () => {
    expect(() => nextRun(request({ timeZone: "Mars/Olympus" }))).toThrow(RangeError);
    expect(() => nextRun(request({ schedule: cron("61 * * * *") }))).toThrow(/outside 0-59/);
  });

  it("refuses a preview of 51 runs", () => {
    expect(() => previewRuns({ ...request({}), count: 51 })).toThrow(RangeError);
  });
});
