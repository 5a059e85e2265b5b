import type { TimeRange } from "../../charts/time-scale";

type Instants = {
  startedAt: string;
  finishedAt: string | null;
  observeUntil: string | null;
  endedAt: string | null;
};

const SHORTEST_MS = 30_000;
/** The watch has a third of the axis at least: the time before is there to compare with it. */
const BEFORE_PER_WATCHED = 2;
/** Unless so few samples were taken before that this would show hardly any. */
const LEAST_BEFORE = 8;

/** The time axis that all metrics of a deployment share: from before its start to the end of its observation. */
export function getTimelineRange(deployment: Instants, samples: ReadonlyArray<{ at: string }>): TimeRange {
  const at = samples.map((it) => Date.parse(it.at));
  const startedMs = Date.parse(deployment.startedAt);
  const ends = [deployment.finishedAt, deployment.observeUntil]
    .filter((it): it is string => it !== null)
    .map((it) => Date.parse(it));
  const toMs = Math.max(startedMs + SHORTEST_MS, ...at, ...ends);
  const before = at.filter((ms) => ms < startedMs).slice(-LEAST_BEFORE);
  const wanted = Math.min(startedMs - BEFORE_PER_WATCHED * (toMs - startedMs), ...before);
  return { fromMs: Math.max(wanted, Math.min(startedMs, ...at)), toMs };
}
