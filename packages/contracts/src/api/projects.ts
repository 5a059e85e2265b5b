import { z } from "zod";
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

export const observationSchema = z.strictObject({
  /** Seconds between two samples while a deployment is watched, 2 to 300. */
  sampleSeconds: z.number().int().min(2).max(300),
  /** Seconds that a finished deployment is observed, 30 to 86,400. */
  windowSeconds: z.number().int().min(30).max(86_400),
  /** Seconds between two baseline samples while nothing is deployed, 2 to 3,600. */
  baselineSeconds: z.number().int().min(2).max(3_600),
  /** Seconds after which a deployment that was never finished is abandoned, 60 to 86,400. */
  abandonSeconds: z.number().int().min(60).max(86_400),
});
export type Observation = z.infer<typeof observationSchema>;

export const projectCreateSchema = z
  .strictObject({
    name,
    environments: z.array(environment).min(1).max(10).default(["prod"]),
    metricsEndpoint: z.url().max(2_000).optional(),
    observation: observationSchema.partial().optional(),
  })
  .meta({ id: "ProjectCreate" });
export type ProjectCreate = z.infer<typeof projectCreateSchema>;

export const projectUpdateSchema = z
  .strictObject({
    name: name.optional(),
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
});

export const deploymentVerdictStateSchema = z.enum([
  "collecting",
  "ok",
  "warning",
  "rollback_recommended",
  "inconclusive",
]);

export const projectSchema = z
  .object({
    id: idSchema,
    name: z.string(),
    environments: z.array(z.string()),
    endpoint: endpointSchema,
    apiKey: z.object({ prefix: z.string(), lastFour: z.string(), lastUsedAt: instantSchema.nullable() }),
    hmacEnabled: z.boolean(),
    observation: observationSchema,
    lastSampleAt: instantSchema.nullable(),
    lastScrapeErrorCode: z.string().nullable(),
    stats: z.object({
      deployments: z.number().int(),
      ok: z.number().int(),
      warning: z.number().int(),
      rollbackRecommended: z.number().int(),
    }),
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

export const projectDeleteSchema = z
  .strictObject({ confirmationName: z.string() })
  .meta({ id: "ProjectDelete" });
export type ProjectDelete = z.infer<typeof projectDeleteSchema>;

export const endpointUpdateSchema = z
  .strictObject({ url: z.url().max(2_000) })
  .meta({ id: "EndpointUpdate" });
export type EndpointUpdate = z.infer<typeof endpointUpdateSchema>;

const metricsSchema = z.object({
  requestsPerSec: z.number(),
  latencyP95Ms: z.number(),
  errorRate: z.number(),
  cpuUsage: z.number(),
  memoryUsage: z.number(),
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
