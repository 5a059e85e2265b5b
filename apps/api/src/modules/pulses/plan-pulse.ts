import type { Jitter, RestRules, Schedule } from "@pulsekeep/contracts/schedule";
import { expandMissed, type PlannedRun, type PulseTiming } from "@pulsekeep/schedule";
import { newId } from "../../platform/ids.js";
import type { RunRules } from "./run-rules.js";

export type PulseTimingRow = {
  id: string;
  schedule: Schedule;
  time_zone: string;
  jitter: Jitter;
  rest: RestRules;
  recovery: "catch_up_latest" | "catch_up_all" | "skip";
  jitter_secret: string;
};

export type DuePulse = PulseTimingRow & {
  workspace_id: string;
  worker_id: string;
  lane_id: string;
  kind: string;
  cursor_at: Date;
  now: Date;
};

export type NewRun = {
  id: string;
  pulse: DuePulse;
  run: PlannedRun;
  state: "queued" | "missed" | "planned";
  generation: number;
  recoversRunId: string | null;
  /** When it is queued, where that is not when it was planned for. */
  startAt?: Date;
};

/** Where a pulse's cursor moves; without `dueAt` it has nothing left to plan. */
export type CursorMove = {
  pulseId: string;
  cursorAt: Date;
  next: PlannedRun | undefined;
  dueAt: Date | undefined;
};

export type PulsePlan = { runs: NewRun[]; move: CursorMove };

/**
 * What became due of a pulse, as rows of the ledger: `queued`, `planned` for a little later where it is late already,
 * `missed` while nobody planned it, and `planned` again where its policy asks for that. `lastRecoveryAt` is where an
 * earlier part of a long absence has ended.
 */
export function planPulse(pulse: DuePulse, rules: RunRules, lastRecoveryAt: Date | undefined): PulsePlan {
  const timing = timingOf(pulse);
  const past = expandMissed({
    ...timing,
    cursorAt: pulse.cursor_at,
    now: pulse.now,
    windowSeconds: rules.windowSeconds,
    policy: pulse.recovery,
    lateSeconds: rules.lateSeconds,
    catchUpWithinSeconds: rules.catchUpSeconds,
    spreadSeconds: rules.spreadSeconds,
    ...(lastRecoveryAt === undefined ? {} : { lastRecoveryAt }),
  });
  const first = (state: NewRun["state"]) => (run: PlannedRun) =>
    ({ id: newId(), pulse, run, state, generation: 0, recoversRunId: null }) satisfies NewRun;
  const missed = past.missed.map(first("missed"));
  const late = past.late.map(({ run, startAt }) => ({ ...first("planned")(run), startAt }));
  const again = past.recoveries.map((run) => ({
    ...first("planned")(run),
    generation: 1,
    recoversRunId: missed.find((entry) => entry.run.slot === run.slot)?.id ?? null,
  }));
  const { next } = past;
  return {
    runs: [...missed, ...past.due.map(first("queued")), ...late, ...again],
    move: {
      pulseId: pulse.id,
      cursorAt: past.cursorAt,
      next,
      dueAt: past.hasMore ? pulse.now : next?.plannedAt,
    },
  };
}

export function timingOf(pulse: PulseTimingRow): PulseTiming {
  return {
    schedule: pulse.schedule,
    timeZone: pulse.time_zone,
    pulseId: pulse.id,
    jitterSecret: pulse.jitter_secret,
    jitter: pulse.jitter,
    rest: pulse.rest,
  };
}
