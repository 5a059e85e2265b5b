import type { Statement } from "@pulsekeep/database";
import type { DeploymentFacts } from "./deployment-facts.js";
import { few } from "./few.js";

/**
 * A row of `examineTriggers`. Columns of `key_` are null unless the key was used, those of `open_` unless a deployment
 * of the same environment and service runs or is observed: there is one at most.
 */
export type ExaminedTrigger = {
  /** Which of the triggers this is about, from 1 on. */
  place: string;
  /** The project's environments, where the trigger names none of them. */
  known_environments: string[] | null;
  /** The project's services, where the trigger names none of them; a project without such a list takes every name. */
  known_services: string[] | null;
  abandon_seconds: number;
  sample_seconds: number;
  quota: number | null;
  /** The environment, where it is measured by an active endpoint of its own; '' where the project's measures it. */
  measured_environment: string;
  endpoint_state: "none" | "pending" | "active" | "blocked";
  source: "endpoint" | "push" | "prometheus";
  active_url: string | null;
  hmac_version: "v2" | "v3";
  hmac_enabled: boolean;
  hmac_secret_sealed: Buffer | null;
  key_body_hash: Buffer | null;
  key_deployment: {
    id: string;
    number: number;
    facts: Omit<DeploymentFacts, "committedAt"> & { committedAt: number | null };
  } | null;
  open_id: string | null;
  open_state: "running" | "observing" | null;
  open_number: number | null;
  open_is_overdue: boolean | null;
};

/** Everything that triggers' answers hang on, in one look. $1 projects, $2 keys, $3 environments, $4 services */
export const examineTriggers: Statement = {
  name: "examine_triggers",
  text: `select a.place,
    case when a.environment = any (p.environments) then null else p.environments end as known_environments,
    case when p.services = '{}' or a.service = '' or a.service = any (p.services) then null else p.services end
      as known_services,
    p.abandon_seconds, p.sample_seconds, w.deployments_per_month as quota,
    coalesce(own.environment, '') as measured_environment, e.state as endpoint_state, coalesce(own.source, e.source) as source,
    coalesce(own.active_url, e.active_url) as active_url, coalesce(own.hmac_version, e.hmac_version) as hmac_version,
    e.hmac_enabled, e.hmac_secret_sealed,
    k.body_hash as key_body_hash,
    case when d.id is null then null else json_build_object('id', d.id, 'number', d.number, 'facts', json_build_object(
      'environment', d.environment, 'service', d.service, 'branch', d.branch, 'version', d.version,
      'commitSha', d.commit_sha, 'committedAt', extract(epoch from d.committed_at) * 1000, 'pr', d.pr,
      'actor', d.actor, 'runUrl', d.run_url, 'isRollback', d.is_rollback)) end as key_deployment,
    o.id as open_id, o.state as open_state, o.number as open_number,
    o.abandon_at <= clock_timestamp() as open_is_overdue
  from (${few("$1::uuid[], $2::text[], $3::text[], $4::text[]", "project_id, key, environment, service")}) a
  join projects p on p.id = a.project_id
  join workspaces w on w.id = p.workspace_id
  join metric_endpoints e on e.project_id = p.id and e.environment = ''
  left join metric_endpoints own on own.project_id = a.project_id and own.environment = a.environment
    and own.environment <> '' and own.state = 'active'
  left join idempotency_keys k on k.project_id = a.project_id and k.key = a.key and k.expires_at > clock_timestamp()
  left join deployments d on d.id = k.deployment_id
  left join deployments o on o.project_id = a.project_id and o.environment = a.environment and o.service = a.service
    and o.state in ('running', 'observing')`,
};

/** Binds keys to deployments for a day; a key whose day is over is taken anew. $1 projects, $2 workspaces, $3 keys, $4 digests, $5 deployments */
export const bindKeys: Statement = {
  name: "bind_trigger_keys",
  text: `insert into idempotency_keys (project_id, workspace_id, key, body_hash, deployment_id, expires_at)
    select project_id, workspace_id, key, body_hash, deployment_id, clock_timestamp() + interval '24 hours'
    from (${few("$1::uuid[], $2::uuid[], $3::text[], $4::bytea[], $5::uuid[]", "project_id, workspace_id, key, body_hash, deployment_id")}) a
    on conflict (project_id, key) do update
    set body_hash = excluded.body_hash, deployment_id = excluded.deployment_id, expires_at = excluded.expires_at`,
};

