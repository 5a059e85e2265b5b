/** Working keys change every 30 days. */
export const EPOCH_SECONDS = 30 * 24 * 3600;

const NEXT_ACCEPTED_BEFORE_SECONDS = 5 * 60;
const PREVIOUS_ACCEPTED_FOR_SECONDS = 20 * 60;
const EPOCH_TEXT = /^(?:0|[1-9][0-9]{0,8})$/;

/** The number of whole 30-day epochs since 1970-01-01T00:00:00Z. */
export function epochAt(now: Date): number {
  return Math.floor(now.getTime() / 1000 / EPOCH_SECONDS);
}

/**
 * Epochs whose keys a verifier accepts at `now`, the current one first: the next one from 5 minutes before
 * it starts, the previous one until 20 minutes after it ended (longer than the longest signal lives).
 */
export function acceptedEpochs(now: Date): readonly number[] {
  const current = epochAt(now);
  const seconds = now.getTime() / 1000;
  const accepted = [current];
  if (seconds >= (current + 1) * EPOCH_SECONDS - NEXT_ACCEPTED_BEFORE_SECONDS) accepted.push(current + 1);
  if (seconds < current * EPOCH_SECONDS + PREVIOUS_ACCEPTED_FOR_SECONDS) accepted.push(current - 1);
  return accepted;
}

/** Reads a `kid` as an epoch number; `undefined` for anything but plain digits. */
export function parseEpoch(kid: unknown): number | undefined {
  return typeof kid === "string" && EPOCH_TEXT.test(kid) ? Number(kid) : undefined;
}
