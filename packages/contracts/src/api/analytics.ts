import { z } from "zod";
import { deploymentVerdictStateSchema } from "./projects.js";
import { idSchema, instantSchema, localeSchema } from "./shared.js";

/** Query of `GET /api/v1/analytics/dora`: the last `days`, compared with as many before them. */
export const doraQuerySchema = z.strictObject({
  projectId: idSchema.optional(),
  environment: z.string().max(40).optional(),
  service: z.string().max(80).optional(),
  days: z.coerce.number().int().min(1).max(90).default(30),
});
export type DoraQuery = z.infer<typeof doraQuerySchema>;

/**
 * One of the four keys. `value` is null where nothing was there to measure; `previous` is that of the window before.
 * `measured` of `total` deployments had what the key is made of. `formula` says how it is made.
 */
export const doraKeySchema = z.object({
  value: z.number().nullable(),
  previous: z.number().nullable(),
  unit: z.enum(["per_day", "seconds", "share"]),
  measured: z.number().int(),
  total: z.number().int(),
  level: z.enum(["elite", "high", "medium", "low"]).nullable(),
  formula: z.string(),
});
export type DoraKey = z.infer<typeof doraKeySchema>;

export const doraSchema = z
  .object({
    window: z.object({ from: instantSchema, to: instantSchema, days: z.number().int() }),
    deploymentFrequency: doraKeySchema,
    leadTime: doraKeySchema,
    changeFailureRate: doraKeySchema,
    timeToRestore: doraKeySchema,
    /** Failures that no good deployment has followed yet. */
    openFailures: z.number().int(),
    /** Verdicts of the window's changes that a person, or a dry run, made count otherwise. */
    judgements: z.object({
      falseAlarms: z.number().int(),
      confirmed: z.number().int(),
      dryRuns: z.number().int(),
    }),
    /** UTC days of the window, oldest first. */
    perDay: z.array(
      z.object({ day: z.iso.date(), deployments: z.number().int(), failures: z.number().int() }),
    ),
  })
  .meta({ id: "Dora" });
export type Dora = z.infer<typeof doraSchema>;

/** Query of `GET /analytics/kpi/lifecycle`, named as its readers know it. */
export const lifecycleQuerySchema = z.object({
  window_days: z.coerce.number().int().min(1).max(90).default(7),
});
export type LifecycleQuery = z.infer<typeof lifecycleQuerySchema>;

const ratioSchema = z.object({
  value: z.number().nullable(),
  numerator: z.number().int(),
  denominator: z.number().int(),
});
const unavailableSchema = ratioSchema.extend({ available: z.boolean(), reason: z.string().nullable() });

export const lifecycleSchema = z
  .object({
    window: z.object({
      from: instantSchema,
      to: instantSchema,
      days: z.number().int(),
      computed_at: instantSchema,
    }),
    kpis: z.object({
      signup_to_project_24h: ratioSchema,
      project_to_first_verdict_72h: ratioSchema,
      free_to_pro_from_quota_emails: unavailableSchema,
    }),
    critical_alert_open_rate: unavailableSchema,
  })
  .meta({ id: "LifecycleKpis" });
export type LifecycleKpis = z.infer<typeof lifecycleSchema>;

/** The badge of a project as its owner sees it: addresses while it is switched on, null while it is not. */
export const badgeSchema = z
  .object({ svgUrl: z.string().nullable(), jsonUrl: z.string().nullable() })
  .meta({ id: "Badge" });
export type BadgeAddresses = z.infer<typeof badgeSchema>;

/** Query of a badge: one environment (default the project's first) and, within it, one service. */
export const badgeQuerySchema = z.object({
  environment: z.string().max(40).optional(),
  service: z.string().max(80).optional(),
  lang: localeSchema.default("en"),
});
export type BadgeQuery = z.infer<typeof badgeQuerySchema>;

/** The JSON form: fields that badge services read, and the state itself. Null before the first deployment. */
export const badgeStateSchema = z
  .object({
    schemaVersion: z.literal(1),
    label: z.string(),
    message: z.string(),
    color: z.string(),
    state: deploymentVerdictStateSchema.nullable(),
    dryRun: z.boolean(),
    lateWarning: z.boolean(),
    startedAt: instantSchema.nullable(),
  })
  .meta({ id: "BadgeState" });
export type BadgeState = z.infer<typeof badgeStateSchema>;
