import type { Statement } from "@pulsekeep/database";
import { FIRST_LOOK_SECONDS, RECOVERIES_LOOK_BACK_SECONDS } from "./run-rules.js";

const columns = `id, workspace_id, worker_id, lane_id, kind, schedule::text, time_zone, jitter::text, rest::text,
  recovery, jitter_secret, date_part('epoch', cursor_at) * 1000 as cursor_ms,
  date_part('epoch', clock_timestamp()) * 1000 as now_ms`;

/** $1 most rows, $2 workspaces to leave out. */
export const lockDuePulses: Statement = {
  name: "lock_due_pulses",
  text: `select ${columns} from pulses
    where state = 'active' and next_due_at <= now() and workspace_id <> all($2::uuid[])
    order by next_due_at limit $1 for update skip locked`,
};

/** $1 most rows, $2 the workspace. */
export const lockDuePulsesOf: Statement = {
  name: "lock_due_pulses_of",
  text: `select ${columns} from pulses
    where state = 'active' and next_due_at <= now() and workspace_id = $2
    order by next_due_at limit $1 for update skip locked`,
};

/** $1 pulses. */
export const lockDuePulsesById: Statement = {
  name: "lock_due_pulses_by_id",
  text: `select ${columns} from pulses
    where state = 'active' and next_due_at <= now() and id = any($1::uuid[]) for update skip locked`,
};

/**
 * One row per run: $1 ids, $2 workspaces, $3 workers, $4 pulses, $5 lanes, $6 kinds, $7 states, $8 slots,
 * $9 generations, $10 recovered runs, $11 nominal instants, $12 planned instants, $13 numbers in the lane; $14
 * seconds until late, $15 of the window. A slot that is there already stays as it is. Returns the workers that
 * have something new to claim.
 */
export const insertRuns: Statement = {
  name: "insert_runs",
  text: `with written as (
      insert into runs (id, workspace_id, worker_id, pulse_id, lane_id, kind, state, slot, generation,
        recovers_run_id, seq, nominal_at, planned_at, late_after, window_ends_at, next_action_at, ended_at, reason)
      select id, workspace_id, worker_id, pulse_id, lane_id, kind, state, slot, generation, recovers_run_id, seq,
        nominal_at, planned_at, planned_at + make_interval(secs => $14), planned_at + make_interval(secs => $15),
        case state when 'queued' then clock_timestamp() + interval '${FIRST_LOOK_SECONDS} s'
                   when 'planned' then planned_at end,
        case state when 'missed' then clock_timestamp() end,
        case state when 'missed' then 'server_was_down' end
      from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::uuid[], $6::text[], $7::text[],
        $8::text[], $9::int[], $10::uuid[], $11::timestamptz[], $12::timestamptz[], $13::bigint[])
        as t (id, workspace_id, worker_id, pulse_id, lane_id, kind, state, slot, generation, recovers_run_id,
              nominal_at, planned_at, seq)
      on conflict (pulse_id, slot, generation) do nothing
      returning id, workspace_id, worker_id, pulse_id, state
    ), noticed as (
      insert into run_notices (run_id, kind, workspace_id, pulse_id, reason)
      select id, 'missed', workspace_id, pulse_id, 'server_was_down' from written where state = 'missed'
    )
    select distinct worker_id from written where state = 'queued'`,
};

/** $1 pulses, $2 cursors, $3 next slots, $4 next nominal instants, $5 next due instants, $6 whether it has ended. */
export const moveCursors: Statement = {
  name: "move_cursors",
  text: `update pulses p set cursor_at = t.cursor_at, next_slot = t.next_slot, next_nominal_at = t.next_nominal_at,
      next_due_at = t.next_due_at, state = case when t.has_ended then 'finished' else p.state end
    from unnest($1::uuid[], $2::timestamptz[], $3::text[], $4::timestamptz[], $5::timestamptz[], $6::bool[])
      as t (id, cursor_at, next_slot, next_nominal_at, next_due_at, has_ended)
    where p.id = t.id`,
};

/** When each pulse was last done again, if that is not too long ago to matter: its history may be long. $1 pulses. */
export const selectLastRecoveries: Statement = {
  name: "select_last_recoveries",
  text: `select pulse_id, max(planned_at) as at from runs
    where pulse_id = any($1::uuid[]) and generation > 0
      and planned_at > now() - interval '${RECOVERIES_LOOK_BACK_SECONDS} s'
    group by pulse_id`,
};

/** The next instant that a pulse is due, if any. */
export const selectNextDue: Statement = {
  name: "select_next_due",
  text: `select extract(epoch from min(next_due_at) - clock_timestamp())::float8 * 1000 as in_ms
    from pulses where state = 'active' and next_due_at is not null`,
};
