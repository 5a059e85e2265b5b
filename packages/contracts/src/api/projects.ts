import { z } from "zod";
import { prometheusSchema } from "./metrics.js";
import { idSchema, instantSchema } from "./shared.js";

const name = z
  .string()
  .trim()
  .min(1)
  .max(80)
  .refine((value) => !value.includes("\0"), { error: "NUL is not allowed" });
const environment = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._-]{0,39}$/, { error: "lower-case letters, digits, dot, dash, underscore" });

const description = z
  .string()
  .trim()
  .max(500)
  .refine((value) => !value.includes("\0"), { error: "NUL is not allowed" });
const services = z.array(z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._/-]{0,79}$/)).max(50);

/** What a project's service is written in: chooses the snippets that its page shows. */
export const STACKS = ["node", "python", "go", "other"] as const;
const stack = z.enum(STACKS);

export const observationSchema = z.strictObject({
  /** Seconds between two samples while a deployment is watched, 2 to 300. */
  sampleSeconds: z.number().int().min(2).max(300),
  /** Seconds that a finished deployment is observed, 30 to 86,400. */
  windowSeconds: z.number().int().min(30).max(86_400),
  /** Seconds between two baseline samples while nothing is deployed, 2 to 3,600. */
  baselineSeconds: z.number().int().min(2).max(3_600),
  /** Whether anything is measured while nothing is deployed. */
  baselineEnabled: z.boolean(),
  /** Seconds after which a deployment that was never finished is abandoned, 60 to 86,400. */
  abandonSeconds: z.number().int().min(60).max(86_400),
});
export type Observation = z.infer<typeof observationSchema>;

/** How deployments of a project are watched that says nothing of it. */
export const DEFAULT_OBSERVATION: Observation = {
  sampleSeconds: 10,
  windowSeconds: 900,
  baselineSeconds: 60,
  baselineEnabled: true,
  abandonSeconds: 7_200,
};

/** Whether a window may hold the three samples that a verdict needs at least. */
export const holdsEnoughSamples = ({
  sampleSeconds,
  windowSeconds,
}: Pick<Observation, "sampleSeconds" | "windowSeconds">): boolean => windowSeconds >= 3 * sampleSeconds;
export const TOO_FEW_SAMPLES = {
  path: "observation.windowSeconds",
  message: "at least three times sampleSeconds",
};

export const projectCreateSchema = z
  .strictObject({
    name,
    description: description.optional(),
    stack: stack.optional(),
    services: services.optional(),
    environments: z.array(environment).min(1).max(10).default(["prod"]),
    metricsEndpoint: z.url().max(2_000).optional(),
    observation: observationSchema.partial().optional(),
  })
  .refine(({ observation }) => holdsEnoughSamples({ ...DEFAULT_OBSERVATION, ...observation }), {
    path: TOO_FEW_SAMPLES.path.split("."),
    error: TOO_FEW_SAMPLES.message,
  })
  .meta({ id: "ProjectCreate" });
export type ProjectCreate = z.infer<typeof projectCreateSchema>;

export const projectUpdateSchema = z
  .strictObject({
    name: name.optional(),
    description: description.optional(),
    stack: stack.nullable().optional(),
    services: services.optional(),
    environments: z.array(environment).min(1).max(10).optional(),
    observation: observationSchema.partial().optional(),
  })
  .meta({ id: "ProjectUpdate" });
export type ProjectUpdate = z.infer<typeof projectUpdateSchema>;

export const endpointSchema = z.object({
  state: z.enum(["none", "pending", "active", "blocked"]),
  activeUrl: z.string().nullable(),
  candidateUrl: z.string().nullable(),
  lastTestedAt: instantSchema.nullable(),
  lastTestErrorCode: z.string().nullable(),
  lastVerifiedAt: instantSchema.nullable(),
  /** Where samples come from. */
  source: z.enum(["endpoint", "push", "prometheus"]),
  /** What is asked of Prometheus, where that is the source. */
  prometheus: prometheusSchema.extend({ hasToken: z.boolean() }).nullable(),
  /** The host that is measured. Another one needs a migration. */
  hostLock: z.string().nullable(),
  /** Grows when another address begins to be measured: earlier samples are no baseline any more. */
  baselineVersion: z.number().int(),
  hmacVersion: z.enum(["v2", "v3"]),
});

