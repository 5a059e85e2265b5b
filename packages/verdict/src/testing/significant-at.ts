import { normalFromStudent } from "../distributions.js";
import { METRIC_TRAITS } from "../metric-table.js";
import { baselineOf, placeboNoise } from "../placebo.js";
import { DEFAULT_POLICY } from "../policy.js";
import { scaleFor } from "../scales.js";
import { mean, median, sorted } from "../statistics.js";
import type { MetricName, VerdictInput } from "../types.js";

/** A test that may look after every sample but knows where the fault starts: Robbins' boundary at 1 %. */
function boundary(samples: number): number {
  return Math.sqrt((1 + 1 / samples) * Math.log((1 + samples) / 0.02 ** 2));
}

/**
 * How many samples of the observation somebody who knows when the fault started would need to be sure of it, as
 * soon as that can be known; undefined when the window is too short. `onset` counts from 0.
 */
export function significantAt(
  { pre, post }: VerdictInput,
  metric: MetricName,
  onset: number,
): number | undefined {
  const { scale: kind, warmUpSamples } = METRIC_TRAITS[metric];
  const { direction, smallestAbsolute, smallestRelative } = DEFAULT_POLICY[metric];
  const sign = direction === "lower_is_worse" ? -1 : 1;
  const before = pre.map((row) => row[metric] ?? 0);
  const level = median(before);
  const scale = scaleFor(kind, level);
  const smallest = Math.max(smallestAbsolute, smallestRelative * level);
  const band = Math.abs(scale.forward(level + sign * smallest) - scale.forward(level));
  const values = before.map((value) => sign * scale.forward(value));
  const baseline = baselineOf(values, { ascending: sorted(values), floor: band / 4, history: [] });
  const from = Math.max(onset, warmUpSamples);
  for (let samples = from + 1; samples <= post.length; samples += 1) {
    const since = post.slice(from, samples).map((row) => sign * scale.forward(row[metric] ?? 0));
    const { centre, expected, spread, df } = placeboNoise(baseline, since.length, { from });
    const shift = mean(since) - baseline.level - centre - expected;
    if (shift > band && normalFromStudent(shift / spread, df) > boundary(since.length)) return samples;
  }
  return undefined;
}
