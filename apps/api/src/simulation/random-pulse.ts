import type { PulseCreate } from "@pulsekeep/contracts/api/pulses";
import { type Jitter, type RestRules, type Schedule, WEEKDAYS } from "@pulsekeep/contracts/schedule";
import type { Random } from "./random.js";

const ZONES = [
  "UTC",
  "Europe/Madrid",
  "America/New_York",
  "America/Los_Angeles",
  "Asia/Kolkata",
  "Australia/Lord_Howe",
  "Pacific/Apia",
  "Asia/Tokyo",
] as const;
const REPOSITORIES = [null, null, "octo/notes", "octo/journal"] as const;
const POLICIES = ["catch_up_latest", "catch_up_all", "skip"] as const;
const DAY_MS = 86_400_000;

/** A pulse of any kind of schedule, often enough to matter within days. */
export function randomPulse(random: Random, workerId: string): PulseCreate {
  const repository = random.pick(REPOSITORIES);
  return {
    name: `Pulse ${random.between(1, 999)}`,
    kind: "commit",
    workerId,
    ...randomTiming(random),
    target: { repository, branch: repository === null ? null : random.pick(["main", null]) },
    recovery: random.pick(POLICIES),
  };
}

export const randomPolicy = (random: Random): PulseCreate["recovery"] => random.pick(POLICIES);

export function randomTiming(random: Random) {
  return {
    schedule: randomSchedule(random),
    timeZone: random.pick(ZONES),
    jitter: randomJitter(random),
    rest: randomRest(random),
  };
}

export function randomSchedule(random: Random): Schedule {
  const fromHour = random.between(0, 20);
  switch (random.pick(["cron", "times", "every", "once"] as const)) {
    case "cron":
      return {
        kind: "cron",
        expression: `${random.pick(["0", "30", "5,35", `${random.between(0, 59)}`])} ${random.pick(["*/6", "9-17/2", "2", "*/12", "*/3"])} * * ${random.pick(["*", "*", "1-5"])}`,
      };
    case "times":
      return {
        kind: "times",
        count: random.between(1, 8),
        per: random.chance(0.8) ? "day" : "week",
        fromHour,
        untilHour: random.between(fromHour + 1, 24),
        weekdays: [...new Set([...random.some(WEEKDAYS, 0.8), random.pick(WEEKDAYS)])],
      };
    case "every":
      return {
        kind: "every",
        everyMinutes: random.pick([60, 90, 240, 720, 1_440]),
        anchorAt: new Date(Date.now() - random.between(-DAY_MS, 10 * DAY_MS)).toISOString(),
      };
    case "once":
      return { kind: "once", runAt: new Date(Date.now() + random.between(60_000, 3 * DAY_MS)).toISOString() };
  }
}

function randomJitter(random: Random): Jitter {
  return {
    shape: random.pick(["uniform", "working_hours"]),
    windowMinutes: random.pick([0, 0, 20, 120, 700]),
    minimumGapMinutes: random.pick([0, 0, 30, 240]),
  };
}

function randomRest(random: Random): RestRules {
  const day = (offset: number) => new Date(Date.now() + offset * DAY_MS).toISOString().slice(0, 10);
  return {
    restWeekdays: random.chance(0.2) ? [random.pick(WEEKDAYS)] : [],
    skipDates: random.chance(0.2) ? [day(random.between(0, 3))] : [],
    freezes: random.chance(0.1) ? [{ fromDate: day(1), untilDate: day(random.between(1, 3)) }] : [],
    pausedUntil: random.chance(0.1)
      ? new Date(Date.now() + random.between(0, 2 * DAY_MS)).toISOString()
      : null,
  };
}
