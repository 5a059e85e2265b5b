import type { Statement } from "@pulsekeep/database";
import type { DeploymentFacts } from "./deployment-facts.js";

/**
 * A row of `examineTrigger`. Columns of `key_` are null unless the key was used, those of `open_` unless a deployment
 * of the same environment and service runs or is observed: there is one at most.
 */
export type ExaminedTrigger = {
  environments: string[];
  /** Names that a trigger may give as its service; a project without such a list takes every name. */
  services: string[];
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

/** Everything a trigger's answer hangs on, in one look. project, key, environment, service */
export const examineTrigger: Statement = {
  name: "examine_trigger",
  text: `select p.environments, p.services, p.abandon_seconds, p.sample_seconds, w.deployments_per_month as quota,
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
  from projects p
  join workspaces w on w.id = p.workspace_id
  join metric_endpoints e on e.project_id = p.id and e.environment = ''
  left join metric_endpoints own on own.project_id = p.id and own.environment = $3 and own.environment <> ''
    and own.state = 'active'
  left join idempotency_keys k on k.project_id = p.id and k.key = $2 and k.expires_at > clock_timestamp()
  left join deployments d on d.id = k.deployment_id
  left join deployments o on o.project_id = p.id and o.environment = $3 and o.service = $4
    and o.state in ('running', 'observing')
  where p.id = $1`,
};

/** Binds a key to a deployment for a day; a key whose day is over is taken anew. project, key, digest, deployment */
export const bindKey: Statement = {
  name: "bind_trigger_key",
  text: `insert into idempotency_keys (project_id, key, body_hash, deployment_id, workspace_id, expires_at)
    select $1, $2, $3, $4, workspace_id, clock_timestamp() + interval '24 hours' from projects where id = $1
    on conflict (project_id, key) do update
    set body_hash = excluded.body_hash, deployment_id = excluded.deployment_id, expires_at = excluded.expires_at`,
};

/** The analyst writes the verdict itself. deployment */
export const abandonDeployment: Statement = {
  name: "abandon_overdue_deployment",
  text: `update deployments set state = 'abandoned', verdict_state = 'inconclusive', ended_at = clock_timestamp(),
    next_action_at = clock_timestamp() where id = $1 and state = 'running'`,
};

/** What is still observed gets its verdict on what there is. project, environment, service */
export const supersedeObserved: Statement = {
  name: "supersede_observed",
  text: `with superseded as (
      update deployments set state = 'superseded', ended_at = clock_timestamp(), next_action_at = clock_timestamp()
      where project_id = $1 and environment = $2 and service = $3 and state = 'observing' returning id
    ), told as (
      insert into outbox (topic, key, body)
      select 'deployments.evaluate', id::text, jsonb_build_object('deploymentId', id) from superseded
    )
    select id from superseded`,
};

/**
 * Begins a deployment, unless the month's quota is reached: then there is no row. Counting comes first, and the rest
 * hangs on it. project, workspace, quota, id, facts, seconds until abandoned, seconds between samples, key, digest,
 * whose endpoint measures it
 */
export const beginDeployment: Statement = {
  name: "begin_deployment",
  text: `with counted as (
      insert into workspace_deployments as c (workspace_id, month, used)
      values ($2, date_trunc('month', clock_timestamp() at time zone 'UTC')::date, 1)
      on conflict (workspace_id) do update
      set used = case when c.month = excluded.month then c.used + 1 else 1 end, month = excluded.month
      where $3::int is null or c.month <> excluded.month or c.used < $3
      returning used
    ), numbered as (
      update projects set next_deployment_number = next_deployment_number + 1
      where id = $1 and exists (select from counted) returning next_deployment_number - 1 as number
    ), watched as (
      update metric_endpoints
      set interval_seconds = $16, next_scrape_at = least(next_scrape_at, clock_timestamp())
      where project_id = $1 and environment = $19 and state = 'active' and exists (select from counted)
    ), bound as (
      insert into idempotency_keys as k (project_id, key, body_hash, deployment_id, workspace_id, expires_at)
      select $1, $17::text, $18::bytea, $4, $2, clock_timestamp() + interval '24 hours' from counted
      where $17::text is not null
      on conflict (project_id, key) do update
      set body_hash = excluded.body_hash, deployment_id = excluded.deployment_id, expires_at = excluded.expires_at
    )
    insert into deployments (id, workspace_id, project_id, number, environment, service, branch, version, commit_sha,
      committed_at, pr, actor, run_url, is_rollback, started_at, abandon_at, next_action_at,
      measured_environment)
    select $4, $2, $1, number, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, statement_timestamp(),
      statement_timestamp() + make_interval(secs => $15), statement_timestamp() + make_interval(secs => $15), $19
    from numbered
    returning id`,
};
