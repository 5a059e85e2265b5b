import { METRIC_NAMES } from "@pulsekeep/verdict";
import type { KeptSample } from "../metrics/samples.queries.js";

/**
 * How many ticks of a watch brought nothing: rows without values, and ticks without a row, because the process
 * that had claimed them died. Rows lie on a grid of `stepSeconds` that need not start with the watch.
 *
 * @param watch.samples the rows between both instants, oldest first
 * @param watch.stepSeconds distance of ticks, above 0
 */
export function countMissedScrapes(watch: {
  samples: readonly KeptSample[];
  after: Date;
  until: Date;
  stepSeconds: number;
}): number {
  const stepMs = watch.stepSeconds * 1_000;
  let lastAt = watch.after.getTime();
  let missed = 0;
  for (const [index, sample] of watch.samples.entries()) {
    const ticks = (sample.at - lastAt) / stepMs;
    missed += index === 0 ? Math.floor(ticks) : Math.max(0, Math.round(ticks) - 1);
    if (!broughtValues(sample)) missed += 1;
    lastAt = sample.at;
  }
  return missed + Math.max(0, Math.floor((watch.until.getTime() - lastAt) / stepMs));
}

const broughtValues = (sample: KeptSample): boolean => METRIC_NAMES.some((metric) => sample[metric] !== null);
