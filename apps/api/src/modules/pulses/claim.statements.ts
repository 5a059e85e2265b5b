import type { Statement } from "@pulsekeep/database";
import { LEASE_EXPIRED } from "./run-rules.js";

/**
 * The runs that each claim gets, locked, with what their signals are written from. $1 workers, $2 claim ids,
 * $3 most runs of each. A claim that is repeated gets what it got before; otherwise the offered heads of the
 * worker's lanes, oldest first. What another claim is taking is left out. A head need not have been offered: that a
 * worker asks for it is enough, unless it waits for its next attempt.
 */
export const lockClaimable: Statement = {
  name: "lock_claimable",
  text: `with asked as (
      select * from unnest($1::uuid[], $2::text[], $3::int[]) with ordinality as t (worker_id, claim_id, max, place)
    ), heads as (
      select asked.place, asked.claim_id, asked.max, head.id, head.state,
        row_number() over (partition by asked.place order by head.planned_at, head.id) as nth,
        bool_or(head.state = 'claimed') over (partition by asked.place) as again
      from asked join lanes l on l.worker_id = asked.worker_id
      cross join lateral (
        select id, state, claim_id, planned_at, attempts, next_action_at from runs
        where lane_id = l.id and ended_at is null and seq is not null order by seq limit 1
      ) head
      where head.state = 'offered'
        or (head.state = 'queued' and (head.attempts = 0 or head.next_action_at <= clock_timestamp()))
        or (head.state = 'claimed' and head.claim_id = asked.claim_id)
    )
    select (h.place - 1)::int as place, r.id, r.state, r.kind, r.fence, r.seq::int as seq, r.params::text,
      date_part('epoch', clock_timestamp()) * 1000 as now_ms,
      p.name as pulse_name, p.time_zone, p.rest::text, p.message::text, p.change::text, p.target_repository,
      p.target_branch, w.repository_full_name, w.default_branch, w.author_name, w.author_email,
      g.run_count, g.streak_days, g.streak_on::text, array_to_string(g.recent_subjects, ',') as recent_subjects
    from heads h join runs r on r.id = h.id
    left join pulses p on p.id = r.pulse_id
    left join workers w on w.id = r.worker_id
    left join pulse_progress g on g.pulse_id = r.pulse_id
    where ((h.again and h.state = 'claimed') or (not h.again and h.nth <= h.max))
      -- Again of the locked row: a report may have put off the next attempt in between.
      and (r.state = 'offered'
        or (r.state = 'queued' and (r.attempts = 0 or r.next_action_at <= clock_timestamp()))
        or (r.state = 'claimed' and r.claim_id = h.claim_id))
    order by h.place, r.planned_at, r.id
    for update of r skip locked`,
};

/**
 * Leases locked runs, by the database's clock: $1 runs, $2 claim ids, $3 signal ids, $4 what the signals say,
 * $5 hashes of subjects, $6 streaks, $7 their last days; $8 seconds of the lease, $9 of the signal. Returns how many
 * there were, and the instant from which the leases count.
 */
export const leaseRuns: Statement = {
  name: "lease_runs",
  text: `with clock as materialized (
      select at, at + make_interval(secs => $8) as lease_expires_at, at + make_interval(secs => $9) as signal_expires_at
      from (select clock_timestamp() as at) now
    ), leased as (
      update runs r set state = 'claimed', claim_id = t.claim_id,
        offered_at = case r.state when 'queued' then clock.at else r.offered_at end,
        claimed_at = case r.state when 'claimed' then r.claimed_at else clock.at end,
        fence = r.fence + case r.state when 'claimed' then 0 else 1 end,
        attempts = r.attempts + case r.state when 'claimed' then 0 else 1 end,
        lease_expires_at = clock.lease_expires_at,
        next_action_at = least(r.next_action_at, clock.lease_expires_at),
        signal_expires_at = clock.signal_expires_at, signal_jti = t.signal_jti,
        params = coalesce(r.params, t.params), subject_hash = coalesce(r.subject_hash, t.subject_hash),
        streak_days = coalesce(r.streak_days, t.streak_days), streak_on = coalesce(r.streak_on, t.streak_on::date)
      from clock, unnest($1::uuid[], $2::text[], $3::text[], $4::json[], $5::int[], $6::int[], $7::text[])
        as t (id, claim_id, signal_jti, params, subject_hash, streak_days, streak_on)
      where r.id = t.id and r.state in ('queued', 'offered', 'claimed')
      returning 1
    )
    select (select count(*)::int from leased) as leased, date_part('epoch', at) * 1000 as leased_at_ms from clock`,
};

/** What no signal can say ends here, lest it keep the others from being claimed. $1 runs. */
export const endUnwritable: Statement = {
  name: "end_unwritable",
  text: `with ended as (
      update runs set state = 'failed', reason = 'invalid_params', ended_at = clock_timestamp(), next_action_at = null
      where id = any($1::uuid[]) and ended_at is null
      returning id, workspace_id, worker_id, pulse_id
    ), noticed as (
      insert into run_notices (run_id, kind, workspace_id, pulse_id, reason)
      select id, 'failed', workspace_id, pulse_id, 'invalid_params' from ended on conflict do nothing
    )
    select id, workspace_id, worker_id from ended`,
};

/**
 * Ends runs that were done, where the claim is still the latest: $1 runs, $2 workers, $3 fences, $4 commits.
 * A report that comes after its lease counts until somebody else has claimed the run, also where the run had ended for
 * nobody knew how; what came after it then keeps its streak. Returns the places of those that it ended, from 0 on; the
 * others are to be looked at one by one. (`coalesce`: "is null" would look like a way to find rows.)
 */
export const endSucceeded: Statement = {
  name: "end_succeeded",
  text: `with done as (
      update runs r set state = 'succeeded', commit_sha = t.commit_sha, reason = null, ended_at = clock_timestamp(),
        next_action_at = null, lease_expires_at = null
      from unnest($1::uuid[], $2::uuid[], $3::int[], $4::text[]) with ordinality
        as t (id, worker_id, fence, commit_sha, place)
      where r.id = t.id and r.worker_id = t.worker_id and r.fence = t.fence and r.kind <> 'verify'
        and (coalesce(r.ended_at, 'infinity') = 'infinity' or (r.state = 'unknown' and r.reason = '${LEASE_EXPIRED}'))
      returning (t.place - 1)::int as place, r.id, r.workspace_id, r.pulse_id, r.generation, r.subject_hash,
        r.streak_days, r.streak_on
    ), recovered as (
      insert into run_notices (run_id, kind, workspace_id, pulse_id)
      select id, 'recovered', workspace_id, pulse_id from done where generation > 0 on conflict do nothing
    ), gone_on as (
      update pulse_progress g set run_count = g.run_count + 1,
        streak_days = case when d.streak_on < g.streak_on then g.streak_days else coalesce(d.streak_days, 1) end,
        streak_on = greatest(g.streak_on, d.streak_on),
        recent_subjects = (g.recent_subjects || array_remove(array[d.subject_hash], null))
          [greatest(1, cardinality(g.recent_subjects) - 48):]
      from done d where g.pulse_id = d.pulse_id
    )
    select place from done`,
};
