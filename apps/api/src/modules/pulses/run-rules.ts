import { Inject, Injectable } from "@nestjs/common";
import { ENV, type Env } from "../../env.js";

/** Reason of a run whose lease ran out without a report, so that nobody knows whether it was done. */
export const LEASE_EXPIRED = "lease_expired";

/** Reason of a run whose pulse was deleted, also while a worker has it: given back, it is over. */
export const PULSE_DELETED = "pulse_deleted";

/** Claims of one run before it ends as failed. */
export const MAX_ATTEMPTS = 5;

/** What was missed is caught up for so long. */
const CATCH_UP_SECONDS = 24 * 3_600;

/** Recoveries keep their distance from those before, and the longest that a pulse can ask for is 11 h. */
export const RECOVERIES_LOOK_BACK_SECONDS = 12 * 3_600;

/**
 * When a run that its worker should have claimed is looked at for the first time: what was lost on its way costs this
 * long. Most runs are over by then, and those that wait have one more index entry.
 */
export const FIRST_LOOK_SECONDS = 2;

/** How often a run is looked at that waits behind another of its lane. */
export const WAITING_LOOK_SECONDS = 60;

/** How long heartbeats may hold a run, from its claim on, in leases. */
export const MOST_LEASES = 6;

const LONGEST_BACKOFF_SECONDS = 900;

/** The times of a run's way, in seconds, and what workers may write; `env.ts` says what they mean. */
@Injectable()
export class RunRules {
  readonly windowSeconds: number;
  readonly lateSeconds: number;
  readonly leaseSeconds: number;
  /** A signal ends before its lease: who holds an expired lease holds an expired signal. */
  readonly signalSeconds: number;
  readonly spreadSeconds: number;
  /** How old an occurrence may be to be caught up: it counts as missed when its window is over, not before. */
  readonly catchUpSeconds: number;
  readonly pulsesPerWorkspace: number;
  readonly commitsPerDay: number;
  readonly writesPerMinute: number;
  private readonly retrySeconds: number;

  constructor(@Inject(ENV) env: Env) {
    this.windowSeconds = env.PULSEKEEP_RUN_WINDOW_SECONDS;
    this.lateSeconds = Math.min(env.PULSEKEEP_RUN_LATE_SECONDS, this.windowSeconds);
    this.leaseSeconds = env.PULSEKEEP_RUN_LEASE_SECONDS;
    this.signalSeconds = Math.floor(this.leaseSeconds * 0.9);
    this.spreadSeconds = env.PULSEKEEP_RECOVERY_SPREAD_SECONDS;
    this.catchUpSeconds = this.windowSeconds + CATCH_UP_SECONDS;
    this.pulsesPerWorkspace = env.PULSEKEEP_MAX_PULSES;
    this.commitsPerDay = env.PULSEKEEP_MAX_COMMITS_PER_DAY;
    this.writesPerMinute = env.PULSEKEEP_MAX_WRITES_PER_MINUTE;
    this.retrySeconds = env.PULSEKEEP_RETRY_BASE_SECONDS;
  }

  /** Pause before attempt `attempts + 1`: doubling, at most 15 min. */
  backoffSeconds(attempts: number): number {
    return Math.min(this.retrySeconds * 2 ** Math.max(0, attempts - 1), LONGEST_BACKOFF_SECONDS);
  }
}
