import { WEEKDAYS } from "@pulsekeep/contracts/schedule";
import fc from "fast-check";
import { nextRun, type PlannedRun, type RunRequest } from "../next-run.js";

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
export type TimingRequest = RunRequest & { jitter: NonNullable<RunRequest["jitter"]> };

/** Requests that the schemas allow, of every kind but one-offs, in zones whose clocks change in every way there is. */
export const timingRequest: fc.Arbitrary<TimingRequest> = fc.record({
  schedule: fc.oneof(cron, times, every),
  timeZone: fc.constantFrom(...ZONES),
  pulseId: fc.uuid(),
  jitterSecret: fc.string({ minLength: 1 }),
  after: instant,
  jitter,
  rest,
});

const dateFormats = new Map<string, Intl.DateTimeFormat>();

/** `YYYY-MM-DD`, as the runtime writes it: our own reading of clocks must not judge itself. */
export const localDateAt = (at: Date, timeZone: string) => {
  const format =
    dateFormats.get(timeZone) ?? new Intl.DateTimeFormat("sv-SE", { timeZone, dateStyle: "short" });
  dateFormats.set(timeZone, format);
  return format.format(at);
};

/** The first `count` runs, each found from the one before. */
export const walk = (start: RunRequest, count: number): PlannedRun[] => {
  const runs: PlannedRun[] = [];
  for (let run = nextRun(start); run !== undefined && runs.length < count; ) {
    runs.push(run);
    run = nextRun({ ...start, after: run.occurrenceAt });
  }
  return runs;
};
