import type { MetricName } from "@pulsekeep/contracts/api/deployments";

/** What can be deployed here: a version without a fault, and those with one, by the names of `demo:deploy`. */
export type Fault = "errors" | "latency" | "cpu" | "traffic";
export const FAULTS: readonly Fault[] = ["errors", "latency", "cpu", "traffic"];

/** One scrape; null where it brought nothing. */
export type Sample = Record<MetricName, number | null>;

/** How a fault shows, for somebody who knows it. */
export interface Trace {
  metric: MetricName;
  /** 1: it raises the metric, -1: it lowers it. */
  sign: 1 | -1;
  scale: "linear" | "log" | "count";
  /** Smallest change that matters by default, on the scale; of a count, in failures per request. */
  smallest: number;
  /** First samples that a cold start alone may explain, of any version; they are nobody's evidence. */
  coldSamples: number;
  /** It may recommend a rollback; a resource alone only warns, so that the first look that names it is the call. */
  userFacing: boolean;
}

export const TRACES: Record<Fault, Trace> = {
  errors: {
    metric: "error_rate",
    sign: 1,
    scale: "count",
    smallest: 0.002,
    coldSamples: 0,
    userFacing: true,
  },
  latency: {
    metric: "latency_p95",
    sign: 1,
    scale: "log",
    smallest: Math.log(1.05),
    coldSamples: 2,
    userFacing: true,
  },
  cpu: { metric: "cpu_usage", sign: 1, scale: "linear", smallest: 0.05, coldSamples: 2, userFacing: false },
  traffic: {
    metric: "requests_per_sec",
    sign: -1,
    scale: "log",
    smallest: -Math.log(0.85),
    coldSamples: 0,
    userFacing: true,
  },
};
