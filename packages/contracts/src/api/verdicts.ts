import { z } from "zod";
import { metricNameSchema, reasonSchema } from "./deployments.js";
import { policyDocumentSchema } from "./policies.js";
import { deploymentVerdictStateSchema } from "./projects.js";
import { instantSchema } from "./shared.js";

export const judgementSchema = z.enum(["confirmed", "false_alarm"]);

/** What a person says of a verdict that found something. */
export const feedbackRequestSchema = z
  .strictObject({
    judgement: judgementSchema,
    note: z
      .string()
      .trim()
      .max(500)
      .refine((value) => !value.includes("\0"), { error: "NUL is not allowed" })
      .default(""),
  })
  .meta({ id: "VerdictFeedbackRequest" });
export type FeedbackRequest = z.infer<typeof feedbackRequestSchema>;

const findingSchema = z.object({
  metric: metricNameSchema,
  state: z.string(),
  before: z.number().nullable(),
  after: z.number().nullable(),
});

/** A verdict in brief, with its reasons in the reader's language. */
const verdictBriefSchema = z.object({
  state: deploymentVerdictStateSchema,
  confidence: z.number(),
  reasons: z.array(reasonSchema),
  metrics: z.array(findingSchema),
});

/** A later look. It never changes the verdict; `warning` says that something got worse since. */
export const followUpSchema = z
  .object({
    look: z.enum(["hour", "day"]),
    state: z.enum(["pending", "steady", "warning", "inconclusive", "skipped"]),
    dueAt: instantSchema,
    lookedAt: instantSchema.nullable(),
    found: verdictBriefSchema.nullable(),
  })
  .meta({ id: "FollowUp" });
export type FollowUp = z.infer<typeof followUpSchema>;

/** Answer of `GET /api/v1/deployments/{id}/review`: what surrounds a verdict. */
export const reviewSchema = z
  .object({
    /** The policy said that nothing follows from this verdict. */
    dryRun: z.boolean(),
    /** The versions that were in force; 0 where the project had none. */
    policy: z.object({ projectVersion: z.number().int(), environmentVersion: z.number().int() }),
    /** A verdict that found something can be confirmed, or called a false alarm. */
    takesFeedback: z.boolean(),
    feedback: z.object({ judgement: judgementSchema, note: z.string(), givenAt: instantSchema }).nullable(),
    followUps: z.array(followUpSchema),
  })
  .meta({ id: "VerdictReview" });
export type Review = z.infer<typeof reviewSchema>;

/** Without a document, the policies that are in force now. */
export const replayRequestSchema = z
  .strictObject({ document: policyDocumentSchema.optional() })
  .meta({ id: "ReplayRequest" });
export type ReplayRequest = z.infer<typeof replayRequestSchema>;

/** What today's engine makes of a deployment, and after how many of its samples it could tell. */
export const replaySchema = z
  .object({
    kept: deploymentVerdictStateSchema,
    replayed: verdictBriefSchema,
    samples: z.number().int(),
    of: z.number().int(),
  })
  .meta({ id: "Replay" });
export type Replay = z.infer<typeof replaySchema>;

const sampleRowSchema = z.object({
  at: z.number(),
  requests_per_sec: z.number().nullable(),
  latency_p95: z.number().nullable(),
  error_rate: z.number().nullable(),
  cpu_usage: z.number().nullable(),
  memory_usage: z.number().nullable(),
});

/** The facts that the engine is asked with, for `npm run verdict -- --replay`. */
export const verdictInputSchema = z
  .object({
    pre: z.array(sampleRowSchema),
    post: z.array(sampleRowSchema),
    windowEnded: z.boolean(),
    stepSeconds: z.number(),
    expectedPostSamples: z.number().int(),
    pipeline: z.enum(["succeeded", "failed", "unknown"]),
    policy: z.record(z.string(), z.unknown()),
    history: z.array(z.object({ pre: z.array(sampleRowSchema), post: z.array(sampleRowSchema) })),
  })
  .meta({ id: "VerdictInput" });

/** Query of `GET /api/v1/projects/{id}/verdict-quality`: verdicts of deployments that began within the last `days`. */
export const verdictQualityQuerySchema = z.strictObject({
  days: z.coerce.number().int().min(1).max(365).default(90),
});
export type VerdictQualityQuery = z.infer<typeof verdictQualityQuerySchema>;

/**
 * Answer of `GET /api/v1/projects/{id}/verdict-quality`: how often verdicts that found something were right, by
 * what people said of them. `precision` is null while nobody said anything.
 */
export const verdictQualitySchema = z
  .object({
    days: z.number().int(),
    verdicts: z.number().int(),
    found: z.number().int(),
    confirmed: z.number().int(),
    falseAlarms: z.number().int(),
    precision: z.number().nullable(),
    rollbacks: z.object({
      found: z.number().int(),
      confirmed: z.number().int(),
      falseAlarms: z.number().int(),
      precision: z.number().nullable(),
    }),
    /** Verdicts `ok` after which a later look found a warning. */
    laterWarnings: z.number().int(),
  })
  .meta({ id: "VerdictQuality" });
export type VerdictQuality = z.infer<typeof verdictQualitySchema>;
