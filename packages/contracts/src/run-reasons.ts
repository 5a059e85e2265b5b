import { reasonCodeSchema } from "./worker-protocol.js";

/**
 * Every reason that a run can have, a worker's own among them. The text belongs to the reader's language: adding
 * one is a row here and a line in each of the web app's message files (`reasons`).
 */
export const RUN_REASONS = [
  ...reasonCodeSchema.options,
  /** Late or missed: nothing planned it in its time, or nobody was there to give it to a worker. */
  "server_was_down",
  /** Missed: it could have been claimed until its window closed. */
  "worker_did_not_come",
  /** Missed: a worker had an earlier run for the same branch when its window closed. */
  "turn_did_not_come",
  /** The worker claimed it and said nothing until its lease ran out. */
  "lease_expired",
  "pulse_deleted",
  "set_up_again",
  /** Cancelled, or unknown where the worker had taken it: nobody can report it any more. */
  "worker_removed",
  "cancelled_by_user",
  /** Skipped: its repository has had its most commits of the day. */
  "daily_cap",
  /** Late, and still waiting: for the worker's next check-in. */
  "waits_for_worker",
  /** Late, and still waiting: an earlier run for the same branch is not over. */
  "waits_for_turn",
  /** Late, and claimed: the worker has it and has not reported. */
  "in_progress",
] as const;
export type RunReason = (typeof RUN_REASONS)[number];
