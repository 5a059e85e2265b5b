import { FEWEST_REQUESTS, plainCountEvidence } from "./errors.js";
import type { SeriesEvidence } from "./judge-series.js";
import type { Measurement } from "./measure-metric.js";
import { median } from "./statistics.js";
import type { Series } from "./windows.js";

/** With fewer recent samples in a row, all worse, no rollback is called before the window ends ... */
export const RECENT_SAMPLES = 4;

/**
 * ... but for a run that began with the deployment. A burst may begin at any sample of a window, so that it seldom
 * begins at this one, and a sample less costs fewer false alarms here than at all others together.
 */
export const SAMPLES_FROM_START = 3;

/** Then it must show more than a rollback needs: the lower of its two middle values by this factor ... */
const CLEAR = 2;

/** ... and three samples each by this one, which is enough to be no cold start either. */
const OVERWHELMING = 2.5;

/** By how many samples a bad run must outlast the runs like it that the baseline knows. */
const LONGER_THAN_BEFORE = 3;

/** Runs of the baseline at least this share as bad are like the one that is looked at. */
const ALIKE_SHARE = 0.5;

/** Runs that fewer windows than this see are no reason to wait. */
const RARE_PER_WINDOW = 0.01;

/** Samples more for traffic that is a handful of requests in each: it comes and goes by chance. */
const MORE_OF_FEW_REQUESTS = 2;

/** One-sided deviate that the failures of one of the latest samples must pass on their own. */
const UNUSUAL_DEVIATE = 1.645;

/** The bad run at the end of the observation. A sample that gets worse takes nothing of it away. */
interface BadRun {
  /** It lasts longer than comparable runs of the baseline: a burst or a busy minute of a known kind is waited for. */
  outlasts: boolean;
  /** It may carry a rollback before the window is over, of the size that it shows. */
  isEarly: boolean;
  /** What its latest samples show at least, relative to the baseline's level on the metric's scale. */
  shows: number;
}

/** `window`: the planned observation, in seconds. */
interface RunOptions {
  stepSeconds: number;
  window: number;
}

/** How long and how bad the latest samples are. */
export function badRunOf(measurement: Measurement, options: RunOptions): BadRun {
  const { evidence } = measurement;
  if (evidence === null) return { outlasts: false, isEarly: false, shows: Number.NEGATIVE_INFINITY };
  const length = runLength(badSamples(measurement, evidence));
  const needed = neededLength(measurement, evidence, { ...options, isLogarithmic: false });
  const outlasts = length >= needed;
  const from = evidence.after.length - length;
  // The first sample may be of both versions, so that the next one is the beginning too.
  const isFromStart =
    from <= 1 &&
    length >= SAMPLES_FROM_START + from &&
    hasEnoughRequests(measurement, options.stepSeconds) &&
    length >= neededLength(measurement, evidence, { ...options, isLogarithmic: measurement.sign === -1 }) - 1;
  const isSooner = isFromStart && !outlasts;
  return {
    outlasts,
    isEarly: outlasts || isSooner,
    shows: isSooner ? shownSooner(evidence) : middleShift(evidence),
  };
}

function shownSooner(evidence: SeriesEvidence): number {
  if (evidence.after.length >= RECENT_SAMPLES) return middleShift(evidence) / CLEAR;
  return (Math.min(...evidence.after) - evidence.level) / OVERWHELMING;
}

/**
 * How many bad samples in a row are more than what is known. What rises is compared by difference. A fall cannot go
 * below zero, so that half as bad as a fall to a quarter is one to a half: what is overwhelming is compared so.
 */
function neededLength(
  measurement: Measurement,
  { correlation }: SeriesEvidence,
  options: RunOptions & { isLogarithmic: boolean },
): number {
  const steps = knownSeconds(measurement, options) / options.stepSeconds;
  // Rounded, because scrapes are some hundredths of a step early or late; up where demand may have ebbed by itself.
  const known = measurement.sign === -1 && !options.isLogarithmic ? Math.ceil(steps) : Math.round(steps);
  const needed = Math.max(
    known > 0 ? known + LONGER_THAN_BEFORE : 0,
    RECENT_SAMPLES + repeatedSamples(correlation),
  );
  return hasEnoughRequests(measurement, options.stepSeconds) ? needed : needed + MORE_OF_FEW_REQUESTS;
}

/** The lower of the two middle values of the latest samples, so that two garbage collections cannot carry it. */
function middleShift({ after, level }: SeriesEvidence): number {
  if (after.length < RECENT_SAMPLES) return Number.NEGATIVE_INFINITY;
  const ascending = after.slice(-RECENT_SAMPLES).toSorted((a, b) => a - b);
  return (ascending[(RECENT_SAMPLES - 1) >> 1] ?? level) - level;
}

function runLength(isBad: readonly boolean[]): number {
  return isBad.length - 1 - isBad.lastIndexOf(false);
}

/**
 * Which samples are worse than usual. A rate of few requests is lumpy: one failure is no news where one in some
 * samples is usual. Between two bad samples it is: there the failures go on.
 */
function badSamples({ counts }: Measurement, { after, worseFrom }: SeriesEvidence): boolean[] {
  const isWorse = after.map((value) => value > worseFrom);
  if (counts === null) return isWorse;
  const { failed, requests } = counts.latest;
  const earlier = after.length - failed.length;
  const isBad = isWorse.map((worse, i) => {
    if (!worse || i < earlier) return worse;
    const sample = { failed: [failed[i - earlier] ?? 0], requests: [requests[i - earlier] ?? 0] };
    return plainCountEvidence(counts.before, sample) > UNUSUAL_DEVIATE;
  });
  return isWorse.map(
    (worse, i) => isBad[i] === true || (worse && isBad[i - 1] === true && isBad[i + 1] === true),
  );
}

function hasEnoughRequests({ metric, before }: Measurement, stepSeconds: number): boolean {
  return metric !== "requests_per_sec" || (before ?? 0) * stepSeconds >= FEWEST_REQUESTS;
}

/** The longest run of the baseline and of earlier deployments that is like the latest samples. */
function knownSeconds(
  { pre, post, before, sign, earlier, scale }: Measurement,
  { stepSeconds, window, isLogarithmic }: RunOptions & { isLogarithmic: boolean },
): number {
  const onScale = isLogarithmic && scale !== null ? scale.forward : (value: number) => value;
  const badness = (value: number, level: number) => sign * (onScale(value) - onScale(level));
  const level = before ?? 0;
  const typical = median(post.values.slice(-RECENT_SAMPLES).map((value) => badness(value, level)));
  const calm = [{ before: level, post: pre }, ...earlier];
  const alike = calm.flatMap((one) =>
    runSeconds(one.post, (value) => badness(value, one.before) >= ALIKE_SHARE * typical),
  );
  const seen = calm.reduce((sum, one) => sum + spanSeconds(one.post, stepSeconds), 0);
  return longestUsual(alike, window / seen);
}

/**
 * How many of the samples that follow a moment only repeat it: a metrics endpoint that looks back a minute shows
 * one bad second in every scrape of that minute, and the baseline's autocorrelation tells.
 */
function repeatedSamples(correlation: number): number {
  return Math.floor(1 / (1 - correlation)) - 1;
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
