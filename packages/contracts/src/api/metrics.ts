import { z } from "zod";
import { instantSchema, zonedInstantSchema } from "./shared.js";

/** Rows are judged one by one, with a reason each, so the edge only looks at their number. */
export const samplesPushSchema = z
  .strictObject({
    /** What the sender's clock shows while it sends. */
    sentAt: z.iso.datetime({ offset: true }).optional(),
    samples: z.array(z.unknown()).min(1).max(1_000),
  })
  .meta({ id: "SamplesPush" });
export type SamplesPush = z.infer<typeof samplesPushSchema>;

export const samplesPushedSchema = z
  .object({
    accepted: z.number().int(),
    /** Rows that were there already, with the same values. */
    duplicates: z.number().int(),
    rejected: z.array(
      z.object({ index: z.number().int(), reason: z.string(), detail: z.string().nullable() }),
    ),
  })
  .meta({ id: "SamplesPushed" });
export type SamplesPushed = z.infer<typeof samplesPushedSchema>;

/** OTLP's `ExportMetricsServiceResponse`: empty when every point was taken. */
export const otlpAnswerSchema = z
  .object({
    partialSuccess: z.object({ rejectedDataPoints: z.string(), errorMessage: z.string() }).optional(),
  })
  .meta({ id: "OtlpMetricsAnswer" });
export type OtlpAnswer = z.infer<typeof otlpAnswerSchema>;

const query = z.string().trim().max(2_000);

export const prometheusSchema = z.strictObject({
  /** Where `/api/v1/query_range` is. */
  baseUrl: z.url().max(2_000),
  /** Matchers that every template gets as `$labels`. */
  labels: z
    .record(z.string().regex(/^[a-zA-Z_][a-zA-Z0-9_]{0,99}$/), z.string().max(200))
    .refine((labels) => Object.keys(labels).length <= 20, { error: "at most 20 labels" }),
  /** Span of rates, `$window`, 15 to 900 seconds. */
  windowSeconds: z.number().int().min(15).max(900).default(60),
  /** PromQL per metric; empty: not measured. */
  queries: z
    .strictObject({
      requests_per_sec: query,
      latency_p95: query,
      error_rate: query,
      cpu_usage: query,
      memory_usage: query,
    })
    .refine((queries) => Object.values(queries).some((text) => text !== ""), { error: "at least one query" }),
});
export type PrometheusSettings = z.infer<typeof prometheusSchema>;

/** A bearer token may come with it; absent: the one that is kept, if the address is the same; null: none. */
export const prometheusUpdateSchema = prometheusSchema
  .extend({
    token: z
      .string()
      .min(1)
      .max(4_000)
      .regex(/^[\x21-\x7e]+$/)
      .nullable()
      .optional(),
    /** Whether measuring may move to another host. */
    migrateHost: z.boolean().default(false),
  })
  .meta({ id: "PrometheusUpdate" });
export type PrometheusUpdate = z.infer<typeof prometheusUpdateSchema>;

const figure = z.object({
  mean: z.number().nullable(),
  min: z.number().nullable(),
  max: z.number().nullable(),
});

export const seriesQuerySchema = z.strictObject({
  /** What this environment's own endpoint measured, where it has one that is active; the project's otherwise. */
  environment: z.string().min(1).max(40).optional(),
  from: zonedInstantSchema.optional(),
  to: zonedInstantSchema.optional(),
  /** Most points, 10 to 1,000. */
  points: z.coerce.number().int().min(10).max(1_000).default(300),
});
export type SeriesQuery = z.infer<typeof seriesQuerySchema>;

/** What a project measured, down-sampled: each point stands for `stepSeconds`, beginning at `at`. */
export const seriesSchema = z
  .object({
    stepSeconds: z.number().int(),
    points: z.array(
      z.object({
        at: instantSchema,
        samples: z.number().int(),
        missing: z.number().int(),
        requests_per_sec: figure,
        latency_p95: figure,
        error_rate: figure,
        cpu_usage: figure,
        memory_usage: figure,
      }),
    ),
  })
  .meta({ id: "ProjectSeries" });
export type ProjectSeries = z.infer<typeof seriesSchema>;
