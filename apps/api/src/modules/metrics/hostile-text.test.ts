import { triggerRequestSchema } from "@pulsekeep/contracts/api/ci";
import { prometheusUpdateSchema } from "@pulsekeep/contracts/api/metrics";
import { projectCreateSchema } from "@pulsekeep/contracts/api/projects";
import { pulseCreateSchema } from "@pulsekeep/contracts/api/pulses";
import { restRulesSchema, type Schedule, scheduleSchema } from "@pulsekeep/contracts/schedule";
import { findScheduleFault, nextRun } from "@pulsekeep/schedule";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { checkUrl } from "../../platform/guarded-fetch/url-rules.js";
import { isApiKeyForm } from "../projects/api-key.js";
import { checkMetric } from "./metric-values.js";
import { otlpRequestSchema } from "./otlp/otlp-request.js";
import { parsePushed } from "./push/parse-pushed.js";

/** Texts that make a pattern with two ways to match the same thing try both, again and again. */
const ATTACKS: [string, (size: number) => string][] = [
  ["one letter", (size) => `${"a".repeat(size)}!`],
  ["dots", (size) => `${"a.".repeat(size / 2)}!`],
  ["slashes", (size) => `${"a/".repeat(size / 2)}\0`],
  ["blanks", (size) => `${" ".repeat(size)}x`],
  ["digits", (size) => `${"1".repeat(size)}e`],
  ["at signs", (size) => `${"a@".repeat(size / 2)}.`],
  ["commas and stars", (size) => `${"*/1,".repeat(size / 4)}x`],
  ["percent signs", (size) => `http://${"%25".repeat(size / 3)}@`],
];

/** Everything that reads text of strangers, with where the text goes. */
const READERS: [string, (text: string) => unknown][] = [
  ["an address", (text) => checkUrl(text)],
  ["an address with a host", (text) => checkUrl(`https://${text}`)],
  ["an e-mail address", (text) => z.email().max(320).safeParse(text)],
  [
    "a project",
    (text) =>
      projectCreateSchema.safeParse({
        name: text,
        environments: [text],
        services: [text],
        metricsEndpoint: text,
      }),
  ],
  [
    "a trigger",
    (text) => triggerRequestSchema.safeParse({ env: text, branch: text, run_url: text, version: text }),
  ],
  ["a pulse", (text) => pulseCreateSchema.safeParse({ name: text, target: { repository: text } })],
  ["a cron line", (text) => findScheduleFault({ kind: "cron", expression: text })],
  [
    "labels of Prometheus",
    (text) => prometheusUpdateSchema.safeParse({ baseUrl: text, labels: { [text]: text }, queries: {} }),
  ],
  ["an instant", (text) => parsePushed([{ at: text, metrics: {} }], { now: new Date() })],
  ["a number", (text) => checkMetric("latency_p95", text)],
  [
    "a metric of OpenTelemetry",
    (text) =>
      otlpRequestSchema.safeParse({ resourceMetrics: [{ scopeMetrics: [{ metrics: [{ name: text }] }] }] }),
  ],
  ["an API key", (text) => isApiKeyForm(text)],
];

/** Of processor time, so that a busy machine makes no difference. */
function busyMsSince(started: NodeJS.CpuUsage): number {
  const { user, system } = process.threadCpuUsage(started);
  return (user + system) / 1_000;
}

describe("BOMB-03 text that is made to be slow", () => {
  it.each(READERS)("is read as %s in a moment", (_, read) => {
    for (const [name, make] of ATTACKS) {
      const text = make(60_000);
      const started = process.threadCpuUsage();
      read(text);
      expect(busyMsSince(started), name).toBeLessThan(150);
    }
  });
});

describe("BOMB-07 schedules that are too much", () => {
  it.each([
    ["every second", "* * * * * *"],
    ["a field that counts to a billion", "0-1000000000 * * * *"],
    ["a list without an end", `${"1,".repeat(90)}1 * * * * *`],
    ["a day that never comes", "0 0 31 2 *"],
  ])("are refused: %s", (_, expression) => {
    const parsed = scheduleSchema.safeParse({ kind: "cron", expression });
    expect(parsed.success && findScheduleFault(parsed.data) === undefined).toBe(false);
  });

  it("are refused when they come more often than every five minutes, or last longer than a year", () => {
    for (const everyMinutes of [0, 4, 525_601, 1e9])
      expect(
        scheduleSchema.safeParse({ kind: "every", everyMinutes, anchorAt: "2026-01-01T00:00:00Z" }).success,
      ).toBe(false);
    const times = { kind: "times", per: "day", fromHour: 0, untilHour: 24, weekdays: ["mon"] };
    expect(scheduleSchema.safeParse({ ...times, count: 25 }).success).toBe(false);
    expect(scheduleSchema.safeParse({ ...times, count: 24 }).success).toBe(true);
  });
});

