import { z } from "zod";
import { deploymentVerdictStateSchema } from "./projects.js";
import { idSchema, instantSchema, pageQuerySchema } from "./shared.js";

export const deploymentStateSchema = z.enum(["running", "observing", "analyzed", "abandoned", "superseded"]);
export type DeploymentState = z.infer<typeof deploymentStateSchema>;

export const metricNameSchema = z.enum([
  "requests_per_sec",
  "latency_p95",
  "error_rate",
  "cpu_usage",
  "memory_usage",
]);
export type MetricName = z.infer<typeof metricNameSchema>;

/** A text of the engine in the reader's language: the key is stable, `text` is rendered for the session's locale. */
export const renderedTextSchema = z.object({
  key: z.string(),
  params: z.record(z.string(), z.union([z.string(), z.number()])),
  text: z.string(),
});

export const reasonSchema = z.object({ metric: metricNameSchema.nullable(), message: renderedTextSchema });

export const hintSchema = z
  .object({
    code: z.string(),
    severity: z.enum(["critical", "warning", "info"]),
    metrics: z.array(metricNameSchema),
    title: renderedTextSchema,
    cause: renderedTextSchema,
    actions: z.array(renderedTextSchema),
  })
  .meta({ id: "Hint" });
export type HintView = z.infer<typeof hintSchema>;

/** What the engine found for one metric; values in the metric's own unit, `relative` as a share (0.35 = +35 %). */
export const metricFindingSchema = z.object({
  metric: metricNameSchema,
  state: z.enum([
    "ok",
    "improved",
    "regressed",
    "went_away",
    "pre_existing",
    "inconclusive",
    "silent",
    "missing",
    "muted",
  ]),
  before: z.number().nullable(),
  after: z.number().nullable(),
  shift: z
    .object({ absolute: z.number(), relative: z.number().nullable(), low: z.number(), high: z.number() })
    .nullable(),
  smallestChange: z.number().nullable(),
  placebo: z.object({ rank: z.number().int(), total: z.number().int() }).nullable(),
  confidence: z.number(),
  breachSamples: z.number().int(),
  samples: z.object({ pre: z.number().int(), post: z.number().int(), postExpected: z.number().int() }),
  wouldChange: renderedTextSchema,
});
export type MetricFinding = z.infer<typeof metricFindingSchema>;

export const verdictSchema = z
  .object({
    state: deploymentVerdictStateSchema,
    confidence: z.number().min(0).max(1),
    final: z.boolean(),
    reasons: z.array(reasonSchema),
    hints: z.array(hintSchema),
    metrics: z.array(metricFindingSchema),
    quality: z.object({
      coverage: z.number(),
      preSamples: z.number().int(),
      postSamples: z.number().int(),
      postExpected: z.number().int(),
      longestGapSeconds: z.number(),
      missedScrapes: z.number().int(),
      issues: z.array(renderedTextSchema),
    }),
    decidedAt: instantSchema,
  })
  .meta({ id: "Verdict" });
export type VerdictView = z.infer<typeof verdictSchema>;

export const deploymentSchema = z
  .object({
    id: idSchema,
    number: z.number().int(),
    projectId: idSchema,
    projectName: z.string(),
    environment: z.string(),
    service: z.string().nullable(),
    branch: z.string().nullable(),
    version: z.string().nullable(),
    commitSha: z.string().nullable(),
    runUrl: z.string().nullable(),
    isRollback: z.boolean(),
    state: deploymentStateSchema,
    pipelineResult: z.enum(["success", "failed"]).nullable(),
    verdictState: deploymentVerdictStateSchema,
    confidence: z.number().nullable(),
    startedAt: instantSchema,
    finishedAt: instantSchema.nullable(),
    observeUntil: instantSchema.nullable(),
    endedAt: instantSchema.nullable(),
  })
  .meta({ id: "Deployment" });
export type Deployment = z.infer<typeof deploymentSchema>;

export const deploymentDetailSchema = deploymentSchema
  .extend({ verdict: verdictSchema.nullable() })
  .meta({ id: "DeploymentDetail" });
export type DeploymentDetail = z.infer<typeof deploymentDetailSchema>;

export const deploymentListQuerySchema = pageQuerySchema.extend({
  projectId: idSchema.optional(),
  environment: z.string().max(40).optional(),
  verdict: deploymentVerdictStateSchema.optional(),
});
export type DeploymentListQuery = z.infer<typeof deploymentListQuerySchema>;

/** One sample; `missing` marks a scrape that failed, with its reason, and then the metrics are null. */
export const sampleSchema = z.object({
  at: instantSchema,
  phase: z.enum(["baseline", "deploying", "observing"]),
  missing: z.string().nullable(),
  requests_per_sec: z.number().nullable(),
  latency_p95: z.number().nullable(),
  error_rate: z.number().nullable(),
  cpu_usage: z.number().nullable(),
  memory_usage: z.number().nullable(),
});

export const deploymentSamplesSchema = z
  .object({ samples: z.array(sampleSchema) })
  .meta({ id: "DeploymentSamples" });
export type DeploymentSamples = z.infer<typeof deploymentSamplesSchema>;

/** Answer of `GET /api/v1/overview`. */
export const overviewSchema = z
  .object({
    verdicts7d: z.object({
      ok: z.number().int(),
      warning: z.number().int(),
      rollbackRecommended: z.number().int(),
      inconclusive: z.number().int(),
    }),
    liveDeployments: z.array(deploymentSchema),
    latestDeployments: z.array(deploymentSchema),
    projects: z.number().int(),
    workers: z.number().int(),
    activePulses: z.number().int(),
    runs7d: z.object({ succeeded: z.number().int(), failed: z.number().int(), missed: z.number().int() }),
    nextCheckInAt: instantSchema.nullable(),
    nextRunAt: instantSchema.nullable(),
  })
  .meta({ id: "Overview" });
export type Overview = z.infer<typeof overviewSchema>;
