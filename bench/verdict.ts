import {
  evaluate,
  METRIC_NAMES,
  type MetricName,
  type SampleRow,
  type VerdictInput,
} from "@pulsekeep/verdict";
import { printLine, say } from "./lines.ts";
import { median } from "./medians.ts";
import type { BenchOptions } from "./options.ts";

const ROUND_MS = 2_000;
const DEPLOYMENTS = 240;
const PRE_SAMPLES = 120;
const POST_SAMPLES = 60;
const STEP_MS = 2_000;

type Judge = (input: VerdictInput) => boolean;
type Noise = (metric: MetricName) => number;

/** Every third deployment has a fault, each in another metric; all of them are noisy. */
function deployments(): VerdictInput[] {
  return Array.from({ length: DEPLOYMENTS }, (_, i) => {
    const chance = seededChance(i + 1);
    const noise = linkedNoise(chance, [0, 0.3, 0.6][i % 3] ?? 0);
    const fault = i % 3 === 2 ? METRIC_NAMES[Math.floor(i / 3) % METRIC_NAMES.length] : undefined;
    const pre = Array.from({ length: PRE_SAMPLES }, (_, at) => healthy(at * STEP_MS, noise, chance));
    const post = Array.from({ length: POST_SAMPLES }, (_, at) => {
      const row = healthy((PRE_SAMPLES + at) * STEP_MS, noise, chance);
      return fault === undefined ? row : { ...row, ...broken(row, fault) };
    });
    return { pre, post, windowEnded: true, stepSeconds: STEP_MS / 1_000, pipeline: "succeeded" };
  });
}

function healthy(at: number, noise: Noise, chance: () => number): SampleRow {
  const requests = 80 * Math.exp(0.1 * noise("requests_per_sec"));
  return {
    at,
    requests_per_sec: requests / 2,
    latency_p95: 60 * Math.exp(0.12 * noise("latency_p95")),
    error_rate: chance() < 0.15 ? 1 / requests : 0,
    cpu_usage: Math.max(0.01, 0.2 + 0.03 * noise("cpu_usage")),
    memory_usage: 0.4 + 0.005 * noise("memory_usage"),
  };
}

function broken(row: SampleRow, fault: MetricName): Partial<SampleRow> {
  const value = row[fault] ?? 0;
  if (fault === "requests_per_sec") return { [fault]: value / 2 };
  return { [fault]: fault === "latency_p95" ? 2.5 * value : value + 0.2 };
}

/** A repeatable source of numbers in 0..1 (linear congruential). */
function seededChance(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

function linkedNoise(chance: () => number, correlation: number): Noise {
  const last = new Map<MetricName, number>();
  return (metric) => {
    let fresh = -6;
    for (let i = 0; i < 12; i++) fresh += chance();
    const next = correlation * (last.get(metric) ?? fresh) + Math.sqrt(1 - correlation ** 2) * fresh;
    last.set(metric, next);
    return next;
  };
}

const ours: Judge = (input) => {
  const { state } = evaluate(input);
  return state === "warning" || state === "rollback_recommended";
};

/** Rank sums with ties, normal approximation, one side at 1 % per metric: what one would write first. */
const mannWhitney: Judge = ({ pre, post }) =>
  METRIC_NAMES.some((metric) => {
    const values = (rows: SampleRow[]) =>
      rows.map((row) => row[metric]).filter((value) => typeof value === "number");
    const deviate = rankSumDeviate(values(pre), values(post));
    return (metric === "requests_per_sec" ? -deviate : deviate) > 2.326;
  });

function rankSumDeviate(before: number[], after: number[]): number {
  const all = [
    ...before.map((value) => ({ value, isAfter: false })),
    ...after.map((value) => ({ value, isAfter: true })),
  ].sort((a, b) => a.value - b.value);
  let rankSum = 0;
  let ties = 0;
  for (let from = 0; from < all.length; ) {
    let until = from;
    while (until < all.length && all[until]?.value === all[from]?.value) until++;
    const rank = (from + 1 + until) / 2;
    for (let i = from; i < until; i++) if (all[i]?.isAfter) rankSum += rank;
    ties += (until - from) ** 3 - (until - from);
    from = until;
  }
  const [n, m, total] = [after.length, before.length, all.length];
  const variance = ((n * m) / 12) * (total + 1 - ties / (total * (total - 1)));
  return variance > 0 ? (rankSum - (n * (n + 1)) / 2 - (n * m) / 2) / Math.sqrt(variance) : 0;
}

/**
 * Deployments judged per second of this process's CPU time: what one core does, also while other programs want it.
 * The time of the garbage collector's helpers counts too.
 */
function rateOf(judge: Judge, inputs: VerdictInput[]): number {
  const startedMs = performance.now();
  const before = process.cpuUsage();
  let judged = 0;
  while (performance.now() - startedMs < ROUND_MS) {
    for (const input of inputs) judge(input);
    judged += inputs.length;
  }
  const { user, system } = process.cpuUsage(before);
  return judged / ((user + system) / 1e6);
}

/**
 * The verdict engine against a straightforward Mann-Whitney judge: the same deployments, five metrics of 120
 * samples before and 60 after, one core, in the same run.
 */
export async function benchVerdict(options: BenchOptions): Promise<void> {
  const inputs = deployments();
  const judges: Record<string, Judge> = { ours, "mann-whitney": mannWhitney };
  const rates: Record<string, number[]> = { ours: [], "mann-whitney": [] };
  // Round 0 warms up. The judges take turns, so that a slow minute of the machine hits both.
  for (let round = 0; round <= options.rounds; round++)
    for (const [name, judge] of Object.entries(judges)) {
      const rate = rateOf(judge, inputs);
      if (round > 0) rates[name]?.push(rate);
      say(`round ${round} ${name}: ${Math.round(rate)}/s`);
    }
  for (const [name, judge] of Object.entries(judges)) {
    const peer = name === "ours" ? {} : { peer: name };
    printLine("verdict", {
      metric: "judged",
      value: median(rates[name] ?? []),
      unit: "deployments/s per core",
      ...peer,
    });
    const called = inputs.map(judge);
    const share = (faulty: boolean) => {
      const own = called.filter((_, i) => (i % 3 === 2) === faulty);
      return (100 * own.filter(Boolean).length) / own.length;
    };
    printLine("verdict", { metric: "faults_called", value: share(true), unit: "%", ...peer });
    printLine("verdict", { metric: "clean_called", value: share(false), unit: "%", ...peer });
  }
}