describe("BOMB-07 ten thousand schedules", () => {
  const after = new Date("2026-01-01T00:00:00Z");
  const sixDays = ["mon", "tue", "wed", "thu", "fri", "sat"] as const;
  const never = restRulesSchema.parse({
    restWeekdays: sixDays,
    skipDates: Array.from({ length: 366 }, (_, n) =>
      new Date(1_767_225_600_000 + n * 86_400_000).toISOString().slice(0, 10),
    ),
    freezes: Array.from({ length: 50 }, (_, n) => ({
      fromDate: `${2026 + n}-01-01`,
      untilDate: `${2026 + n}-12-31`,
    })),
    pausedUntil: null,
  });
  const sundays = restRulesSchema.parse({
    restWeekdays: sixDays,
    skipDates: [],
    freezes: [],
    pausedUntil: null,
  });
  const jitter = { shape: "working_hours" as const, windowMinutes: 720, minimumGapMinutes: 660 };
  it.each<[string, Schedule]>([
    ["cron", { kind: "cron", expression: "*/5 * * * *" }],
    ["times", { kind: "times", per: "day", count: 24, fromHour: 0, untilHour: 24, weekdays: ["sun"] }],
    ["every", { kind: "every", everyMinutes: 5, anchorAt: "2026-01-01T00:00:00Z" }],
  ])("are read and planned in seconds, also those that rest for ever: %s", (_, schedule) => {
    const started = process.cpuUsage();
    for (let n = 0; n < 10_000; n += 1) {
      expect(scheduleSchema.safeParse(schedule).success && findScheduleFault(schedule) === undefined).toBe(
        true,
      );
      const timing = {
        schedule,
        timeZone: "Europe/Paris",
        pulseId: `p${n}`,
        jitterSecret: "s",
        jitter,
        after,
      };
      const run = nextRun({ ...timing, rest: n % 2 === 0 ? never : sundays });
      if (n < 2) expect(run === undefined).toBe(n === 0);
    }
    // Of processor time, so that a busy machine makes no difference.
    const { user, system } = process.cpuUsage(started);
    expect((user + system) / 1_000_000).toBeLessThan(8);
  });
});

describe("BOMB-07 years that are far away", () => {
  const timing = { timeZone: "America/Los_Angeles", pulseId: "p", jitterSecret: "s" };
  it.each(["9999-12-31T23:59:59Z", "0001-01-01T00:00:00Z"])(
    "are counted from in a moment: %s",
    (anchorAt) => {
      const schedule = { kind: "every" as const, everyMinutes: 525_600, anchorAt };
      const started = process.threadCpuUsage();
      const parsed = scheduleSchema.safeParse(schedule);
      if (parsed.success && findScheduleFault(schedule) === undefined)
        for (const after of [new Date("2026-01-01T00:00:00Z"), new Date("9999-12-31T23:00:00Z")]) {
          const run = nextRun({ ...timing, schedule, after });
          if (run) expect(run.plannedAt.getTime()).toBeGreaterThan(after.getTime());
        }
      expect(busyMsSince(started)).toBeLessThan(500);
    },
  );

  it("are no time of a sample", () => {
    const far = ["9999-12-31T23:59:59Z", "+275760-09-13T00:00:00Z", "0000-01-01T00:00:00Z"];
    const { rows, refused } = parsePushed(
      far.map((at) => ({ at, metrics: { latency_p95: 1 } })),
      { now: new Date() },
    );
    expect(rows).toEqual([]);
    expect(refused.map(({ reason }) => reason)).toEqual(["from_future", "bad_instant", "too_old"]);
  });
});

describe("BOMB-04 names of what every object has", () => {
  it.each(["__proto__", "constructor", "toString", "hasOwnProperty"])(
    "are no metric, label or mapping: %s",
    (name) => {
      const body = JSON.parse(
        `{"resourceMetrics":[{"scopeMetrics":[{"metrics":[{"name":"${name}","gauge":{"dataPoints":[]}}]}]}]}`,
      ) as unknown;
      expect(otlpRequestSchema.safeParse(body).success).toBe(true);
      const labels = JSON.parse(`{"${name}":{"polluted":"yes"}}`) as unknown;
      const queries = {
        requests_per_sec: "up",
        latency_p95: "",
        error_rate: "",
        cpu_usage: "",
        memory_usage: "",
      };
      prometheusUpdateSchema.safeParse({ baseUrl: "https://p.example.com", labels, queries });
      expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
      expect(projectCreateSchema.safeParse({ name: "x", environments: [name] }).success).toBe(
        name === "constructor",
      );
    },
  );
});
