const DAY_MS = 86_400_000;
/** How long a rotation may be due before it is overdue. */
const GRACE_DAYS = 30;
/** How long after it was due a key still protects new secrets. It opens what it protected for as long as it is there. */
const EXPIRY_DAYS = 90;
/** Wraps of one key from which on it is due as well: far below the limit at which it refuses (2^32). */
const DUE_AFTER_WRAPS = 2 ** 24;

export type RotationState = "ok" | "due" | "overdue" | "expired";

/**
 * Where the key that wraps stands in its life: `due` once it is older than `rotationDays` or has wrapped 2^24
 * data keys, `overdue` 30 days later, `expired` 90 days later: the end of its originator-usage period (NIST
 * SP 800-57 part 1, 5.3.4). Ages are of the time that it was the current key.
 */
export function rotationStateOf(
  key: { currentSince: Date; wraps: number },
  { rotationDays, now }: { rotationDays: number; now: Date },
): { state: RotationState; ageMs: number; dueAt: Date } {
  const dueAtMs = key.currentSince.getTime() + rotationDays * DAY_MS;
  const lateMs = now.getTime() - dueAtMs;
  const state = stateOf(lateMs, key.wraps);
  return { state, ageMs: Math.max(0, now.getTime() - key.currentSince.getTime()), dueAt: new Date(dueAtMs) };
}

function stateOf(lateMs: number, wraps: number): RotationState {
  if (lateMs > EXPIRY_DAYS * DAY_MS) return "expired";
  if (lateMs > GRACE_DAYS * DAY_MS) return "overdue";
  return lateMs > 0 || wraps >= DUE_AFTER_WRAPS ? "due" : "ok";
}