/** The analyst writes their verdicts itself. $1 deployments */
export const abandonDeployments: Statement = {
  name: "abandon_overdue_deployments",
  text: `update deployments d set state = 'abandoned', verdict_state = 'inconclusive', ended_at = clock_timestamp(),
    next_action_at = clock_timestamp() from (${few("$1::uuid[]", "id")}) a where d.id = a.id and d.state = 'running'`,
};

/**
 * Begins deployments of different workspaces, each unless its month's quota is reached: then it has no row, and nothing
 * was changed for it. Counting comes first, and all the rest hangs on it. What is still observed of the same
 * environment and service gets its verdict on what there is.
 *
 * $1 projects, $2 workspaces, $3 ids, $4 to $13 facts, $14 seconds until abandoned, $15 seconds between samples,
 * $16 keys, $17 digests, $18 whose endpoint measures it, $19 whether something is superseded
 */
export const beginDeployments: Statement = {
  name: "begin_deployments",
  text: `with asked as (
      ${few(
        `$1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
         $9::timestamptz[], $10::text[], $11::text[], $12::text[], $13::bool[], $14::int[], $15::int[], $16::text[],
         $17::bytea[], $18::text[], $19::bool[]`,
        `project_id, workspace_id, id, environment, service, branch, version, commit_sha, committed_at, pr, actor,
         run_url, is_rollback, abandon_seconds, sample_seconds, key, body_hash, measured_environment, supersedes`,
      )}
    ), counted as (
      insert into workspace_deployments as c (workspace_id, month, used)
      select workspace_id, date_trunc('month', clock_timestamp() at time zone 'UTC')::date, 1 from asked
      on conflict (workspace_id) do update
      set used = case when c.month = excluded.month then c.used + 1 else 1 end, month = excluded.month
      where c.month <> excluded.month or coalesce(
        c.used < (select deployments_per_month from workspaces w where w.id = c.workspace_id), true)
      returning c.workspace_id
    ), begun as (
      update projects p set next_deployment_number = p.next_deployment_number + 1
      from asked a join counted c on c.workspace_id = a.workspace_id
      where p.id = a.project_id
      returning a.*, p.next_deployment_number - 1 as number
    ), superseded as (
      update deployments d set state = 'superseded', ended_at = clock_timestamp(), next_action_at = clock_timestamp()
      from begun b
      where b.supersedes and d.project_id = b.project_id and d.environment = b.environment and d.service = b.service
        and d.state = 'observing'
      returning d.id
    ), told as (
      insert into outbox (topic, key, body)
      select 'deployments.evaluate', id::text, jsonb_build_object('deploymentId', id) from superseded
    ), watched as (
      update metric_endpoints e
      set interval_seconds = b.sample_seconds, next_scrape_at = least(e.next_scrape_at, clock_timestamp())
      from begun b
      where e.project_id = b.project_id and e.environment = b.measured_environment and e.state = 'active'
        -- What is scraped that densely already, and due, is not written again.
        and (e.interval_seconds, e.next_scrape_at <= clock_timestamp()) is distinct from (b.sample_seconds, true)
    ), bound as (
      insert into idempotency_keys as k (project_id, workspace_id, key, body_hash, deployment_id, expires_at)
      select project_id, workspace_id, key, body_hash, id, clock_timestamp() + interval '24 hours' from begun
      where key is not null
      on conflict (project_id, key) do update
      set body_hash = excluded.body_hash, deployment_id = excluded.deployment_id, expires_at = excluded.expires_at
    )
    insert into deployments (id, workspace_id, project_id, number, environment, service, branch, version, commit_sha,
      committed_at, pr, actor, run_url, is_rollback, started_at, abandon_at, next_action_at, measured_environment)
    select id, workspace_id, project_id, number, environment, service, branch, version, commit_sha, committed_at, pr,
      actor, run_url, is_rollback, statement_timestamp(), statement_timestamp() + make_interval(secs => abandon_seconds),
      statement_timestamp() + make_interval(secs => abandon_seconds), measured_environment
    from begun
    returning id`,
};
