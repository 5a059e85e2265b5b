import { z } from "zod";
import {
  commitChangeSchema,
  jitterSchema,
  messageSettingsSchema,
  restRulesSchema,
  scheduleSchema,
} from "../schedule.js";
import { idSchema, instantSchema, pageQuerySchema, timeZoneSchema } from "./shared.js";

const repositoryName = z
  .string()
  .regex(/^[A-Za-z0-9-]{1,39}\/[A-Za-z0-9._-]{1,100}$/, { error: "owner/repository expected" });

/** Where a commit pulse writes: null repository means the worker's own. */
export const pulseTargetSchema = z.strictObject({
  repository: repositoryName.nullable().default(null),
  branch: z.string().min(1).max(200).nullable().default(null),
});

export const recoveryPolicySchema = z.enum(["catch_up_latest", "catch_up_all", "skip"]);

const name = z.string().trim().min(1).max(80);

export const pulseCreateSchema = z
  .strictObject({
    name,
    kind: z.literal("commit"),
    workerId: idSchema,
    schedule: scheduleSchema,
    timeZone: timeZoneSchema,
    jitter: jitterSchema.optional(),
    rest: restRulesSchema.optional(),
    message: messageSettingsSchema.optional(),
    change: commitChangeSchema.optional(),
    target: pulseTargetSchema.optional(),
    recovery: recoveryPolicySchema.default("catch_up_latest"),
  })
  .meta({ id: "PulseCreate" });
export type PulseCreate = z.infer<typeof pulseCreateSchema>;

export const pulseUpdateSchema = z
  .strictObject({
    name: name.optional(),
    state: z.enum(["active", "paused"]).optional(),
    schedule: scheduleSchema.optional(),
    timeZone: timeZoneSchema.optional(),
    jitter: jitterSchema.optional(),
    rest: restRulesSchema.optional(),
    message: messageSettingsSchema.optional(),
    change: commitChangeSchema.optional(),
    recovery: recoveryPolicySchema.optional(),
  })
  .meta({ id: "PulseUpdate" });
export type PulseUpdate = z.infer<typeof pulseUpdateSchema>;

export const runStateSchema = z.enum([
  "planned",
  "queued",
  "offered",
  "claimed",
  "succeeded",
  "failed",
  "missed",
  "cancelled",
  "skipped",
  "unknown",
]);
export type RunState = z.infer<typeof runStateSchema>;

/** One planned occurrence of a pulse. `late` is shown once the planned time plus grace has passed. */
export const runSchema = z
  .object({
    id: idSchema,
    pulseId: idSchema.nullable(),
    pulseName: z.string().nullable(),
    workerId: idSchema,
    kind: z.enum(["verify", "commit", "keepalive", "dispatch", "rollback", "update"]),
    state: runStateSchema,
    late: z.boolean(),
    slot: z.string(),
    plannedAt: instantSchema,
    offeredAt: instantSchema.nullable(),
    claimedAt: instantSchema.nullable(),
    endedAt: instantSchema.nullable(),
    attempts: z.number().int(),
    commitSha: z.string().nullable(),
    commitUrl: z.url().nullable(),
    reason: z.string().nullable(),
  })
  .meta({ id: "Run" });
export type Run = z.infer<typeof runSchema>;

export const pulseSchema = z
  .object({
    id: idSchema,
    name: z.string(),
    kind: z.enum(["commit"]),
    state: z.enum(["active", "paused", "finished"]),
    workerId: idSchema,
    schedule: scheduleSchema,
    timeZone: z.string(),
    jitter: jitterSchema,
    rest: restRulesSchema,
    message: messageSettingsSchema,
    change: commitChangeSchema,
    target: z.object({ repository: z.string(), branch: z.string() }).nullable(),
    recovery: recoveryPolicySchema,
    nextRun: z
      .object({ plannedAt: instantSchema, earliestAt: instantSchema, latestAt: instantSchema })
      .nullable(),
    lastRun: runSchema.nullable(),
    createdAt: instantSchema,
    updatedAt: instantSchema,
  })
  .meta({ id: "Pulse" });
export type Pulse = z.infer<typeof pulseSchema>;

export const pulsePreviewRequestSchema = z
  .strictObject({
    schedule: scheduleSchema,
    timeZone: timeZoneSchema,
    jitter: jitterSchema.optional(),
    rest: restRulesSchema.optional(),
    count: z.number().int().min(1).max(50).default(10),
  })
  .meta({ id: "PulsePreviewRequest" });
export type PulsePreviewRequest = z.infer<typeof pulsePreviewRequestSchema>;

/** The next runs. `plannedAt` is an example of the jitter: the pulse's own is drawn when it is saved. */
export const pulsePreviewSchema = z
  .object({
    runs: z.array(
      z.object({
        slot: z.string(),
        nominalAt: instantSchema,
        earliestAt: instantSchema,
        latestAt: instantSchema,
      }),
    ),
  })
  .meta({ id: "PulsePreview" });
export type PulsePreview = z.infer<typeof pulsePreviewSchema>;

export const runListQuerySchema = pageQuerySchema.extend({
  pulseId: idSchema.optional(),
  workerId: idSchema.optional(),
  state: runStateSchema.optional(),
});
export type RunListQuery = z.infer<typeof runListQuerySchema>;
