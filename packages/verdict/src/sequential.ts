import { RECENT_SAMPLES, SAMPLES_FROM_START } from "./early-call.js";
import type { SeriesEvidence } from "./judge-series.js";

/** False alarms per metric that looking after every sample may cost in a whole window. */
const ALPHA = 0.01;

/** A later stretch is tested against a mixture that is tightest as soon as it may be called: it is short by nature. */
const TIGHTEST_LATE = RECENT_SAMPLES;

/**
 * True for evidence that holds at every look of a window of `planned` samples. `earliest`: samples that must have
 * been looked at.
 */
export function holdsAtEveryLook(
  evidence: SeriesEvidence,
  { planned, earliest }: { planned: number; earliest: number },
): boolean {
  const { from, after, z, countZ } = evidence;
  const fewest = from === 0 ? SAMPLES_FROM_START : RECENT_SAMPLES;
  if (after.length < fewest || from + after.length < earliest) return false;
  const boundary = from === 0 ? anytimeBoundary(after.length, planned) : lateBoundary(after.length, planned);
  return (countZ ?? z) > boundary;
}

/**
 * The deviate that evidence after `looked` samples must pass so that it holds at every look of a window of
 * `planned` samples: Robbins' normal-mixture boundary (Howard, Ramdas, McAuliffe and Sekhon, Annals of
 * Statistics 2021), tightest at a third of the window, with half of the false alarms.
 */
export function anytimeBoundary(looked: number, planned: number): number {
  return mixtureBoundary(looked, Math.max(1, planned / 3), ALPHA / 2);
}

/**
 * The same for a change that began later: each sample could be its first, so the other half of the false alarms
 * is spread over all of them. The mean of these tests over their starts is itself one test that holds at every
 * look (e-detectors: Shin, Ramdas and Rinaldo 2023), and it bounds the largest of them.
 */
export function lateBoundary(length: number, planned: number): number {
  return mixtureBoundary(length, TIGHTEST_LATE, ALPHA / 2 / planned);
}

/**
 * Two-sided boundary at twice `alpha`, so one-sided at `alpha`. The mixture's own scale is a fraction, which depends
 * on `alpha`, of the sample at which its boundary is tightest.
 */
function mixtureBoundary(looked: number, tightest: number, alpha: number): number {
  const doubt = -2 * Math.log(2 * alpha);
  const scale = tightest / (doubt + Math.log(1 + doubt));
  const ratio = scale / Math.max(1, looked);
  return Math.sqrt((1 + ratio) * Math.log((1 + 1 / ratio) / (2 * alpha) ** 2));
}
