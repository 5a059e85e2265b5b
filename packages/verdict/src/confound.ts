import type { Observation } from "./measure-metric.js";
import type { Scale } from "./scales.js";
import { mean, median } from "./statistics.js";
import type { MetricName, SampleRow } from "./types.js";
import { seriesOf } from "./windows.js";

/** From this ratio of traffic on, CPU and latency are judged on what traffic does not explain. */
const TRAFFIC_MOVED = 1.3;

/** Fewest paired baseline samples for a slope. */
const FEWEST_PAIRS = 8;

/** The logarithm by which the usual traffic grew since the deployment; 0 where it did not by much. */
export function trafficGrowth(pre: readonly SampleRow[], post: readonly SampleRow[]): number {
  const before = trafficOf(pre);
  const after = trafficOf(post);
  if (before.length === 0 || after.length === 0) return 0;
  const moved = Math.log(median(after) / median(before));
  return moved < Math.log(TRAFFIC_MOVED) ? 0 : moved;
}

function trafficOf(rows: readonly SampleRow[]): number[] {
  return seriesOf(rows, "requests_per_sec").values.filter((traffic) => traffic > 0);
}

/**
 * How much of a metric's rise, on its scale, more traffic explains: the baseline's own slope against the
 * logarithm of traffic, never negative. Only more traffic excuses; less traffic never does.
 */
export function explainedByTraffic(observation: Observation, metric: MetricName, scale: Scale): number {
  if (metric !== "cpu_usage" && metric !== "latency_p95") return 0;
  if (observation.trafficGrew === 0) return 0;
  const before = pairsOf(observation.pre, metric, scale);
  return before.length < FEWEST_PAIRS ? 0 : Math.max(0, slope(before)) * observation.trafficGrew;
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
