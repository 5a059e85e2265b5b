import { plainCountEvidence } from "./errors.js";
import type { Measurement } from "./measure-metric.js";
import { median } from "./statistics.js";
import type { Series } from "./windows.js";

/** With fewer recent samples in a row, all worse, no rollback is called before the window ends. */
export const RECENT_SAMPLES = 4;

/** By how many samples a bad run must outlast the runs like it that the baseline knows. */
const LONGER_THAN_BEFORE = 3;

/** Runs of the baseline at least this share as bad are like the one that is looked at. */
const ALIKE_SHARE = 0.5;

/** Runs that fewer windows than this see are no reason to wait. */
const RARE_PER_WINDOW = 0.01;

/** One-sided deviate that each of the latest samples' failures must pass on its own. */
const UNUSUAL_DEVIATE = 1.645;

/**
 * What the latest samples show at least: the lower of their two middle values relative to the baseline's level, on
 * the metric's scale, so that two garbage collections cannot carry it. Minus infinity for too few samples.
 */
export function recentShift({ evidence }: Measurement): number {
  if (evidence === null || evidence.after.length < RECENT_SAMPLES) return Number.NEGATIVE_INFINITY;
  const ascending = evidence.after.slice(-RECENT_SAMPLES).toSorted((a, b) => a - b);
  return (ascending[(RECENT_SAMPLES - 1) >> 1] ?? evidence.level) - evidence.level;
}

/**
 * True when the bad run at the end lasts longer than comparable runs of the baseline, so that an error burst or
 * a busy minute of a kind that is known is waited for. `window`: the planned observation, in seconds.
 */
export function outlastsBaseline(
  { evidence, pre, post, before, sign, counts, earlier }: Measurement,
  { stepSeconds, window }: { stepSeconds: number; window: number },
): boolean {
  if (evidence === null || before === null) return false;
  if (counts !== null && !eachUnusual(counts)) return false;
  const typical = median(post.values.slice(-RECENT_SAMPLES).map((value) => sign * (value - before)));
  const calm = [{ before, post: pre }, ...earlier];
  const alike = calm.flatMap(({ before: level, post: series }) =>
    runSeconds(series, (value) => sign * (value - level) >= ALIKE_SHARE * typical),
  );
  const seen = calm.reduce((sum, one) => sum + spanSeconds(one.post, stepSeconds), 0);
  const known = longestUsual(alike, window / seen);
  const run =
    evidence.after.length - 1 - evidence.after.findLastIndex((value) => value <= evidence.worseFrom);
  const longer = Math.ceil(known / stepSeconds) + (known > 0 ? LONGER_THAN_BEFORE : 0);
  return run >= Math.max(longer, RECENT_SAMPLES + repeatedSamples(evidence.correlation));
}

/**
 * How many of the samples that follow a moment only repeat it: a metrics endpoint that looks back a minute shows
 * one bad second in every scrape of that minute, and the baseline's autocorrelation tells.
 */
function repeatedSamples(correlation: number): number {
  return Math.floor(1 / (1 - correlation)) - 1;
}

/** A rate of few requests is lumpy: one failure is no news where one in some samples is usual. */
function eachUnusual({ before, latest }: NonNullable<Measurement["counts"]>): boolean {
  return latest.failed.every((failed, i) => {
    const sample = { failed: [failed], requests: [latest.requests[i] ?? 0] };
    return plainCountEvidence(before, sample) > UNUSUAL_DEVIATE;
  });
}

/** Seconds of each run of samples for which `isAlike` holds; a sample stands for the time to the next one. */
function runSeconds({ at, values }: Series, isAlike: (value: number) => boolean): number[] {
  const runs: number[] = [];
  let from = -1;
  for (let i = 0; i <= values.length; i += 1) {
    const value = values[i];
    if (value !== undefined && isAlike(value)) {
      if (from < 0) from = i;
    } else if (from >= 0) {
      runs.push(secondsOf(at, from, i - 1));
      from = -1;
    }
  }
  return runs;
}

function secondsOf(at: readonly number[], from: number, until: number): number {
  const start = at[from] ?? 0;
  const end = at[until] ?? start;
  const gaps = [start - (at[from - 1] ?? Number.NEGATIVE_INFINITY), (at[until + 1] ?? Infinity) - end];
  const gap = Math.min(...gaps);
  return (end - start + (Number.isFinite(gap) ? gap : 0)) / 1000;
}

function spanSeconds({ at }: Series, stepSeconds: number): number {
  return ((at.at(-1) ?? 0) - (at[0] ?? 0)) / 1000 + stepSeconds;
}

/** The longest run, those left out that hardly any window sees. `share`: of a window in the baseline. */
function longestUsual(runs: readonly number[], share: number): number {
  const rare = Math.floor(RARE_PER_WINDOW / share);
  return runs.toSorted((a, b) => b - a)[rare] ?? 0;
}
