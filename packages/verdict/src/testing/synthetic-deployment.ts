import type { MetricName, SampleRow, VerdictInput } from "../types.js";

/** A repeatable source of numbers in 0..1 (Mulberry32), so that every simulation can be replayed. */
export type Chance = () => number;

export function seededChance(seed: number): Chance {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A standard normal deviate (sum of twelve uniform ones). */
export function normal(chance: Chance): number {
  let sum = -6;
  for (let i = 0; i < 12; i += 1) sum += chance();
  return sum;
}

/** What a fault does to one sample after the deployment; `position` counts from 0. */
export type Fault = (row: Required<SampleRow>, position: number) => Partial<SampleRow>;

export interface SyntheticOptions {
  seed: number;
  preSamples?: number;
  postSamples?: number;
  /** First-order autocorrelation of the noise, 0..1. */
  correlation?: number;
  /** Baseline share of failing requests. */
  errorRate?: number;
  fault?: Fault;
}

const STEP_SECONDS = 2;
const REQUESTS_PER_SECOND = 40;

/** A small web service before and after a deployment: noisy, with a short cold start. */
export function syntheticDeployment(
  options: SyntheticOptions,
): VerdictInput & { expectedPostSamples: number } {
  const { seed, preSamples = 40, postSamples = 30, fault } = options;
  const chance = seededChance(seed);
  const noise = noiseSource(chance, options.correlation ?? 0);
  const row = (at: number) => healthyRow(at, { noise, chance, errorRate: options.errorRate ?? 0.002 });
  const pre = Array.from({ length: preSamples }, (_, i) => row(i * STEP_SECONDS * 1000));
  const deployedAt = (preSamples + 10) * STEP_SECONDS * 1000;
  const post = Array.from({ length: postSamples }, (_, i) => {
    const started = coldStart(row(deployedAt + i * STEP_SECONDS * 1000), i, chance);
    return fault ? { ...started, ...fault(started, i) } : started;
  });
  return {
    pre,
    post,
    windowEnded: true,
    stepSeconds: STEP_SECONDS,
    expectedPostSamples: postSamples,
    pipeline: "succeeded",
  };
}

interface RowOptions {
  noise: (metric: MetricName) => number;
  chance: Chance;
  errorRate: number;
}

function healthyRow(at: number, { noise, chance, errorRate }: RowOptions): Required<SampleRow> {
  const perSecond = REQUESTS_PER_SECOND * Math.exp(0.1 * noise("requests_per_sec"));
  const requests = Math.max(1, Math.round(perSecond * STEP_SECONDS));
  let failed = 0;
  for (let i = 0; i < requests; i += 1) if (chance() < errorRate) failed += 1;
  return {
    at,
    requests_per_sec: requests / STEP_SECONDS,
    latency_p95: 60 * Math.exp(0.12 * noise("latency_p95")),
    error_rate: failed / requests,
    cpu_usage: Math.max(0.01, 0.2 + 0.03 * noise("cpu_usage")),
    memory_usage: 0.4 + 0.005 * noise("memory_usage"),
  };
}

function noiseSource(chance: Chance, correlation: number): (metric: MetricName) => number {
  const last = new Map<MetricName, number>();
  const fresh = Math.sqrt(1 - correlation ** 2);
  return (metric) => {
    const before = last.get(metric);
    const next = before === undefined ? normal(chance) : correlation * before + fresh * normal(chance);
    last.set(metric, next);
    return next;
  };
}

const COLD_SAMPLES = 3;

function coldStart(row: Required<SampleRow>, position: number, chance: Chance): Required<SampleRow> {
  if (position >= COLD_SAMPLES) return row;
  return {
    ...row,
    latency_p95: (row.latency_p95 ?? 0) * (1.5 + chance()),
    cpu_usage: (row.cpu_usage ?? 0) + 0.3,
  };
}

/** The faults that a version can really have, by what they do to the metrics. */
export const FAULTS = {
  errors: ({ error_rate }, i) => ({ error_rate: (error_rate ?? 0) + 0.1 + 0.02 * (i % 5) }),
  latency: ({ latency_p95 }) => ({ latency_p95: (latency_p95 ?? 0) * 2.5 }),
  cpu: ({ cpu_usage }) => ({ cpu_usage: Math.min(1, (cpu_usage ?? 0) + 0.65) }),
  traffic: ({ requests_per_sec }) => ({ requests_per_sec: (requests_per_sec ?? 0) / 2 }),
} as const satisfies Record<string, Fault>;
