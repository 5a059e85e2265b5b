import type { Transaction } from "@pulsekeep/database";
import { sql } from "drizzle-orm";
import { pgArray, pgTextArray } from "../../platform/pg-array.js";
import type { ClaimedScrape } from "./measure.service.js";
import { stepOnGrid } from "./scrape-grid.js";

const MAX_SCRAPE_MS = 5_000;

type DueEndpoint = {
  project_id: string;
  /** Whose endpoint it is: an environment's, or the project's (''). */
  environment: string;
  workspace_id: string;
  source: "endpoint" | "push" | "prometheus";
  is_blocked: boolean;
  active_url: string | null;
  prometheus: unknown;
  prometheus_token_sealed: Buffer | null;
  hmac_enabled: boolean;
  hmac_secret_sealed: Buffer | null;
  hmac_version: "v2" | "v3";
  hmac_previous_sealed: Buffer | null;
  hmac_previous_until: string | null;
  last_sample_at: string | null;
  due_at: string;
  now: string;
  interval_seconds: number;
  /** Null while nothing is watched and the baseline is off. */
  next_interval_seconds: number | null;
};

type Step = { endpoint: DueEndpoint; nextAt: Date | null; isOnTime: boolean };

export type ClaimLimits = {
  max: number;
  maxOfWorkspace: number;
  /** Scrapes under way in this process, by workspace. */
  busy: ReadonlyMap<string, number>;
};

/**
 * Takes due endpoints and moves each to its next tick, whether it is asked or not: a tick that is too late for
 * being asked leaves a gap that says so, where a deployment is watched.
 */
export async function claimDue(
  tx: Transaction,
  limits: ClaimLimits,
): Promise<{ scrape: ClaimedScrape; lateMs: number }[]> {
  const due = await lockDue(tx, limits);
  if (due.length === 0) return [];
  const steps = due.map(toStep);
  await moveOn(tx, steps);
  for (const { endpoint, isOnTime } of steps)
    if (!isOnTime && canBeAsked(endpoint)) await recordMissedTicks(tx, endpoint);
  return steps
    .filter(({ endpoint, isOnTime, nextAt }) => isOnTime && nextAt !== null && canBeAsked(endpoint))
    .map(toScrape);
}

/** Workspaces take turns: the second endpoint of each is not asked before the first of every other. */
async function lockDue(tx: Transaction, { max, maxOfWorkspace, busy }: ClaimLimits): Promise<DueEndpoint[]> {
  const { rows } = await tx.execute<DueEndpoint>(
    sql`with waiting as materialized (
          select e.project_id, e.environment, e.next_scrape_at,
                 coalesce(b.count, 0)
                   + row_number() over (partition by e.workspace_id order by e.next_scrape_at, e.project_id, e.environment) as turn
          from metric_endpoints e
          left join unnest(${pgArray([...busy.keys()])}::uuid[], ${pgArray([...busy.values()])}::int[])
            as b(workspace_id, count) on b.workspace_id = e.workspace_id
          where e.next_scrape_at <= now()
        ), chosen as materialized (
          select project_id, environment from waiting where turn <= ${maxOfWorkspace}
          order by turn, next_scrape_at limit ${max}
        )
        select e.project_id, e.environment, e.workspace_id, e.source, e.state = 'blocked' as is_blocked, e.active_url,
               e.prometheus, e.prometheus_token_sealed, s.hmac_enabled, s.hmac_secret_sealed, e.hmac_version,
               s.hmac_previous_sealed, s.hmac_previous_until, e.last_sample_at, e.next_scrape_at as due_at,
               now() as now, e.interval_seconds,
               case when exists (select from deployments d
                                 where d.project_id = e.project_id and d.measured_environment = e.environment
                                   and d.state in ('running', 'observing'))
                    then p.sample_seconds when p.baseline_enabled then p.baseline_seconds
               end as next_interval_seconds
        from metric_endpoints e join projects p on p.id = e.project_id
          join metric_endpoints s on s.project_id = e.project_id and s.environment = ''
        where (e.project_id, e.environment) in (select project_id, environment from chosen) and e.next_scrape_at <= now()
        order by e.next_scrape_at for update of e skip locked`,
  );
  return rows;
}

