import type { Statement } from "@pulsekeep/database";
import {
  FIRST_LOOK_SECONDS,
  LEASE_EXPIRED,
  MAX_ATTEMPTS,
  RECOVERIES_LOOK_BACK_SECONDS,
  WAITING_LOOK_SECONDS,
} from "./run-rules.js";

/** A window that closes is seen within a second: one that is seen so much later closed while nobody looked. */
const PROMPT_SECONDS = 60;

/** $1 most rows. */
export const lockOverdueRuns: Statement = {
  name: "lock_overdue_runs",
  text: `select id, workspace_id, worker_id, lane_id, state, window_ends_at <= clock_timestamp() as window_over,
      lease_expires_at <= clock_timestamp() as lease_over
    from runs where next_action_at <= now() order by next_action_at limit $1 for update skip locked`,
};

/** A lease ran out without a report. The worker looks before it acts, so another try repeats no effect. $1 runs. */
export const takeBackRuns: Statement = {
  name: "take_back_runs",
  text: `with judged as (
      select id, attempts >= ${MAX_ATTEMPTS} or window_ends_at <= clock_timestamp()
        or (pulse_id is null and kind <> 'verify') as is_over
      from runs where id = any($1::uuid[]) and state = 'claimed'
    ), changed as (
      update runs r set state = case when is_over then 'unknown' else 'queued' end, reason = '${LEASE_EXPIRED}',
        ended_at = case when is_over then clock_timestamp() end,
        next_action_at = case when is_over then null else clock_timestamp() end, lease_expires_at = null
      from judged j where r.id = j.id and r.state = 'claimed'
      returning r.id, r.state, r.workspace_id, r.pulse_id
    )
    insert into run_notices (run_id, kind, workspace_id, pulse_id, reason)
    select id, 'unknown', workspace_id, pulse_id, '${LEASE_EXPIRED}' from changed where state = 'unknown'
    on conflict do nothing`,
};

/** Puts planned runs at the end of their lanes. $1 runs, $2 their numbers. */
export const queuePlannedRuns: Statement = {
  name: "queue_planned_runs",
  text: `update runs r set state = 'queued', seq = t.seq from unnest($1::uuid[], $2::bigint[]) as t (id, seq)
    where r.id = t.id and r.state = 'planned'`,
};

/**
 * The window closed. Missed, and perhaps done again, is only what no worker has tried: after an attempt that
 * nobody reported, a second generation could do it twice. It is no worker's fault where one has an earlier run of the
 * lane, or where nobody was here when the window closed, nor long enough before to call the run late. $1 runs.
 */
export const closeWindows: Statement = {
  name: "close_windows",
  text: `with closed as (
      update runs r set ended_at = clock_timestamp(), next_action_at = null,
        state = case when attempts = 0 or reason is null then 'missed'
                     when reason = '${LEASE_EXPIRED}' then 'unknown' else 'failed' end,
        reason = case
          when attempts > 0 and reason is not null then reason
          when exists (select from runs o where o.lane_id = r.lane_id and o.ended_at is null and o.seq < r.seq
                         and (o.state = 'claimed' or o.attempts > 0)) then 'turn_did_not_come'
          when window_ends_at < clock_timestamp() - interval '${PROMPT_SECONDS} s'
            and not exists (select from run_notices n where n.run_id = r.id and n.kind = 'late') then 'server_was_down'
          else 'worker_did_not_come' end
      where id = any($1::uuid[]) and state in ('planned', 'queued', 'offered')
      returning id, workspace_id, worker_id, lane_id, pulse_id, kind, slot, generation, state, reason, nominal_at,
        planned_at, attempts
    ), noticed as (
      insert into run_notices (run_id, kind, workspace_id, pulse_id, reason)
      select id, state, workspace_id, pulse_id, reason from closed on conflict do nothing
    )
    select * from closed`,
};

/**
 * The pulses of missed runs that may be done again, and what there is of them already; of a pulse whose last run this
 * was too. $1 pulses, $2 the planned instants of the missed runs, $3 seconds that are caught up. The lock keeps a pulse from being deleted before its new run is written.
 */
export const selectRecoverable: Statement = {
  name: "select_recoverable",
  text: `select p.id, p.schedule, p.time_zone, p.jitter, p.rest, p.recovery, p.jitter_secret,
      clock_timestamp() as now,
      (select max(r.planned_at) from runs r where r.pulse_id = p.id and r.generation > 0
         and r.planned_at > now() - interval '${RECOVERIES_LOOK_BACK_SECONDS} s') as last_recovery_at,
      exists (select from runs r where r.pulse_id = p.id and r.planned_at > t.planned_at and r.generation = 0
              and r.state <> 'missed') as has_newer
    from unnest($1::uuid[], $2::timestamptz[]) as t (id, planned_at) join pulses p on p.id = t.id
    where p.state <> 'paused' and p.recovery <> 'skip'
      and t.planned_at > clock_timestamp() - make_interval(secs => $3)
    order by p.id for key share of p`,
};

/** $1 ids, $2 the missed runs, $3 instants that they are planned for; $4 seconds until late, $5 of the window. */
export const insertRecoveries: Statement = {
  name: "insert_recoveries",
  text: `insert into runs (id, workspace_id, worker_id, pulse_id, lane_id, kind, state, slot, generation,
      recovers_run_id, nominal_at, planned_at, late_after, window_ends_at, next_action_at)
    select t.id, r.workspace_id, r.worker_id, r.pulse_id, r.lane_id, r.kind, 'planned', r.slot, r.generation + 1,
      r.id, r.nominal_at, t.planned_at, t.planned_at + make_interval(secs => $4),
      t.planned_at + make_interval(secs => $5), t.planned_at
    from unnest($1::uuid[], $2::uuid[], $3::timestamptz[]) as t (id, missed_id, planned_at)
    join runs r on r.id = t.missed_id
    on conflict (pulse_id, slot, generation) do nothing`,
};

/**
 * Tells of runs that are late and says when to look at an open run next. One that is claimed is only looked at when its
 * lease is over: by the end of its window, long ago perhaps, it would be the first to be looked at until then. $1 runs.
 */
export const lookAgain: Statement = {
  name: "look_again",
  text: `with looked as (
      update runs set next_action_at = case state when 'claimed' then lease_expires_at else least(window_ends_at,
        case when late_after > clock_timestamp() then late_after end,
        case state when 'queued' then clock_timestamp() + case when exists
                     (select from runs o where o.lane_id = runs.lane_id and o.ended_at is null and o.seq < runs.seq)
                     then interval '${WAITING_LOOK_SECONDS} s' else interval '${FIRST_LOOK_SECONDS} s' end end) end
      where id = any($1::uuid[]) and ended_at is null and next_action_at <= clock_timestamp()
      returning id, workspace_id, pulse_id, state, late_after
    )
    insert into run_notices (run_id, kind, workspace_id, pulse_id, reason)
    select id, 'late', workspace_id, pulse_id, 'worker_did_not_come' from looked
    where state <> 'claimed' and late_after <= clock_timestamp()
    on conflict do nothing`,
};
