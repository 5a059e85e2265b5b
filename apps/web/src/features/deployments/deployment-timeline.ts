import type { TimeRange } from "../../charts/time-scale";

type Instants = {
  startedAt: string;
  finishedAt: string | null;
  observeUntil: string | null;
  endedAt: string | null;
};

const SHORTEST_MS = 30_000;

/** The time axis that all metrics of a deployment share: from its first sample to the end of its observation. */
export function getTimelineRange(deployment: Instants, samples: ReadonlyArray<{ at: string }>): TimeRange {
  const at = samples.map((it) => Date.parse(it.at));
  const startedMs = Date.parse(deployment.startedAt);
  const ends = [deployment.finishedAt, deployment.observeUntil]
    .filter((it): it is string => it !== null)
    .map((it) => Date.parse(it));
  const fromMs = Math.min(startedMs, ...at);
  return { fromMs, toMs: Math.max(fromMs + SHORTEST_MS, startedMs, ...at, ...ends) };
}
