import type { Statement } from "@pulsekeep/database";

/** What proofs are checked against. $1 client ids. A client id that nobody knows, or a removed worker's, has no row. */
export const lookUpWorkers: Statement = {
  name: "look_up_proving_workers",
  text: "select * from lookup_proving_workers($1::text[])",
};

/** Takes ids of verified proofs: $1 workers, $2 workspaces, $3 ids, $4 seconds to keep them. Returns the new ones. */
export const useNonces: Statement = {
  name: "use_nonces",
  text: `insert into worker_nonces (worker_id, workspace_id, jti, expires_at)
    select worker_id, workspace_id, jti, clock_timestamp() + make_interval(secs => $4)
    from unnest($1::uuid[], $2::uuid[], $3::text[]) as t (worker_id, workspace_id, jti)
    on conflict do nothing
    returning worker_id, jti`,
};

/** Which of these sessions are their worker's and open: $1 sessions, $2 workers. */
export const findSessions: Statement = {
  name: "find_sessions",
  text: `select s.id, s.worker_id from unnest($1::uuid[], $2::uuid[]) as t (id, worker_id)
    join worker_sessions s on s.id = t.id and s.worker_id = t.worker_id
    where s.expires_at > clock_timestamp()`,
};

/**
 * Opens sessions: $1 workers, $2 workspaces, $3 ids of GitHub's tokens (null for none), $4 sessions, $5 their ends,
 * $6 GitHub's runs, $7 what the tokens said, $8 now, $9 next check-ins, $10 versions; $11 seconds to keep a
 * token's id. A token that was used before opens nothing; returns the places of the others.
 */
export const openSessions: Statement = {
  name: "open_sessions",
  text: `with asked as (
      select * from unnest($1::uuid[], $2::uuid[], $3::text[], $4::uuid[], $5::timestamptz[], $6::text[], $7::jsonb[],
        $8::timestamptz[], $9::timestamptz[], $10::text[]) with ordinality
        as t (worker_id, workspace_id, jti, id, expires_at, run_id, runner, seen_at, check_in_at, version, place)
    ), used as (
      insert into worker_nonces (worker_id, workspace_id, jti, expires_at)
      select worker_id, workspace_id, jti, clock_timestamp() + make_interval(secs => $11)
      from asked where jti is not null
      on conflict do nothing
      returning worker_id, jti
    ), opened as (
      select a.* from asked a left join used u on u.worker_id = a.worker_id and u.jti = a.jti
      where a.jti is null or u.jti is not null
    ), sessions as (
      insert into worker_sessions (id, workspace_id, worker_id, github_run_id, runner, expires_at)
      select id, workspace_id, worker_id, run_id, runner, expires_at from opened
    ), seen as (
      update workers w set last_handshake_at = o.seen_at, next_check_in_at = o.check_in_at, version = o.version
      from opened o where w.id = o.worker_id
    )
    select (place - 1)::int as place from opened`,
};
