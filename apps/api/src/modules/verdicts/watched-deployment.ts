import type { DeploymentState } from "@pulsekeep/contracts/api/deployments";
import type { Transaction } from "@pulsekeep/database";
import type { PipelineResult } from "@pulsekeep/verdict";
import { sql } from "drizzle-orm";
import type { MeasuredSource } from "../metrics/samples.queries.js";

/** What the analyst has to know of a deployment. */
export type WatchedDeployment = {
  id: string;
  workspaceId: string;
  projectId: string;
  environment: string;
  service: string;
  /** Whose samples it is judged by. */
  measured: MeasuredSource;
  state: DeploymentState;
  pipeline: PipelineResult;
  startedAt: Date;
  finishedAt: Date | null;
  observeUntil: Date | null;
  abandonAt: Date;
  /** When a newer deployment of the same environment and service was triggered. */
  supersededAt: Date | null;
  /** Nobody asks for its samples: they come as often as the service sends them. */
  isPushed: boolean;
  /** Seconds between two scrapes of the watch. */
  stepSeconds: number;
  /** Seconds between two scrapes while nothing is watched. */
  baselineSeconds: number;
  /** A final verdict is there and will stay. */
  isDecided: boolean;
  /** When it was judged last; null before the first time. */
  lookedAt: Date | null;
  /** The database's clock. */
  now: Date;
};

type Row = {
  id: string;
  workspace_id: string;
  project_id: string;
  environment: string;
  service: string;
  measured_environment: string;
  state: DeploymentState;
  pipeline_result: "success" | "failed" | null;
  started_at: string;
  finished_at: string | null;
  observe_until: string | null;
  abandon_at: string;
  superseded_at: string | null;
  is_pushed: boolean;
  sample_seconds: number;
  baseline_seconds: number;
  is_decided: boolean;
  looked_at: string | null;
  now: string;
};

/** Takes a deployment's row for the rest of the transaction, so that two analysts take turns. */
export async function lockDeployment(tx: Transaction, id: string): Promise<WatchedDeployment | undefined> {
  await tx.execute(sql`select id from deployments where id = ${id} for update`);
  // Read after the lock is held, so that both the clock and the state are those of this turn.
  return findDeployment(tx, id);
}

/** Reads a deployment as it is, in the engine's transaction or in a tenant's. */
export async function findDeployment(tx: Transaction, id: string): Promise<WatchedDeployment | undefined> {
  const { rows } = await tx.execute<Row>(
    sql`select d.id, d.workspace_id, d.project_id, d.environment, d.service,
               d.measured_environment, d.state, d.pipeline_result, d.started_at, d.finished_at,
               d.observe_until, d.abandon_at,
               coalesce(e.source = 'push', false) as is_pushed, p.sample_seconds, p.baseline_seconds, coalesce(v.final, false) as is_decided,
               v.decided_at as looked_at,
               (select min(n.started_at) from deployments n
                where n.project_id = d.project_id and n.environment = d.environment and n.service = d.service
                  and n.number > d.number) as superseded_at,
               clock_timestamp() as now
        from deployments d join projects p on p.id = d.project_id
          left join metric_endpoints e on e.project_id = d.project_id and e.environment = d.measured_environment
          left join verdicts v on v.deployment_id = d.id
        where d.id = ${id}`,
  );
  return rows[0] && toWatched(rows[0]);
}

function toWatched(row: Row): WatchedDeployment {
  return {
    id: row.id,
    workspaceId: row.workspace_id,
    projectId: row.project_id,
    environment: row.environment,
    service: row.service,
    measured: { projectId: row.project_id, environment: row.measured_environment },
    state: row.state,
    pipeline: row.pipeline_result === "success" ? "succeeded" : (row.pipeline_result ?? "unknown"),
    startedAt: new Date(row.started_at),
    finishedAt: toInstant(row.finished_at),
    observeUntil: toInstant(row.observe_until),
    abandonAt: new Date(row.abandon_at),
    supersededAt: toInstant(row.superseded_at),
    isPushed: row.is_pushed,
    stepSeconds: row.sample_seconds,
    baselineSeconds: row.baseline_seconds,
    isDecided: row.is_decided,
    lookedAt: toInstant(row.looked_at),
    now: new Date(row.now),
  };
}

const toInstant = (text: string | null): Date | null => (text === null ? null : new Date(text));