const canBeAsked = (endpoint: DueEndpoint): boolean =>
  !endpoint.is_blocked &&
  (endpoint.source === "prometheus"
    ? endpoint.prometheus !== null
    : endpoint.source === "endpoint" && endpoint.active_url !== null);

function toStep(endpoint: DueEndpoint): Step {
  const { isOnTime, nextAt } = stepOnGrid({
    dueAt: new Date(endpoint.due_at),
    now: new Date(endpoint.now),
    intervalSeconds: endpoint.interval_seconds,
    nextIntervalSeconds: endpoint.next_interval_seconds ?? endpoint.interval_seconds,
  });
  const goesOn = canBeAsked(endpoint) && endpoint.next_interval_seconds !== null;
  return { endpoint, isOnTime, nextAt: goesOn ? nextAt : null };
}

async function moveOn(tx: Transaction, steps: readonly Step[]): Promise<void> {
  await tx.execute(
    sql`update metric_endpoints e set interval_seconds = t.interval_seconds, next_scrape_at = t.next_at
        from unnest(${pgArray(steps.map(({ endpoint }) => endpoint.project_id))}::uuid[],
          ${pgTextArray(steps.map(({ endpoint }) => endpoint.environment))}::text[],
          ${pgArray(steps.map(({ endpoint }) => endpoint.next_interval_seconds ?? endpoint.interval_seconds))}::int[],
          ${pgArray(steps.map(({ nextAt }) => nextAt))}::timestamptz[]) as t(project_id, environment, interval_seconds, next_at)
        where e.project_id = t.project_id and e.environment = t.environment`,
  );
}

/**
 * Ticks that went by inside a deployment's watch leave a row that says so: what nobody measured is not zero.
 * By the watch's instants and not by its state, because the analyst may have closed it before this runs.
 */
async function recordMissedTicks(tx: Transaction, endpoint: DueEndpoint): Promise<void> {
  // What Prometheus has kept meanwhile comes with the next tick.
  if (endpoint.source === "prometheus") return;
  const due = sql`${endpoint.due_at}::timestamptz`;
  const seconds = sql`${endpoint.interval_seconds}::float8`;
  const until = sql`coalesce(d.observe_until, d.ended_at, d.abandon_at)`;
  await tx.execute(
    sql`insert into metric_samples (project_id, environment, workspace_id, at, missing_reason)
        select distinct d.project_id, d.measured_environment, d.workspace_id, ${due} + tick * make_interval(secs => ${seconds}), 'server_down'
        from deployments d, generate_series(
          ceil(greatest(0, extract(epoch from d.started_at - ${due})) / ${seconds})::bigint,
          floor(extract(epoch from least(${until}, ${endpoint.now}::timestamptz) - ${due}) / ${seconds})::bigint) tick
        where d.project_id = ${endpoint.project_id} and d.measured_environment = ${endpoint.environment}
          and ${until} >= ${due} and d.started_at > ${due} - interval '3 days'
        on conflict do nothing`,
  );
}

function toScrape({ endpoint }: Step): { scrape: ClaimedScrape; lateMs: number } {
  const now = new Date(endpoint.now);
  const stepSeconds = endpoint.next_interval_seconds ?? endpoint.interval_seconds;
  const until = endpoint.hmac_previous_until;
  return {
    lateMs: Math.max(0, now.getTime() - new Date(endpoint.due_at).getTime()),
    scrape: {
      projectId: endpoint.project_id,
      environment: endpoint.environment,
      workspaceId: endpoint.workspace_id,
      source: endpoint.source === "prometheus" ? "prometheus" : "endpoint",
      url: endpoint.active_url,
      prometheus: endpoint.prometheus,
      prometheusTokenSealed: endpoint.prometheus_token_sealed,
      hmacEnabled: endpoint.hmac_enabled,
      hmacSecretSealed: endpoint.hmac_secret_sealed,
      hmacVersion: endpoint.hmac_version,
      hmacPreviousSealed: endpoint.hmac_previous_sealed,
      hmacPreviousUntil: until === null ? null : new Date(until),
      lastSampleAt: endpoint.last_sample_at === null ? null : new Date(endpoint.last_sample_at),
      at: now,
      stepSeconds,
      timeoutMs: Math.min(MAX_SCRAPE_MS, stepSeconds * 1_000),
    },
  };
}
