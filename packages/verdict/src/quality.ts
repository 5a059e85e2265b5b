import type { Message, Quality, SampleRow } from "./types.js";
import { median } from "./statistics.js";
import { METRIC_NAMES } from "./types.js";
import { FEWEST_PRE_SAMPLES, hasReport } from "./windows.js";

/** A hole longer than this many steps is worth a word. */
const LONG_GAP_STEPS = 2.5;

/** Below this share of the expected samples the observation is thin. */
const GOOD_COVERAGE = 0.9;

/** With a larger share of the window unseen at its ends, nothing is called healthy. */
const LARGEST_UNSEEN = 0.25;

/** Below this many baseline samples a verdict rests on little. */
const GOOD_BASELINE = 15;

/** How complete the evidence is. Rows in order of time. */
export function assessQuality(
  pre: readonly SampleRow[],
  post: readonly SampleRow[],
  { stepSeconds, planned, windowEnded }: { stepSeconds: number; planned: number; windowEnded: boolean },
): Quality {
  const reporting = post.filter((row) => hasReport(row, METRIC_NAMES));
  const preSamples = pre.filter((row) => hasReport(row, METRIC_NAMES)).length;
  const due = windowEnded ? planned : Math.max(post.length, 1);
  const coverage = due === 0 ? 0 : Math.min(1, reporting.length / due);
  const longestGapSeconds = longestGap(reporting);
  const issues: Message[] = [];
  if (reporting.length === 0) issues.push({ key: "quality.no_samples", params: {} });
  if (reporting.length > 0 && coverage < GOOD_COVERAGE) {
    issues.push({ key: "quality.coverage", params: { share: coverage } });
  }
  if (longestGapSeconds > LONG_GAP_STEPS * stepSeconds) {
    issues.push({ key: "quality.gap", params: { seconds: longestGapSeconds } });
  }
  if (preSamples < FEWEST_PRE_SAMPLES) {
    issues.push({ key: "quality.baseline_missing", params: { samples: preSamples } });
  } else if (preSamples < GOOD_BASELINE) {
    issues.push({ key: "quality.baseline_short", params: { samples: preSamples } });
  }
  return {
    coverage,
    preSamples,
    postSamples: reporting.length,
    postExpected: planned,
    longestGapSeconds,
    issues,
  };
}

function longestGap(rows: readonly SampleRow[]): number {
  let longest = 0;
  for (let i = 1; i < rows.length; i += 1) {
    longest = Math.max(longest, ((rows[i]?.at ?? 0) - (rows[i - 1]?.at ?? 0)) / 1000);
  }
  return longest;
}

/**
 * True where the window was not seen to its end (or from its beginning), as where a service went down for good: that
 * nothing got worse is then not known. Samples may come less often than planned; a hole between them is only counted.
 * Rows in order of time, of a window that has ended.
 */
export function leavesUnseen(
  post: readonly SampleRow[],
  { stepSeconds, planned }: { stepSeconds: number; planned: number },
): boolean {
  const instants = post
    .filter((row) => hasReport(row, METRIC_NAMES))
    .map(({ at }) => at / 1000 / stepSeconds);
  const [first = 0] = instants;
  const last = instants.at(-1) ?? 0;
  const gaps = instants.slice(1).map((at, i) => at - (instants[i] ?? at));
  const usualGap = gaps.length === 0 ? 1 : Math.max(1, median(gaps));
  const unseen = planned - (last - first) - usualGap;
  // Ticks jitter, and a window that is a step short is none.
  return unseen > Math.max(1.5, LARGEST_UNSEEN * planned);
}
