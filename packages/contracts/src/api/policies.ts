import { z } from "zod";
import { metricNameSchema } from "./deployments.js";
import { deploymentVerdictStateSchema } from "./projects.js";
import { idSchema, instantSchema } from "./shared.js";

/** An absolute limit in the metric's unit; where lower is worse a share of the baseline (0.8: a fall of 20 %). */
const guardrailSchema = z.strictObject({
  limit: z.number().positive().max(1e6),
  /** Share of the limit from which on a sample counts as a breach. */
  securedRatio: z.number().min(0.5).max(1).default(0.9),
  /** Share of samples that may breach without consequence. */
  tolerance: z.number().min(0).max(0.9).default(0.2),
});

const directionSchema = z.enum(["higher_is_worse", "lower_is_worse", "two_sided"]);

/** What a project asks of one metric; what is not named keeps its default. */
const metricRulesSchema = z.strictObject({
  direction: directionSchema.optional(),
  /** Smallest change that matters, relative to the baseline: 0.05 is 5 %. */
  smallestRelative: z.number().min(0).max(10).optional(),
  /** The same in the metric's unit: req/s, ms, or a share 0 to 1. Both must be passed. */
  smallestAbsolute: z.number().min(0).max(1e6).optional(),
  guardrail: guardrailSchema.nullable().optional(),
  /** A strong regression of this metric alone recommends a rollback. */
  critical: z.boolean().optional(),
  /** Shown, never judged. */
  muted: z.boolean().optional(),
  /** Judged and shown, without a part in the verdict. */
  dryRun: z.boolean().optional(),
});

const shareRulesSchema = metricRulesSchema.refine(
  ({ smallestAbsolute = 0, guardrail }) => smallestAbsolute <= 1 && (guardrail?.limit ?? 0) <= 1,
  { error: "a share is at most 1" },
);
const trafficRulesSchema = metricRulesSchema.refine(
  ({ direction = "lower_is_worse", guardrail }) =>
    direction !== "lower_is_worse" || (guardrail?.limit ?? 0) < 1,
  { error: "where lower is worse, the limit is a share of the baseline below 1", path: ["guardrail"] },
);

/** What differs from the defaults. `dryRun`: verdicts are given and shown, and nothing follows from them. */
export const policyDocumentSchema = z
  .strictObject({
    dryRun: z.boolean().optional(),
    metrics: z
      .strictObject({
        requests_per_sec: trafficRulesSchema.optional(),
        latency_p95: metricRulesSchema.optional(),
        error_rate: shareRulesSchema.optional(),
        cpu_usage: shareRulesSchema.optional(),
        memory_usage: shareRulesSchema.optional(),
      })
      .default({}),
  })
  .meta({ id: "PolicyDocument" });
export type PolicyDocument = z.infer<typeof policyDocumentSchema>;

const resolvedRulesSchema = z.object({
  direction: directionSchema,
  smallestRelative: z.number(),
  smallestAbsolute: z.number(),
  guardrail: z.object({ limit: z.number(), securedRatio: z.number(), tolerance: z.number() }).nullable(),
  critical: z.boolean(),
  muted: z.boolean(),
  dryRun: z.boolean(),
});
const perMetric = <T extends z.ZodType>(rules: T) =>
  z.object({
    requests_per_sec: rules,
    latency_p95: rules,
    error_rate: rules,
    cpu_usage: rules,
    memory_usage: rules,
  });

/** The policy of one environment, or of all (null) where an environment says nothing else. Version 0: none yet. */
export const policyScopeSchema = z
  .object({
    environment: z.string().nullable(),
    version: z.number().int(),
    document: policyDocumentSchema,
    changedAt: instantSchema.nullable(),
    /** What holds in the end: defaults, then the project's, then the environment's. */
    inForce: perMetric(resolvedRulesSchema),
    dryRun: z.boolean(),
  })
  .meta({ id: "PolicyScope" });
export type PolicyScope = z.infer<typeof policyScopeSchema>;

/** Answer of `GET /api/v1/projects/{id}/policies`: all environments first, then each by name. */
export const policiesSchema = z
  .object({
    defaults: perMetric(resolvedRulesSchema),
    /** Limits that a project may switch on as they are. */
    guardrails: perMetric(guardrailSchema),
    scopes: z.array(policyScopeSchema),
  })
  .meta({ id: "Policies" });
export type Policies = z.infer<typeof policiesSchema>;

const environmentSchema = z.string().min(1).max(40).nullable();

/** `expectedVersion` is the version that was read; another one in the meantime is a conflict. */
export const policyUpdateSchema = z
  .strictObject({
    environment: environmentSchema,
    document: policyDocumentSchema,
    expectedVersion: z.number().int().min(0),
  })
  .meta({ id: "PolicyUpdate" });
export type PolicyUpdate = z.infer<typeof policyUpdateSchema>;

export const policyHistoryQuerySchema = z.strictObject({ environment: z.string().max(40).optional() });
export type PolicyHistoryQuery = z.infer<typeof policyHistoryQuerySchema>;

/** The versions of one scope, newest first, the latest fifty of them. */
export const policyHistorySchema = z
  .object({
    rows: z.array(
      z.object({ version: z.number().int(), document: policyDocumentSchema, changedAt: instantSchema }),
    ),
  })
  .meta({ id: "PolicyHistory" });
export type PolicyHistory = z.infer<typeof policyHistorySchema>;

export const policyPreviewRequestSchema = z
  .strictObject({ environment: environmentSchema, document: policyDocumentSchema })
  .meta({ id: "PolicyPreviewRequest" });
export type PolicyPreviewRequest = z.infer<typeof policyPreviewRequestSchema>;

/** What the last verdicts were, and would have been. `after` is null where samples are no longer kept. */
export const policyPreviewSchema = z
  .object({
    rows: z.array(
      z.object({
        deploymentId: idSchema,
        number: z.number().int(),
        environment: z.string(),
        startedAt: instantSchema,
        before: deploymentVerdictStateSchema,
        after: z
          .object({
            state: deploymentVerdictStateSchema,
            confidence: z.number(),
            /** The metrics that the verdict rests on. */
            metrics: z.array(metricNameSchema),
          })
          .nullable(),
      }),
    ),
    changed: z.number().int(),
  })
  .meta({ id: "PolicyPreview" });
export type PolicyPreview = z.infer<typeof policyPreviewSchema>;