export const deploymentVerdictStateSchema = z.enum([
  "collecting",
  "ok",
  "warning",
  "rollback_recommended",
  "inconclusive",
]);

/** The days whose deployments a project counts: all there ever were would be read for each page of a list. */
export const PROJECT_STATS_DAYS = 30;

export const projectSchema = z
  .object({
    id: idSchema,
    name: z.string(),
    description: z.string(),
    stack: stack.nullable(),
    services: z.array(z.string()),
    environments: z.array(z.string()),
    endpoint: endpointSchema,
    /** Environments that are measured at an address of their own; all others are measured by the project's. */
    environmentEndpoints: z.array(
      endpointSchema.extend({
        environment: z.string(),
        lastSampleAt: instantSchema.nullable(),
        lastScrapeErrorCode: z.string().nullable(),
      }),
    ),
    /** This month's changes of the endpoint, and how many are allowed; null where they are not limited. */
    changes: z.object({
      path: z.object({ used: z.number().int(), limit: z.number().int().nullable() }),
      host: z.object({ used: z.number().int(), limit: z.number().int().nullable() }),
    }),
    apiKey: z.object({
      prefix: z.string(),
      lastFour: z.string(),
      lastUsedAt: instantSchema.nullable(),
      /** Keys that were replaced and are still accepted for a while. */
      previous: z.array(
        z.object({ lastFour: z.string(), lastUsedAt: instantSchema.nullable(), expiresAt: instantSchema }),
      ),
    }),
    hmacEnabled: z.boolean(),
    /** Until when the secret before the last rotation is tried too. */
    /** Another one after each change of the secret, which it says nothing of; null where scrapes are not signed. */
    hmacSecretId: z.string().nullable(),
    hmacPreviousUntil: instantSchema.nullable(),
    observation: observationSchema,
    lastSampleAt: instantSchema.nullable(),
    lastScrapeErrorCode: z.string().nullable(),
    /** Of the last `PROJECT_STATS_DAYS` days. Verdicts of dry runs count as deployments only. */
    stats: z.object({
      deployments: z.number().int(),
      ok: z.number().int(),
      warning: z.number().int(),
      rollbackRecommended: z.number().int(),
    }),
    /** The deployment that was begun last. */
    latest: z
      .object({
        id: idSchema,
        environment: z.string(),
        verdict: deploymentVerdictStateSchema,
        dryRun: z.boolean(),
        startedAt: instantSchema,
      })
      .nullable(),
    createdAt: instantSchema,
  })
  .meta({ id: "Project" });
export type Project = z.infer<typeof projectSchema>;

/** Answer of creating a project: the only time its API key is shown. */
export const projectCreatedSchema = z
  .object({ project: projectSchema, apiKeyPlain: z.string() })
  .meta({ id: "ProjectCreated" });
export type ProjectCreated = z.infer<typeof projectCreatedSchema>;

/** A fresh API key or HMAC secret: the only time it is shown. */
export const secretShownSchema = z.object({ secretPlain: z.string() }).meta({ id: "SecretShown" });
export type SecretShown = z.infer<typeof secretShownSchema>;

/** A key or secret is replaced; the old one stays good for a while, up to a week. Absent: it ends at once. */
const rotateSchema = z.strictObject({ overlapSeconds: z.number().int().min(0).max(604_800).optional() });

/** `expectedLastFour`: the key that is to be replaced ends so; if it is another one by now, nothing happens. */
export const apiKeyRotateSchema = rotateSchema
  .extend({ expectedLastFour: z.string().length(4).optional() })
  .meta({ id: "ApiKeyRotate" });
export type ApiKeyRotate = z.infer<typeof apiKeyRotateSchema>;

/** `expectedSecretId`: the secret that is to be replaced is the one of this id; if it is another one by now, nothing happens. */
export const hmacRotateSchema = rotateSchema
  .extend({ expectedSecretId: z.string().max(64).optional() })
  .meta({ id: "HmacRotate" });
export type HmacRotate = z.infer<typeof hmacRotateSchema>;

export const projectDeleteSchema = z
  .strictObject({ confirmationName: z.string() })
  .meta({ id: "ProjectDelete" });
export type ProjectDelete = z.infer<typeof projectDeleteSchema>;

