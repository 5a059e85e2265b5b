/** How long a run may wait for a worker that GitHub wakes late, before it counts as missed. */
export const WINDOW_SECONDS = 12 * 3_600;

/** A worker checks in hourly, and GitHub may be half an hour late: after that a run shows as late. */
export const LATE_AFTER_SECONDS = 90 * 60;

/** How long a claimed run belongs to the worker that claimed it. */
export const LEASE_SECONDS = 10 * 60;

/** A signal outlives neither its lease nor this. */
export const SIGNAL_SECONDS = 9 * 60;

/** Reason of a run whose lease ran out without a report, so that nobody knows whether it was done. */
export const LEASE_EXPIRED = "lease_expired";

/** Claims of one run before it ends as failed. */
export const MAX_ATTEMPTS = 5;

/** How old an occurrence may be to be caught up, and the time that recoveries are spread over. */
export const CATCH_UP_WITHIN_SECONDS = 24 * 3_600;
export const RECOVERY_SPREAD_SECONDS = 10 * 60;

/** Pause before attempt `attempts + 1`: 30 s, 1 min, 2 min, ... at most 15 min. */
export const backoffSeconds = (attempts: number): number =>
  Math.min(30 * 2 ** Math.max(0, attempts - 1), 900);
