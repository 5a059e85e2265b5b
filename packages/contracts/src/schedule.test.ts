import { describe, expect, it } from "vitest";
import type { z } from "zod";
import {
  commitChangeSchema,
  jitterSchema,
  messageSettingsSchema,
  restRulesSchema,
  scheduleSchema,
} from "./schedule.js";

const messagesOf = (schema: z.ZodType, value: unknown) =>
  schema.safeParse(value).error?.issues.map((issue) => issue.message);

const times = { kind: "times", count: 3, per: "day", fromHour: 9, untilHour: 18, weekdays: ["mon", "fri"] };
const rest = { restWeekdays: [], skipDates: [], freezes: [], pausedUntil: null };

describe("scheduleSchema", () => {
  it.each([
    { kind: "cron", expression: "@daily" },
    times,
    { kind: "every", everyMinutes: 90, anchorAt: "2026-01-01T00:00:00Z" },
    { kind: "once", runAt: "2026-01-01T00:00:00.000Z" },
  ])("takes $kind", (schedule) => {
    expect(scheduleSchema.parse(schedule)).toEqual(schedule);
  });

  it.each([
    [{ ...times, untilHour: 9 }, "The first hour must come before the last one."],
    [{ ...times, weekdays: [] }, "Choose at least one weekday."],
    [{ ...times, weekdays: ["mon", "mon"] }, "Each weekday may be named once."],
    [{ ...times, count: 25 }, "At most 24 times are allowed."],
    [
      { kind: "every", everyMinutes: 4, anchorAt: "2026-01-01T00:00:00Z" },
      "The shortest interval is 5 minutes.",
    ],
    [
      { kind: "once", runAt: "2026-01-01T00:00:00+02:00" },
      "Write the instant as ISO 8601 in UTC, ending in Z.",
    ],
  ])("refuses %j and says why", (schedule, message) => {
    expect(messagesOf(scheduleSchema, schedule)).toEqual([message]);
  });

  it("refuses fields that it does not know", () => {
    expect(scheduleSchema.safeParse({ kind: "cron", expression: "@daily", seconds: 1 }).success).toBe(false);
  });
});

describe("the settings around a schedule", () => {
  it("refuses a rest on all seven days", () => {
    const all = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
    expect(messagesOf(restRulesSchema, { ...rest, restWeekdays: all })).toEqual([
      "At least one weekday must stay open.",
    ]);
  });

  it("refuses dates that do not exist and a freeze that ends before it begins", () => {
    expect(restRulesSchema.safeParse({ ...rest, skipDates: ["2026-02-30"] }).success).toBe(false);
    const freezes = [{ fromDate: "2026-02-02", untilDate: "2026-02-01" }];
    expect(messagesOf(restRulesSchema, { ...rest, freezes })).toEqual([
      "The freeze must not end before it begins.",
    ]);
  });

  it("refuses a minimum distance that a day could not hold twice", () => {
    const jitter = { shape: "uniform", windowMinutes: 0, minimumGapMinutes: 661 };
    expect(messagesOf(jitterSchema, jitter)).toEqual(["The minimum distance is at most 11 hours."]);
  });

  it("refuses a template of two lines", () => {
    const settings = { style: "pro", locale: "en", templates: ["a\nPulse-Run: forged"] };
    expect(messagesOf(messageSettingsSchema, settings)).toEqual(["A template is a single line."]);
  });

  it.each(["Rust\nPulse-Run: forged", "{language}"])("refuses %j as a repository's language", (language) => {
    const settings = { style: "pro", locale: "en", templates: [], repositoryLanguage: language };
    expect(messagesOf(messageSettingsSchema, settings)).toEqual([
      "A language is named on one line, without braces.",
    ]);
  });

  it.each(["..", "../up", "/root", "a//b", "a/../b", ".github/workflows", ".git", "a\\b", "a/", ""])(
    "refuses %j as a folder",
    (folder) => {
      expect(commitChangeSchema.safeParse({ kind: "journal", folder }).success).toBe(false);
    },
  );

  it("takes a folder inside the repository", () => {
    expect(commitChangeSchema.parse({ kind: "journal", folder: "notes/pulse_1.x" }).folder).toBe(
      "notes/pulse_1.x",
    );
  });
});