export const endpointUpdateSchema = z
  .strictObject({
    url: z.url().max(2_000),
    /** Whether measuring may move to another host than the locked one. */
    migrateHost: z.boolean().optional(),
    /** Only for this environment; without one, for all that have no address of their own. */
    environment: z.string().max(40).optional(),
  })
  .meta({ id: "EndpointUpdate" });
export type EndpointUpdate = z.infer<typeof endpointUpdateSchema>;

/** Query of an endpoint's routes: one environment's own, or the project's. */
export const endpointQuerySchema = z.strictObject({ environment: z.string().min(1).max(40).optional() });
export type EndpointQuery = z.infer<typeof endpointQuerySchema>;
/** Only an environment's own endpoint can be removed. */
export const endpointRemovalQuerySchema = z.strictObject({ environment: z.string().min(1).max(40) });
export type EndpointRemovalQuery = z.infer<typeof endpointRemovalQuerySchema>;

export const sourceUpdateSchema = z
  .strictObject({ source: z.enum(["endpoint", "push"]) })
  .meta({ id: "SourceUpdate" });
export type SourceUpdate = z.infer<typeof sourceUpdateSchema>;

export const endpointBlockSchema = z.strictObject({ blocked: z.boolean() }).meta({ id: "EndpointBlock" });
export type EndpointBlock = z.infer<typeof endpointBlockSchema>;

/** One event of an endpoint's history. */
export const endpointChangeSchema = z
  .object({
    id: idSchema,
    kind: z.enum([
      "candidate_updated",
      "test_succeeded",
      "test_failed",
      "activated",
      "removed",
      "blocked",
      "unblocked",
    ]),
    /** Whose endpoint; null for the project's. */
    environment: z.string().nullable(),
    source: z.enum(["endpoint", "push", "prometheus"]),
    host: z.string().nullable(),
    /** What an activation replaced: only the path, or the host too. */
    replaced: z.enum(["path", "host"]).nullable(),
    reason: z.string().nullable(),
    baselineVersion: z.number().int(),
    at: instantSchema,
  })
  .meta({ id: "EndpointChange" });
export type EndpointChange = z.infer<typeof endpointChangeSchema>;

/** What an administrator allows a workspace; null is no limit. */
const limit = z.number().int().min(0).max(1_000_000).nullable();
export const quotasSchema = z
  .strictObject({
    deploymentsPerMonth: limit,
    projects: limit,
    environments: limit,
    pathChangesPerMonth: limit,
    hostChangesPerMonth: limit,
  })
  .meta({ id: "Quotas" });
export type Quotas = z.infer<typeof quotasSchema>;
export const workspaceQuotasSchema = z
  .object({ workspaceId: idSchema, quotas: quotasSchema })
  .meta({ id: "WorkspaceQuotas" });
export type WorkspaceQuotas = z.infer<typeof workspaceQuotasSchema>;
const use = z.object({ used: z.number().int(), limit: z.number().int().nullable() });

/** What a workspace may use, and how much of it is used; months are calendar months in UTC. */
export const quotaUseSchema = z
  .object({
    monthEndsAt: instantSchema,
    deployments: use,
    projects: use,
    perProject: z.array(
      z.object({
        id: idSchema,
        name: z.string(),
        deployments: z.number().int(),
        environments: use,
        pathChanges: use,
        hostChanges: use,
      }),
    ),
  })
  .meta({ id: "QuotaUse" });
export type QuotaUse = z.infer<typeof quotaUseSchema>;
export const quotaOwnerSchema = z.object({ email: z.email().max(320) });
export type QuotaOwner = z.infer<typeof quotaOwnerSchema>;

const metricsSchema = z.object({
  requestsPerSec: z.number().nullable(),
  latencyP95Ms: z.number().nullable(),
  errorRate: z.number().nullable(),
  cpuUsage: z.number().nullable(),
  memoryUsage: z.number().nullable(),
});

/** Outcome of testing a candidate endpoint; on success it is the active one. */
export const endpointTestSchema = z
  .object({
    ok: z.boolean(),
    endpoint: endpointSchema,
    errorCode: z.string().nullable(),
    errorDetail: z.string().nullable(),
    sample: metricsSchema.nullable(),
  })
  .meta({ id: "EndpointTest" });
export type EndpointTest = z.infer<typeof endpointTestSchema>;
