import { METRIC_TRAITS } from "./metric-table.js";
import { scaleFor } from "./scales.js";
import type { MetricName } from "./types.js";
import type { Series } from "./windows.js";

/** Windows planned for at least this many samples can spare the warm-up ones. */
const PLENTY_OF_SAMPLES = 12;

/** A cold start's part fades by e in this time: connections, caches and compilers need seconds, not samples. */
const COLD_SECONDS = 6;

/**
 * The observation's values as they are judged. Where the planned window is long enough, a metric that warms up
 * loses its first samples, and the next ones what a cold start alone could add to them (never below the baseline's
 * level, and never anything from a better sample). `before`: that level; null where there is none.
 */
export function withoutWarmUp(
  { at, values }: Series,
  { metric, planned, before }: { metric: MetricName; planned: number; before: number | null },
): readonly number[] {
  const { warmUpSamples, coldStart, scale: kind } = METRIC_TRAITS[metric];
  if (planned < PLENTY_OF_SAMPLES || warmUpSamples === 0) return values;
  const kept = values.slice(warmUpSamples);
  if (before === null || coldStart === 0) return kept;
  const scale = scaleFor(kind, before);
  return kept.map((value, i) => {
    const seconds = ((at[i + warmUpSamples] ?? 0) - (at[0] ?? 0)) / 1000;
    const part = coldStart * Math.exp(-seconds / COLD_SECONDS);
    return value <= before || part < 1e-6
      ? value
      : Math.max(before, scale.backward(scale.forward(value) - part));
  });
}
