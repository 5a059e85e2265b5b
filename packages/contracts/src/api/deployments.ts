import { z } from "zod";
import { deploymentVerdictStateSchema } from "./projects.js";
import { idSchema, instantSchema, localeSchema, pageQuerySchema, zonedInstantSchema } from "./shared.js";

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

/**
 * One number that a hint rests on, in `unit`; null where it is not known or means nothing. `threshold` is what
 * `heldTo` says: the level before and the smallest change that matters, a limit of the project's policy, or a fixed
 * limit of the engine. From `securedThreshold` on it counts: inside a limit its secured share, beyond a change the
 * service's own noise. `tolerance` and `breachShare` are shares of the samples. `exceedRatio` is the change as a
 * multiple of the smallest that matters, or the level as a multiple of the limit (the other way round where falling
 * is worse); below 1 it is not over. `low` and `high` are the 95 % interval of `absolute`; `relative` is a share of
 * `before`; `worst` is the worst sample of what went away.
 */
export const hintEvidenceSchema = z
  .object({
    measure: z.enum([
      ...metricNameSchema.options,
      "memory_growth",
      "breach_share",
      "onset",
      "coverage",
      "baseline_samples",
      "requests",
    ]),
    unit: z.enum(["per_second", "milliseconds", "share", "share_per_hour", "seconds", "count"]),
    heldTo: z.enum(["baseline", "project_limit", "engine_limit"]),
    before: z.number().nullable(),
    observed: z.number().nullable(),
    worst: z.number().nullable(),
    threshold: z.number().nullable(),
    securedThreshold: z.number().nullable(),
    tolerance: z.number().nullable(),
    breachShare: z.number().nullable(),
    breachShareBefore: z.number().nullable(),
    exceedRatio: z.number().nullable(),
    absolute: z.number().nullable(),
    relative: z.number().nullable(),
    low: z.number().nullable(),
    high: z.number().nullable(),
    confidence: z.number().min(0).max(1).nullable(),
  })
  .meta({ id: "HintEvidence" });

