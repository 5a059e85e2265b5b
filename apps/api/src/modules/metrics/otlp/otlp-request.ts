import { z } from "zod";

/** Protobuf's 64-bit integers are text in JSON; exporters in use also write them as numbers. */
const integer = z.union([z.string().regex(/^-?\d{1,20}$/), z.number().int()]).transform(Number);
const nanos = z.union([z.string().regex(/^\d{1,20}$/), z.number().int().nonnegative()]).transform(toMs);
const number = z.union([z.number(), z.enum(["NaN", "Infinity", "-Infinity"])]).transform(Number);

/** Milliseconds with fractions: nanoseconds since 1970 do not fit a JavaScript number. */
function toMs(value: string | number): number {
  const text = String(value);
  return Number(text.slice(0, -6) || "0") + Number(`0.${text.slice(-6).padStart(6, "0")}`);
}

const attributes = z
  .array(
    z.object({
      key: z.string(),
      value: z.object({ stringValue: z.string().optional(), intValue: integer.optional() }).optional(),
    }),
  )
  .default([]);
const point = { attributes, startTimeUnixNano: nanos.optional(), timeUnixNano: nanos };
const numberPoint = z.object({ ...point, asDouble: number.optional(), asInt: integer.optional() });
const histogramPoint = z.object({
  ...point,
  count: integer,
  max: number.optional(),
  bucketCounts: z.array(integer).max(1_000).default([]),
  explicitBounds: z.array(number).max(1_000).default([]),
});
const exponentialBuckets = z.object({
  offset: integer.default(0),
  bucketCounts: z.array(integer).max(1_000).default([]),
});
const exponentialPoint = z.object({
  ...point,
  count: integer,
  scale: integer.default(0),
  zeroCount: integer.default(0),
  positive: exponentialBuckets.optional(),
});
/** 1 delta, 2 cumulative; by name where an exporter writes it so. */
const temporality = z
  .union([z.number().int(), z.string()])
  .transform((value) => value === 1 || value === "AGGREGATION_TEMPORALITY_DELTA");

const metric = z.object({
  name: z.string().max(255),
  gauge: z.object({ dataPoints: z.array(z.unknown()).default([]) }).optional(),
  sum: z.object({ dataPoints: z.array(z.unknown()).default([]) }).optional(),
  histogram: z
    .object({
      dataPoints: z.array(z.unknown()).default([]),
      aggregationTemporality: temporality.default(false),
    })
    .optional(),
  exponentialHistogram: z
    .object({
      dataPoints: z.array(z.unknown()).default([]),
      aggregationTemporality: temporality.default(false),
    })
    .optional(),
});

/** `ExportMetricsServiceRequest` in OTLP's JSON form: what of it is read. */
export const otlpRequestSchema = z
  .object({
    resourceMetrics: z
      .array(
        z.object({
          resource: z.object({ attributes }).optional(),
          scopeMetrics: z.array(z.object({ metrics: z.array(metric).default([]) })).default([]),
        }),
      )
      .max(1_000)
      .default([]),
  })
  .meta({ id: "OtlpMetricsRequest" });
export type OtlpRequest = z.infer<typeof otlpRequestSchema>;
export type OtlpMetric = z.infer<typeof metric>;
export type OtlpAttributes = z.infer<typeof attributes>;

export const numberPointSchema = numberPoint;
export const histogramPointSchema = histogramPoint;
export const exponentialPointSchema = exponentialPoint;
