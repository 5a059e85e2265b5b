import { Inject, Injectable } from "@nestjs/common";
import type { DeploymentSamples } from "@pulsekeep/contracts/api/deployments";
import { schema, type Transaction } from "@pulsekeep/database";
import { eq, sql } from "drizzle-orm";
import { AppError } from "../../http/app-error.js";
import { Databases, type Tenant } from "../../platform/database.js";
import { SamplesQueries } from "../metrics/samples.queries.js";

const { deployments, projects } = schema;

/** How much of the time before a deployment is shown, whichever is longer. */
const BASELINE_STEPS = 60;
const BASELINE_SECONDS = 1_800;
const MAX_BASELINE_ROWS = 500;
/** Longer watches are shown thinned: a chart has no more pixels than this. */
const MAX_WATCHED_ROWS = 1_000;

/** `environment`: whose endpoint the samples come from, '' for the project's. */
type Window = {
  projectId: string;
  environment: string;
  fromAt: Date;
  startedAt: Date;
  finishedAt: Date | null;
  untilAt: Date;
};

type StoredSample = {
  at: string;
  missing_reason: string | null;
  requests_per_sec: number | null;
  latency_p95_ms: number | null;
  error_rate: number | null;
  cpu_usage: number | null;
  memory_usage: number | null;
};

/** What was measured before, during and after a deployment. */
@Injectable()
export class DeploymentSamplesQueries {
  constructor(
    @Inject(Databases) private readonly databases: Databases,
    @Inject(SamplesQueries) private readonly samples: SamplesQueries,
  ) {}

  /** Oldest first; a scrape that brought nothing has its reason and null metrics. @throws AppError `not_found` */
  async listSamples(tenant: Tenant, deploymentId: string): Promise<DeploymentSamples> {
    return this.databases.inTenant(tenant, async (tx) => {
      const window = await getWindow(tx, deploymentId);
      const leftOut = await this.samples.listLeftOut(tx, window, window.startedAt);
      const isLeftOut = (at: Date) => leftOut.some(({ fromAt, untilAt }) => at >= fromAt && at <= untilAt);
      const baseline = (await readBaseline(tx, window)).map((row) => toSample(row, window));
      const watched = (await readWatched(tx, window)).map((row) => toSample(row, window));
      return {
        samples: [...baseline.map((it) => ({ ...it, leftOut: isLeftOut(new Date(it.at)) })), ...watched],
      };
    });
  }

  /** Samples of a deployment's watch after an instant, or from its beginning; oldest first. @throws AppError `not_found` */
  async listSince(
    tenant: Tenant,
    deploymentId: string,
    { after, limit }: Since,
  ): Promise<DeploymentSamples["samples"]> {
    return this.databases.inTenant(tenant, async (tx) => {
      const window = await getWindow(tx, deploymentId);
      const rows = await readSince(tx, window, { after, limit });
      return rows.map((row) => toSample(row, window));
    });
  }
}

type Since = { after: Date | undefined; limit: number };

async function getWindow(tx: Transaction, deploymentId: string): Promise<Window> {
  const [row] = await tx
    .select({
      projectId: deployments.projectId,
      environment: deployments.measuredEnvironment,
      startedAt: deployments.startedAt,
      finishedAt: deployments.finishedAt,
      observeUntil: deployments.observeUntil,
      endedAt: deployments.endedAt,
      baselineSeconds: projects.baselineSeconds,
      now: sql<string>`clock_timestamp()`,
    })
    .from(deployments)
    .innerJoin(projects, eq(projects.id, deployments.projectId))
    .where(eq(deployments.id, deploymentId));
  if (!row) throw new AppError("not_found");
  const baselineMs = Math.max(BASELINE_STEPS * row.baselineSeconds, BASELINE_SECONDS) * 1_000;
  const ends = [row.observeUntil, row.endedAt, new Date(row.now)].flatMap((end) =>
    end ? [end.getTime()] : [],
  );
  return {
    projectId: row.projectId,
    environment: row.environment,
    fromAt: new Date(row.startedAt.getTime() - baselineMs),
    startedAt: row.startedAt,
    finishedAt: row.finishedAt,
    untilAt: new Date(Math.min(...ends)),
  };
}

const columns = sql`at, missing_reason, requests_per_sec, latency_p95_ms, error_rate, cpu_usage, memory_usage`;

async function readBaseline(
  tx: Transaction,
  { projectId, environment, fromAt, startedAt }: Window,
): Promise<StoredSample[]> {
  const { rows } = await tx.execute<StoredSample>(
    sql`select ${columns} from metric_samples
        where project_id = ${projectId} and environment = ${environment}
          and at >= ${fromAt.toISOString()} and at < ${startedAt.toISOString()}
        order by at desc limit ${MAX_BASELINE_ROWS}`,
  );
  return rows.reverse();
}

/** Every sample, or every second, third, ... one of a long watch. */
async function readWatched(
  tx: Transaction,
  { projectId, environment, startedAt, untilAt }: Window,
): Promise<StoredSample[]> {
  const { rows } = await tx.execute<StoredSample>(
    sql`select ${columns} from (
          select ${columns}, row_number() over (order by at) - 1 as nth, count(*) over () as total
          from metric_samples
          where project_id = ${projectId} and environment = ${environment}
            and at >= ${startedAt.toISOString()} and at <= ${untilAt.toISOString()}
        ) watched
        where nth % ceil(total / ${MAX_WATCHED_ROWS}::numeric)::bigint = 0
        order by at`,
  );
  return rows;
}

async function readSince(
  tx: Transaction,
  { projectId, environment, startedAt, untilAt }: Window,
  { after, limit }: Since,
): Promise<StoredSample[]> {
  const from = after === undefined || after < startedAt ? startedAt : new Date(after.getTime() + 1);
  const { rows } = await tx.execute<StoredSample>(
    sql`select ${columns} from metric_samples
        where project_id = ${projectId} and environment = ${environment}
          and at >= ${from.toISOString()} and at <= ${untilAt.toISOString()}
        order by at limit ${limit}`,
  );
  return rows;
}

function toSample(row: StoredSample, window: Window): DeploymentSamples["samples"][number] {
  const at = new Date(row.at);
  return {
    at: at.toISOString(),
    phase: phaseOf(at, window),
    leftOut: false,
    missing: row.missing_reason,
    requests_per_sec: row.requests_per_sec,
    latency_p95: row.latency_p95_ms,
    error_rate: row.error_rate,
    cpu_usage: row.cpu_usage,
    memory_usage: row.memory_usage,
  };
}

function phaseOf(at: Date, { startedAt, finishedAt }: Window): "baseline" | "deploying" | "observing" {
  if (at < startedAt) return "baseline";
  return finishedAt === null || at < finishedAt ? "deploying" : "observing";
}
