import type { Jitter } from "@pulsekeep/contracts/schedule";

/**
 * How likely a person at work commits in each hour of the day, from midnight on. No hour weighs
 * nothing, so that a window which lies in the night still has somewhere to put its run.
 */
const WORKING_HOUR_WEIGHTS: readonly number[] = [
  1, 1, 1, 1, 1, 1, 2, 4, 9, 18, 20, 19, 9, 12, 19, 20, 18, 14, 8, 5, 4, 4, 3, 2,
];
const HOUR_SECONDS = 3_600;

interface DelayRequest {
  shape: Jitter["shape"];
  /** In [0, 1); equal units give equal delays. */
  unit: number;
  /** The longest delay allowed, whole seconds. */
  roomSeconds: number;
  /** What the local clock shows at the occurrence, in seconds since midnight. */
  clockSeconds: number;
}

/** @returns whole seconds from 0 to `roomSeconds`, both possible. */
export function delaySecondsOf(request: DelayRequest): number {
  const choices = Math.max(0, Math.floor(request.roomSeconds)) + 1;
  if (request.shape === "uniform") return Math.floor(request.unit * choices);
  return workingHoursDelay(request.unit, choices, request.clockSeconds);
}

/** Inverse of the distribution function: walks the hours that the window touches. */
function workingHoursDelay(unit: number, choices: number, clockSeconds: number): number {
  const pieces: { startSeconds: number; seconds: number; weight: number }[] = [];
  for (let start = 0; start < choices; ) {
    const clock = clockSeconds + start;
    const seconds = Math.min(choices - start, HOUR_SECONDS - (clock % HOUR_SECONDS));
    const weight = WORKING_HOUR_WEIGHTS[Math.floor(clock / HOUR_SECONDS) % 24] ?? 1;
    pieces.push({ startSeconds: start, seconds, weight });
    start += seconds;
  }
  let left = unit * pieces.reduce((sum, piece) => sum + piece.seconds * piece.weight, 0);
  for (const piece of pieces) {
    const mass = piece.seconds * piece.weight;
    if (left < mass) return piece.startSeconds + Math.floor(left / piece.weight);
    left -= mass;
  }
  return choices - 1;
}
