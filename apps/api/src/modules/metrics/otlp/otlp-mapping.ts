import type { MetricName } from "../metric-values.js";

/**
 * How a metric of OpenTelemetry is read. `requests`: a histogram of the duration of requests, which gives three
 * metrics. `value`: as it is. `sum`: the sum of its points (a share per mode). `used`: the point whose attribute
 * says so, or one minus the idle one.
 */
export type OtlpReading =
  | { name: string; kind: "requests"; secondsPerUnit: number }
  | { name: string; kind: "value" | "sum" | "used"; metric: MetricName };

/**
 * Names that are read; everything else that an exporter sends is ignored. For one metric the first that is there
 * counts. Adding one: a row here and a line in docs/metrics-sources.md.
 */
export const OTLP_READINGS: readonly OtlpReading[] = [
  { name: "seqpulse.requests_per_sec", kind: "value", metric: "requests_per_sec" },
  { name: "seqpulse.latency_p95", kind: "value", metric: "latency_p95" },
  { name: "seqpulse.error_rate", kind: "value", metric: "error_rate" },
  { name: "seqpulse.cpu_usage", kind: "value", metric: "cpu_usage" },
  { name: "seqpulse.memory_usage", kind: "value", metric: "memory_usage" },
  { name: "http.server.request.duration", kind: "requests", secondsPerUnit: 1 },
  { name: "http.server.duration", kind: "requests", secondsPerUnit: 0.001 },
  { name: "process.cpu.utilization", kind: "sum", metric: "cpu_usage" },
  { name: "jvm.cpu.recent_utilization", kind: "value", metric: "cpu_usage" },
  { name: "container.cpu.utilization", kind: "value", metric: "cpu_usage" },
  { name: "system.cpu.utilization", kind: "used", metric: "cpu_usage" },
  { name: "process.memory.utilization", kind: "value", metric: "memory_usage" },
  { name: "container.memory.utilization", kind: "value", metric: "memory_usage" },
  { name: "system.memory.utilization", kind: "used", metric: "memory_usage" },
];
