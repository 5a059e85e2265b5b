import { z } from "zod";

/** Days of the week as they appear on the wire, Monday first. */
export const WEEKDAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const;

export const weekdaySchema = z.enum(WEEKDAYS).meta({ id: "Weekday" });

const weekdaysSchema = z
  .array(weekdaySchema)
  .max(7)
  .refine((days) => new Set(days).size === days.length, "Each weekday may be named once.");

const localDateSchema = z.iso.date("Write the date as YYYY-MM-DD.");
const instantSchema = z.iso.datetime("Write the instant as ISO 8601 in UTC, ending in Z.");

/** Five fields or an `@name`. Only its size is checked here: `findScheduleFault` reads the grammar. */
export const cronScheduleSchema = z
  .strictObject({ kind: z.literal("cron"), expression: z.string().min(1).max(200) })
  .meta({ id: "CronSchedule" });

/**
 * So many times a day or a week between two hours of the chosen weekdays.
 * `fromHour` 0-23 is inside, `untilHour` 1-24 is the end and outside.
 */
export const timesScheduleSchema = z
  .strictObject({
    kind: z.literal("times"),
    count: z.int("Give a whole number of times.").min(1).max(24, "At most 24 times are allowed."),
    per: z.enum(["day", "week"]),
    fromHour: z.int().min(0).max(23),
    untilHour: z.int().min(1).max(24),
    weekdays: weekdaysSchema.min(1, "Choose at least one weekday."),
  })
  .refine((it) => it.fromHour < it.untilHour, {
    message: "The first hour must come before the last one.",
    path: ["untilHour"],
  })
  .meta({ id: "TimesSchedule" });

/** Elapsed time, counted from `anchorAt`; daylight saving time does not move it. */
export const everyScheduleSchema = z
  .strictObject({
    kind: z.literal("every"),
    everyMinutes: z
      .int("Give whole minutes.")
      .min(5, "The shortest interval is 5 minutes.")
      .max(525_600, "The longest interval is a year."),
    anchorAt: instantSchema,
  })
  .meta({ id: "EverySchedule" });

export const onceScheduleSchema = z
  .strictObject({ kind: z.literal("once"), runAt: instantSchema })
  .meta({ id: "OnceSchedule" });

/** When a pulse occurs, before rest rules and jitter. */
export const scheduleSchema = z
  .discriminatedUnion("kind", [
    cronScheduleSchema,
    timesScheduleSchema,
    everyScheduleSchema,
    onceScheduleSchema,
  ])
  .meta({ id: "Schedule" });

/** A delay of 0 to `windowMinutes` after each occurrence; 0 switches it off. */
export const jitterSchema = z
  .strictObject({
    shape: z.enum(["uniform", "working_hours"]),
    windowMinutes: z.int().min(0).max(720, "The window is at most 12 hours."),
    minimumGapMinutes: z.int().min(0).max(660, "The minimum distance is at most 11 hours."),
  })
  .meta({ id: "Jitter" });

/** Local dates, both inside. */
export const freezeSchema = z
  .strictObject({ fromDate: localDateSchema, untilDate: localDateSchema })
  .refine((it) => it.fromDate <= it.untilDate, {
    message: "The freeze must not end before it begins.",
    path: ["untilDate"],
  })
  .meta({ id: "StreakFreeze" });

/** When a pulse stays silent. Dates are local to the pulse's time zone. */
export const restRulesSchema = z
  .strictObject({
    restWeekdays: weekdaysSchema.max(6, "At least one weekday must stay open."),
    skipDates: z.array(localDateSchema).max(366),
    freezes: z.array(freezeSchema).max(50),
    pausedUntil: instantSchema.nullable(),
  })
  .meta({ id: "RestRules" });

/** A subject line of the user's own, one line, with `{placeholders}`. */
const templateSchema = z
  .string()
  .trim()
  .min(1, "A template must not be empty.")
  .max(200)
  .regex(/^[^\p{Cc}\u2028\u2029]*$/u, "A template is a single line.");

export const messageSettingsSchema = z
  .strictObject({
    style: z.enum(["pro", "casual", "emoji"]),
    locale: z.enum(["en", "fr", "es", "de"]),
    templates: z.array(templateSchema).max(100),
    /** What the repository is mainly written in, for messages that name it. */
    repositoryLanguage: z
      .string()
      .trim()
      .min(1)
      .max(30)
      .regex(/^[^\p{Cc}\u2028\u2029{}]*$/u, "A language is named on one line, without braces.")
      .nullable()
      .optional(),
  })
  .meta({ id: "MessageSettings" });

/** What a commit pulse writes. `folder` is relative to the repository's root. */
export const commitChangeSchema = z
  .strictObject({
    kind: z.enum(["journal", "snapshot", "counter"]),
    folder: z
      .string()
      .max(100)
      .regex(
        /^[A-Za-z0-9_][A-Za-z0-9._-]*(\/[A-Za-z0-9_][A-Za-z0-9._-]*)*$/,
        "Name a folder inside the repository; its parts begin with a letter, a digit or an underscore.",
      ),
  })
  .meta({ id: "CommitChange" });

export type Weekday = z.infer<typeof weekdaySchema>;
export type CronSchedule = z.infer<typeof cronScheduleSchema>;
export type TimesSchedule = z.infer<typeof timesScheduleSchema>;
export type EverySchedule = z.infer<typeof everyScheduleSchema>;
export type OnceSchedule = z.infer<typeof onceScheduleSchema>;
export type Schedule = z.infer<typeof scheduleSchema>;
export type Jitter = z.infer<typeof jitterSchema>;
export type RestRules = z.infer<typeof restRulesSchema>;
export type MessageSettings = z.infer<typeof messageSettingsSchema>;
export type CommitChange = z.infer<typeof commitChangeSchema>;
