import type { ScaleKind } from "./scales.js";
import type { MetricName } from "./types.js";

/** What the engine knows about a kind of measurement. Another metric is another row. */
export interface MetricTraits {
  scale: ScaleKind;
  /** Users feel it directly; resource metrics alone never recommend a rollback by default. */
  userFacing: boolean;
  /** First samples after the start that are warm-up where samples are plenty; never for errors. */
  warmUpSamples: number;
  /** How much worse a cold start alone may make the first sample, on the scale: double, 20 points. */
  coldStart: number;
  unit: "per_second" | "milliseconds" | "share";
}

export const METRIC_TRAITS: Record<MetricName, MetricTraits> = {
  error_rate: { scale: "share", userFacing: true, warmUpSamples: 0, coldStart: 0, unit: "share" },
  latency_p95: {
    scale: "log",
    userFacing: true,
    warmUpSamples: 2,
    coldStart: Math.LN2,
    unit: "milliseconds",
  },
  requests_per_sec: { scale: "log", userFacing: true, warmUpSamples: 0, coldStart: 0, unit: "per_second" },
  cpu_usage: { scale: "linear", userFacing: false, warmUpSamples: 2, coldStart: 0.2, unit: "share" },
  memory_usage: { scale: "linear", userFacing: false, warmUpSamples: 2, coldStart: 0, unit: "share" },
};

/** The order in which metrics are reported: what users feel first. */
export const REPORT_ORDER: readonly MetricName[] = [
  "error_rate",
  "latency_p95",
  "requests_per_sec",
  "cpu_usage",
  "memory_usage",
];
