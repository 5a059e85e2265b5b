import type { Statement } from "@pulsekeep/database";

/** What a claim may add to a workspace's minute; counts start anew with each minute of the database's clock. */
const minuteRoom = `greatest(0, least(excluded.granted, $3 -
  case when w.minute_starts_at >= excluded.minute_starts_at then w.writes else 0 end))`;

/** The commits of the day that is asked for; the quarters need counting only when that day is another than before. */
const dayCommits = `case c.day_starts_at when excluded.day_starts_at then c.day_commits
  else (select coalesce(sum(count), 0)::int from unnest(c.quarters, c.counts) as t (quarter, count)
        where quarter >= excluded.day_starts_at) end`;
const dayRoom = `greatest(0, least(excluded.granted, $9 - ${dayCommits}))`;
const isSameQuarter = "c.quarters[cardinality(c.quarters)] >= excluded.quarters[1]";

/**
 * Takes room for writes, as much of what is wanted as there is. $1 workspaces, $2 how many writes are wanted of
 * each, $3 most of a minute; $4 workspaces of the repositories $5, $6 how many commits are wanted of each, $7 the
 * quarters of an hour that they count in, $8 the starts of their days, $9 most of a day. Both lists are in one
 * order for all callers, so that no two wait for each other. A row per workspace and one per repository.
 */
export const takeRoom: Statement = {
  name: "take_room",
  text: `with minutes as (
      insert into workspace_writes as w (workspace_id, minute_starts_at, writes, granted)
      select t.workspace_id, date_trunc('minute', clock_timestamp()), least(t.wanted, $3), least(t.wanted, $3)
      from unnest($1::uuid[], $2::int[]) as t (workspace_id, wanted)
      on conflict (workspace_id) do update set
        minute_starts_at = greatest(w.minute_starts_at, excluded.minute_starts_at),
        writes = ${minuteRoom} +
          case when w.minute_starts_at >= excluded.minute_starts_at then w.writes else 0 end,
        granted = ${minuteRoom}
      returning workspace_id, granted,
        extract(epoch from minute_starts_at + interval '1 minute' - clock_timestamp())::float8 * 1000 as over_in_ms
    ), days as (
      insert into repository_commits as c
        (workspace_id, repository, quarters, counts, day_starts_at, day_commits, granted)
      select t.workspace_id, t.repository, array[t.quarter], array[least(t.wanted, $9)], t.day_starts_at,
        least(t.wanted, $9), least(t.wanted, $9)
      from unnest($4::uuid[], $5::text[], $6::int[], $7::timestamptz[], $8::timestamptz[])
        as t (workspace_id, repository, wanted, quarter, day_starts_at)
      on conflict (workspace_id, repository) do update set
        quarters = case when ${isSameQuarter} then c.quarters
          else c.quarters[cardinality(c.quarters) - 103:] || excluded.quarters end,
        counts = case when ${isSameQuarter}
          then c.counts[:cardinality(c.counts) - 1] || (c.counts[cardinality(c.counts)] + ${dayRoom})
          else c.counts[cardinality(c.counts) - 103:] || ${dayRoom} end,
        day_starts_at = excluded.day_starts_at, day_commits = ${dayCommits} + ${dayRoom}, granted = ${dayRoom}
      returning workspace_id, repository, granted
    )
    select workspace_id, null as repository, granted, over_in_ms from minutes
    union all select workspace_id, repository, granted, null from days`,
};

/** In `takeRoom`'s transaction, what was taken in vain: $1 workspaces, $2 writes; $3 workspaces of $4, $5 commits. */
export const giveBackRoom: Statement = {
  name: "give_back_room",
  text: `with minutes as (
      update workspace_writes w set writes = w.writes - t.writes
      from unnest($1::uuid[], $2::int[]) as t (workspace_id, writes) where w.workspace_id = t.workspace_id
    )
    update repository_commits c set day_commits = c.day_commits - t.commits,
      counts = c.counts[:cardinality(c.counts) - 1] || (c.counts[cardinality(c.counts)] - t.commits)
    from unnest($3::uuid[], $4::text[], $5::int[]) as t (workspace_id, repository, commits)
    where c.workspace_id = t.workspace_id and c.repository = t.repository`,
};

/** The repository's day is full: the run is over, and its lane goes on. $1 runs. */
export const endCapped: Statement = {
  name: "end_capped",
  text: `update runs set state = 'skipped', reason = 'daily_cap', ended_at = clock_timestamp(), next_action_at = null
    where id = any($1::uuid[]) and state in ('queued', 'offered')
    returning id, workspace_id, worker_id`,
};
