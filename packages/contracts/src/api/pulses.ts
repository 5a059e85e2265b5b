import { z } from "zod";
import {
  commitChangeSchema,
  jitterSchema,
  messageSettingsSchema,
  restRulesSchema,
  scheduleSchema,
} from "../schedule.js";
import { workflowFileSchema, workflowInputsSchema } from "../worker-protocol.js";
import { idSchema, instantSchema, pageQuerySchema, timeZoneSchema } from "./shared.js";

const repositoryName = z
  .string()
  .regex(/^[A-Za-z0-9-]{1,39}\/[A-Za-z0-9._-]{1,100}$/, { error: "owner/repository expected" });

/** Where a pulse acts: null repository means the worker's own. */
export const pulseTargetSchema = z.strictObject({
  repository: repositoryName.nullable().default(null),
  branch: z.string().min(1).max(200).nullable().default(null),
});

export const recoveryPolicySchema = z.enum(["catch_up_latest", "catch_up_all", "skip"]);

const name = z.string().trim().min(1).max(80);

/** What a pulse does: writes a commit, keeps scheduled workflows enabled, or starts a workflow. */
export const recurringKindSchema = z.enum(["commit", "keepalive", "dispatch"]);

/**
 * What a pulse does that writes no commit. The worker's own list of bounds decides whether it may: it must name the
 * kind, the repository, the workflow and a pattern for each input.
 */
export const pulseTaskSchema = z
  .discriminatedUnion("kind", [
    z.strictObject({
      kind: z.literal("keepalive"),
      workflows: z.array(workflowFileSchema).min(1).max(20),
    }),
    z.strictObject({
      kind: z.literal("dispatch"),
      workflow: workflowFileSchema,
      inputs: workflowInputsSchema,
    }),
  ])
  .meta({ id: "PulseTask" });
export type PulseTask = z.infer<typeof pulseTaskSchema>;

/** `message` and `change` are for commits, `task` is for everything else; a branch is named for commits only. */
export const pulseCreateSchema = z
  .strictObject({
    name,
    kind: recurringKindSchema,
    workerId: idSchema,
    schedule: scheduleSchema,
    timeZone: timeZoneSchema,
    jitter: jitterSchema.optional(),
    rest: restRulesSchema.optional(),
    message: messageSettingsSchema.optional(),
    change: commitChangeSchema.optional(),
    task: pulseTaskSchema.nullable().optional(),
    target: pulseTargetSchema.optional(),
    recovery: recoveryPolicySchema.default("catch_up_latest"),
  })
  .refine(({ kind, task }) => (task?.kind ?? "commit") === kind, { path: ["task"] })
  .refine(({ kind, target }) => kind === "commit" || !target?.branch, { path: ["target", "branch"] })
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
    /** Of the pulse's own kind; a workflow to start stays the same, its inputs may change. */
    task: pulseTaskSchema.nullable().optional(),
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

/**
 * One planned occurrence of a pulse. `late`: not ended, and the planned time plus a grace has passed (`lateAfter`);
 * it is missed when no worker has taken it by `windowEndsAt`. `reason` says why it is late, or ended as it did:
 * one of `RUN_REASONS`.
 */
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
    /** The occurrence of the schedule, before the random delay. Of a recovery: that of the run it recovers. */
    nominalAt: instantSchema,
    plannedAt: instantSchema,
    lateAfter: instantSchema,
    windowEndsAt: instantSchema,
    /** When a run that failed and waits is tried again. */
    retryAt: instantSchema.nullable(),
    /** While it is open: when its worker is expected to look for work. */
    workerNextCheckInAt: instantSchema.nullable(),
    /** 0 for a planned run; 1 for the recovery of one that was missed. */
    generation: z.number().int(),
    recoversRunId: idSchema.nullable(),
    /** The run that makes up for this one, which was missed. */
    recoveredBy: z.object({ runId: idSchema, state: runStateSchema, plannedAt: instantSchema }).nullable(),
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

/**
 * How a pulse is, as people ask: paused or finished by its state; late while a run of it is; failed when the last
 * run that was decided failed, was missed or is unknown; planned when its next run has an instant.
 */
export const pulseConditionSchema = z.enum(["active", "planned", "late", "failed", "paused", "finished"]);
export type PulseCondition = z.infer<typeof pulseConditionSchema>;

export const pulseSchema = z
  .object({
    id: idSchema,
    name: z.string(),
    kind: recurringKindSchema,
    state: z.enum(["active", "paused", "finished"]),
    condition: pulseConditionSchema,
    workerId: idSchema,
    schedule: scheduleSchema,
    timeZone: z.string(),
    jitter: jitterSchema,
    rest: restRulesSchema,
    message: messageSettingsSchema,
    /** Of a commit pulse; null of every other. */
    change: commitChangeSchema.nullable(),
    /** Of every pulse but one that writes commits. */
    task: pulseTaskSchema.nullable(),
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

/** Occurrences in a row that are left out, and why. Dates are local to the pulse's time zone, both inside. */
export const previewGapSchema = z.object({
  reason: z.enum(["paused", "freeze", "skip_date", "rest_day", "minimum_distance"]),
  /** Occurrence of the first one left out. */
  fromAt: instantSchema,
  fromDate: z.iso.date(),
  untilDate: z.iso.date(),
});
export type PreviewGap = z.infer<typeof previewGapSchema>;

/** The next runs. The delay itself is drawn when the pulse is saved: here are its bounds. */
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
    /** What the rest rules and the minimum distance leave out until the last of `runs`, in order. */
    gaps: z.array(previewGapSchema),
  })
  .meta({ id: "PulsePreview" });
export type PulsePreview = z.infer<typeof pulsePreviewSchema>;

export const runListQuerySchema = pageQuerySchema.extend({
  pulseId: idSchema.optional(),
  workerId: idSchema.optional(),
  state: runStateSchema.optional(),
});
export type RunListQuery = z.infer<typeof runListQuerySchema>;

/** What a person should know of a run; raised once per run and kind, and kept until it is dismissed. */
export const runNoticeKindSchema = z.enum(["late", "missed", "recovered", "failed", "unknown"]);

export const runNoticeSchema = z
  .object({
    kind: runNoticeKindSchema,
    raisedAt: instantSchema,
    /** The run as it is now; its state may have moved on since the notice was raised. */
    run: runSchema,
  })
  .meta({ id: "RunNotice" });
export type RunNotice = z.infer<typeof runNoticeSchema>;

/** Newest first. Without `kind`, what is over by itself is left out: the lateness of a run that has ended. */
export const runNoticeListQuerySchema = pageQuerySchema.extend({
  kind: runNoticeKindSchema.optional(),
  pulseId: idSchema.optional(),
});
export type RunNoticeListQuery = z.infer<typeof runNoticeListQuerySchema>;

/** Dismisses what was raised until an instant: what came while the reader looked stays. */
export const runNoticesDismissSchema = z
  .strictObject({ raisedUntil: instantSchema, pulseId: idSchema.optional() })
  .meta({ id: "RunNoticesDismiss" });
export type RunNoticesDismiss = z.infer<typeof runNoticesDismissSchema>;
