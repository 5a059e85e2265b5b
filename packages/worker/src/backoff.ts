const FIRST_MS = 1_000;
const LONGEST_MS = 60_000;

/** Pauses between tries, in milliseconds. */
export interface Backoff {
  next: () => number;
  /** After a success the next pause is a short one again. */
  reset: () => void;
}

/**
 * Doubles from a second to a minute, each pause scattered over its upper half, so that workers which lost the same
 * server at the same moment do not come back at the same moment.
 *
 * @param random evenly from 0 to 1
 */
export function createBackoff(random: () => number): Backoff {
  let failures = 0;
  return {
    next: () => {
      const ceilingMs = Math.min(FIRST_MS * 2 ** failures, LONGEST_MS);
      failures += 1;
      return Math.round(ceilingMs * (0.5 + random() / 2));
    },
    reset: () => {
      failures = 0;
    },
  };
}