export const hintSchema = z
  .object({
    code: z.string(),
    severity: z.enum(["critical", "warning", "info"]),
    metrics: z.array(metricNameSchema),
    title: renderedTextSchema,
    cause: renderedTextSchema,
    actions: z.array(renderedTextSchema),
    /** A line for each signal that has a number; none of verdicts from before they were kept. */
    evidence: z.array(hintEvidenceSchema),
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
    committedAt: instantSchema.nullable(),
    pullRequest: z.string().nullable(),
    actor: z.string().nullable(),
    runUrl: z.string().nullable(),
    isRollback: z.boolean(),
    state: deploymentStateSchema,
    pipelineResult: z.enum(["success", "failed"]).nullable(),
    verdictState: deploymentVerdictStateSchema,
    confidence: z.number().nullable(),
    /** Whose metrics endpoint it is judged by. */
    measuredBy: z.enum(["project", "environment"]),
    /** Nothing follows from the verdict: the policy only tries it out. */
    dryRun: z.boolean(),
    /** A look an hour or a day later found what the verdict had not. */
    lateWarning: z.boolean(),
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

const searchText = z
  .string()
  .trim()
  .min(1)
  .max(100)
  .refine((value) => !value.includes("\0"), { error: "NUL is not allowed" });

/**
 * What a list of deployments is narrowed by. `from` is included, `to` is not; `search` looks into branch, version,
 * commit, pull request and actor, and takes `dpl_7` or `#7` for a number. A name that is none of these is refused: a
 * misspelt filter would answer with everything.
 */
export const deploymentFilterSchema = z.strictObject({
  projectId: idSchema.optional(),
  environment: z.string().max(40).optional(),
  service: z.string().max(80).optional(),
  state: deploymentStateSchema.optional(),
  verdict: deploymentVerdictStateSchema.optional(),
  rollback: z.enum(["true", "false"]).optional(),
  late: z.enum(["true", "false"]).optional(),
  dryRun: z.enum(["true", "false"]).optional(),
  from: zonedInstantSchema.optional(),
  to: zonedInstantSchema.optional(),
  search: searchText.optional(),
});
export type DeploymentFilter = z.infer<typeof deploymentFilterSchema>;

/** What a list can be ordered by. `verdict` and `state` order by how much they ask for, not by the alphabet. */
export const deploymentSortSchema = z.enum([
  "started",
  "project",
  "environment",
  "state",
  "verdict",
  "confidence",
  "duration",
]);
export type DeploymentSort = z.infer<typeof deploymentSortSchema>;

/** Newest first, unless something else is asked for. A cursor belongs to the order that it was made with. */
export const deploymentListQuerySchema = z.strictObject({
  ...pageQuerySchema.shape,
  // Longer than other lists' cursors, because it may hold a project's name.
  cursor: z.string().max(600).optional(),
  ...deploymentFilterSchema.shape,
  sort: deploymentSortSchema.optional(),
  order: z.enum(["asc", "desc"]).optional(),
});
export type DeploymentListQuery = z.infer<typeof deploymentListQuerySchema>;

/** Query of `GET /api/v1/deployments/export`. */
export const deploymentExportQuerySchema = deploymentFilterSchema.extend({
  format: z.enum(["csv", "json"]).default("csv"),
});
export type DeploymentExportQuery = z.infer<typeof deploymentExportQuerySchema>;

/**
 * How many of the narrowed deployments have come to what, and by what else they can be narrowed. A dry run counts in
 * `total` and `dryRun` only, unless the filter asks for dry runs alone: then what they came to is counted.
 */
export const deploymentCountsSchema = z
  .object({
    total: z.number().int(),
    collecting: z.number().int(),
    ok: z.number().int(),
    warning: z.number().int(),
    rollbackRecommended: z.number().int(),
    inconclusive: z.number().int(),
    lateWarnings: z.number().int(),
    dryRun: z.number().int(),
    services: z.array(z.string()),
  })
  .meta({ id: "DeploymentCounts" });
export type DeploymentCounts = z.infer<typeof deploymentCountsSchema>;

/** One sample; `missing` marks a scrape that failed, with its reason, and then the metrics are null. */
export const sampleSchema = z.object({
  at: instantSchema,
  phase: z.enum(["baseline", "deploying", "observing"]),
  /** Of the time before, and no part of the baseline: an earlier version ran then that was found wanting. */
  leftOut: z.boolean(),
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

/**
 * Query of `GET /api/v1/deployments/{id}/events`: samples after that instant come first. A browser that resumes says it
 * by `Last-Event-ID`, which goes before. `locale` is the language of the verdict's texts.
 */
export const deploymentStreamQuerySchema = z.strictObject({
  after: instantSchema.optional(),
  locale: localeSchema.optional(),
});
export type DeploymentStreamQuery = z.infer<typeof deploymentStreamQuerySchema>;

/** Why people are told of a deployment. A verdict without consequences (dry run) tells nobody. */
export const deploymentNoticeKindSchema = z.enum(["warning", "rollback_recommended", "late_warning"]);

export const deploymentNoticeSchema = z
  .object({ kind: deploymentNoticeKindSchema, raisedAt: instantSchema, deployment: deploymentSchema })
  .meta({ id: "DeploymentNotice" });
export type DeploymentNotice = z.infer<typeof deploymentNoticeSchema>;

/** Query of `GET /api/v1/hints`: deployments with a hint, newest first; `days`: only those begun since. */
export const hintListQuerySchema = z.strictObject({
  ...pageQuerySchema.shape,
  projectId: idSchema.optional(),
  dryRun: z.enum(["true", "false"]).optional(),
  days: z.coerce.number().int().min(1).max(365).optional(),
  severity: hintSchema.shape.severity.optional(),
});
export type HintListQuery = z.infer<typeof hintListQuerySchema>;

/** Query of `GET /api/v1/hints/counts`. */
export const hintCountsQuerySchema = z.strictObject({ projectId: idSchema.optional() });
export type HintCountsQuery = z.infer<typeof hintCountsQuerySchema>;

/** A deployment with its hints, most severe first; with a severity asked for, only those. */
export const hintedDeploymentSchema = z
  .object({ deployment: deploymentSchema, hints: z.array(hintSchema) })
  .meta({ id: "HintedDeployment" });
export type HintedDeployment = z.infer<typeof hintedDeploymentSchema>;

/** How many hints the last `days` brought, by severity; those of dry runs are a number of their own. */
export const hintCountsSchema = z
  .object({
    days: z.number().int(),
    critical: z.number().int(),
    warning: z.number().int(),
    info: z.number().int(),
    dryRun: z.number().int(),
  })
  .meta({ id: "HintCounts" });
export type HintCounts = z.infer<typeof hintCountsSchema>;

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
