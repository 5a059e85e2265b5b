import type { Observation } from "./measure-metric.js";
import type { Scale } from "./scales.js";
import { mean, median } from "./statistics.js";
import type { MetricName, SampleRow } from "./types.js";

/** From this ratio of traffic on, CPU and latency are judged on what traffic does not explain. */
const TRAFFIC_MOVED = 1.3;

/** Fewest paired baseline samples for a slope. */
const FEWEST_PAIRS = 8;

/**
 * How much of a metric's rise, on its scale, more traffic explains: the baseline's own slope against the
 * logarithm of traffic, never negative. Only more traffic excuses; less traffic never does.
 */
export function explainedByTraffic(observation: Observation, metric: MetricName, scale: Scale): number {
  if (metric !== "cpu_usage" && metric !== "latency_p95") return 0;
  const before = pairsOf(observation.pre, metric, scale);
  const after = pairsOf(observation.post, metric, scale);
  if (before.length < FEWEST_PAIRS || after.length === 0) return 0;
  const usual = median(before.map(([traffic]) => traffic));
  const moved = median(after.map(([traffic]) => traffic)) - usual;
  if (moved < Math.log(TRAFFIC_MOVED)) return 0;
  return Math.max(0, slope(before)) * moved;
}

function pairsOf(rows: readonly SampleRow[], metric: MetricName, scale: Scale): [number, number][] {
  return rows.flatMap((row): [number, number][] => {
    const traffic = row.requests_per_sec;
    const value = row[metric];
    if (typeof traffic !== "number" || typeof value !== "number") return [];
    if (!Number.isFinite(value) || !(traffic > 0) || !Number.isFinite(traffic)) return [];
    return [[Math.log(traffic), scale.forward(value)]];
  });
}

function slope(pairs: readonly [number, number][]): number {
  const middle = mean(pairs.map(([traffic]) => traffic));
  const level = mean(pairs.map(([, value]) => value));
  let cross = 0;
  let square = 0;
  for (const [traffic, value] of pairs) {
    cross += (traffic - middle) * (value - level);
    square += (traffic - middle) ** 2;
  }
  return square > 0 ? cross / square : 0;
}
