import type { SampleRow, VerdictInput, WindowPair } from "../types.js";
import type { Chance, Fault } from "./synthetic-deployment.js";
import { normal, seededChance } from "./synthetic-deployment.js";

export interface BusyOptions {
  seed: number;
  preSamples?: number;
  /** Seconds between two baseline samples. */
  preStepSeconds?: number;
  /** Samples between two error bursts, on average. */
  burstEvery?: number;
  /** Longest error burst, in samples. */
  longestBurst?: number;
  fault?: Fault;
}

const STEP_SECONDS = 2;
const POST_SAMPLES = 30;
const REQUESTS_PER_SECOND = 30;
const MEMORY_OF_NOISE = 0.6;

/** Something that comes by chance, lasts some samples and is gone. */
interface Episode {
  left: number;
  strength: number;
}

/**
 * A service with a bad temper before and after a deployment that did nothing to it: demand that swings, busy
 * stretches, bursts of errors, garbage collections in every twentieth sample, and caches that are cold at first.
 */
export function busyDeployment(options: BusyOptions): VerdictInput & { expectedPostSamples: number } {
  const { seed, preSamples = 60, preStepSeconds = STEP_SECONDS, fault } = options;
  const next = busyService(seededChance(seed), options);
  const every = preStepSeconds / STEP_SECONDS;
  const before = Array.from({ length: preSamples * every }, (_, i) => next(i, null));
  const startAt = before.length + 5;
  const after = Array.from({ length: POST_SAMPLES }, (_, i) => {
    const row = next(startAt + i, i);
    return fault ? { ...row, ...fault(row, i) } : row;
  });
  return {
    pre: before.filter((_, i) => i % every === every - 1),
    post: after,
    windowEnded: true,
    stepSeconds: STEP_SECONDS,
    expectedPostSamples: POST_SAMPLES,
    pipeline: "succeeded",
  };
}

/** Earlier clean deployments of the same service. */
export function busyHistory(options: BusyOptions, deployments: number): WindowPair[] {
  return Array.from({ length: deployments }, (_, i) => {
    const { pre, post } = busyDeployment({
      ...options,
      fault: undefined,
      seed: options.seed + 99_991 * (i + 1),
    });
    return { pre, post };
  });
}

function busyService(chance: Chance, { burstEvery = 90, longestBurst = 3 }: BusyOptions) {
  const period = 20 + 180 * chance();
  const phase = 6 * chance();
  const noise = { traffic: 0, latency: 0, cpu: 0 };
  const burst: Episode = { left: 0, strength: 0 };
  const rush: Episode = { left: 0, strength: 1 };
  return (tick: number, sinceDeployment: number | null): Required<SampleRow> => {
    for (const name of ["traffic", "latency", "cpu"] as const)
      noise[name] = MEMORY_OF_NOISE * noise[name] + Math.sqrt(1 - MEMORY_OF_NOISE ** 2) * normal(chance);
    comeAndGo(burst, chance, { every: burstEvery, longest: longestBurst, strength: 0.02 + 0.1 * chance() });
    comeAndGo(rush, chance, { every: 120, longest: 8, strength: 1.3 + chance() });
    const swing = 1 + 0.15 * Math.sin((2 * Math.PI * tick) / period + phase);
    const demand = swing * Math.exp(0.08 * noise.traffic) * (rush.left > 0 ? rush.strength : 1);
    const requests = counted(chance, REQUESTS_PER_SECOND * demand * STEP_SECONDS);
    const failed = counted(chance, requests * (0.002 + (burst.left > 0 ? burst.strength : 0)));
    const collects = chance() < 0.05;
    const cold = sinceDeployment === null ? 0 : Math.exp(-sinceDeployment / 3);
    const pause = collects ? 1.5 + 2.5 * chance() : 1;
    return {
      at: tick * STEP_SECONDS * 1000,
      requests_per_sec: requests / STEP_SECONDS,
      latency_p95: 60 * demand ** 0.3 * Math.exp(0.1 * noise.latency) * pause * (1 + 1.5 * cold),
      error_rate: requests === 0 ? 0 : Math.min(1, failed / requests),
      cpu_usage: Math.min(1, 0.1 + 0.14 * demand + 0.02 * noise.cpu + (collects ? 0.15 : 0) + 0.3 * cold),
      memory_usage: 0.4 + 0.005 * normal(chance),
    };
  };
}

function comeAndGo(
  episode: Episode,
  chance: Chance,
  { every, longest, strength }: { every: number; longest: number; strength: number },
): void {
  if (episode.left > 0) episode.left -= 1;
  if (episode.left > 0 || chance() >= 1 / every) return;
  episode.left = 1 + Math.floor(longest * chance());
  episode.strength = strength;
}

/** About a Poisson number, by its normal limit. */
function counted(chance: Chance, mean: number): number {
  if (mean > 15) return Math.max(0, Math.round(mean + Math.sqrt(mean) * normal(chance)));
  let count = -1;
  for (let left = Math.exp(mean); left >= 1; left *= chance()) count += 1;
  return count;
}
