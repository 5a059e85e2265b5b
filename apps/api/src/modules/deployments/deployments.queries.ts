import { Inject, Injectable } from "@nestjs/common";
import type { DeploymentWait } from "@pulsekeep/contracts/api/ci";
import type {
  Deployment,
  DeploymentCounts,
  DeploymentDetail,
  DeploymentFilter,
  DeploymentListQuery,
} from "@pulsekeep/contracts/api/deployments";
import type { Locale, Page } from "@pulsekeep/contracts/api/shared";
import { schema, type Transaction } from "@pulsekeep/database";
import { and, desc, eq, inArray, sql } from "drizzle-orm";
import { AppError } from "../../http/app-error.js";
import type { PipelineCaller, UserCaller } from "../../http/caller.js";
import { decodeCursor, type Position, toPage } from "../../http/cursor.js";
import { Databases, type Tenant } from "../../platform/database.js";
import { whereFilter } from "./deployment-filter.js";
import { selectDeployments, toDeployment } from "./deployment-view.js";
import { toVerdict } from "./verdict-view.js";

const { deployments, verdicts } = schema;

/** Names of services come from the latest deployments: what nobody deploys any more is not offered. */
const LATEST_FOR_SERVICES = 2_000;

/** Deployments as pages and pipelines see them. */
@Injectable()
export class DeploymentsQueries {
  constructor(@Inject(Databases) private readonly databases: Databases) {}

  /** One page of the workspace's deployments, newest first. */
  async listDeployments(tenant: Tenant, query: DeploymentListQuery): Promise<Page<Deployment>> {
    const { cursor, limit, ...filter } = query;
    const rows = await this.databases.inTenant(tenant, (tx) =>
      readBefore(tx, { filter, before: decodeCursor(cursor), limit: limit + 1 }),
    );
    const page = toPage(rows, limit, positionOf);
    return { rows: page.rows.map(toDeployment), nextCursor: page.nextCursor };
  }

  /** Every deployment that the filter leaves, newest first, in batches: none of the workspace is in memory at once. */
  async *listInBatches(tenant: Tenant, filter: DeploymentFilter, size: number): AsyncGenerator<Deployment[]> {
    let before: Position | undefined;
    for (;;) {
      const asked = { filter, before, limit: size };
      const rows = await this.databases.inTenant(tenant, (tx) => readBefore(tx, asked));
      if (rows.length > 0) yield rows.map(toDeployment);
      const last = rows.at(-1);
      if (!last || rows.length < size) return;
      before = positionOf(last);
    }
  }

  /** What the narrowed deployments have come to. */
  async countDeployments(tenant: Tenant, filter: DeploymentFilter): Promise<DeploymentCounts> {
    const of = (state: string) =>
      sql<number>`count(*) filter (where ${deployments.verdictState} = ${state})::int`;
    return this.databases.inTenant(tenant, async (tx) => {
      const [counts] = await tx
        .select({
          total: sql<number>`count(*)::int`,
          collecting: of("collecting"),
          ok: of("ok"),
          warning: of("warning"),
          rollbackRecommended: of("rollback_recommended"),
          inconclusive: of("inconclusive"),
        })
        .from(deployments)
        .where(whereFilter(filter));
      if (!counts) throw new Error("A count is always answered");
      return { ...counts, services: await listServices(tx, filter) };
    });
  }

  /** Deployments that run or are observed, newest first. */
  async listLive(tenant: Tenant, limit: number): Promise<Deployment[]> {
    const rows = await this.databases.inTenant(tenant, (tx) =>
      selectDeployments(tx)
        .where(inArray(deployments.state, ["running", "observing"]))
        .orderBy(desc(deployments.startedAt), desc(deployments.id))
        .limit(limit),
    );
    return rows.map(toDeployment);
  }

  /** A deployment with its verdict in the caller's language. @throws AppError `not_found` */
  async getDeployment(caller: UserCaller, id: string): Promise<DeploymentDetail> {
    return (await this.getWaited(caller, id, caller.locale)).deployment;
  }

  /** A deployment of the pipeline's own project. @throws AppError `not_found` */
  async getOfPipeline(caller: PipelineCaller, id: string): Promise<Deployment> {
    return toDeployment(await this.databases.inTenant(caller, (tx) => getRow(tx, caller, id)));
  }

  /** A deployment, and whether what it says is final. Pipelines see their own project's. @throws AppError `not_found` */
  async getWaited(caller: UserCaller | PipelineCaller, id: string, locale: Locale): Promise<DeploymentWait> {
    return this.databases.inTenant(caller, async (tx) => {
      const row = await getRow(tx, caller, id);
      const [verdict] = await tx.select().from(verdicts).where(eq(verdicts.deploymentId, id));
      const deployment = { ...toDeployment(row), verdict: verdict ? toVerdict(verdict, locale) : null };
      return { isFinal: verdict?.final ?? false, deployment };
    });
  }
}

type Row = Awaited<ReturnType<typeof getRow>>;

async function getRow(tx: Transaction, caller: UserCaller | PipelineCaller, id: string) {
  const isOwn = caller.kind === "user" ? undefined : eq(deployments.projectId, caller.projectId);
  const [row] = await selectDeployments(tx).where(and(eq(deployments.id, id), isOwn));
  if (!row) throw new AppError("not_found");
  return row;
}

const positionOf = ({ deployment }: Row): Position => ({ at: deployment.startedAt, id: deployment.id });

const readBefore = (
  tx: Transaction,
  asked: { filter: DeploymentFilter; before: Position | undefined; limit: number },
): Promise<Row[]> =>
  selectDeployments(tx)
    .where(
      and(
        whereFilter(asked.filter),
        asked.before &&
          sql`(${deployments.startedAt}, ${deployments.id}) < (${asked.before.at.toISOString()}::timestamptz, ${asked.before.id}::uuid)`,
      ),
    )
    .orderBy(desc(deployments.startedAt), desc(deployments.id))
    .limit(asked.limit);

async function listServices(tx: Transaction, { projectId }: DeploymentFilter): Promise<string[]> {
  const latest = tx
    .select({ service: deployments.service })
    .from(deployments)
    .where(whereFilter({ projectId }))
    .orderBy(desc(deployments.startedAt), desc(deployments.id))
    .limit(LATEST_FOR_SERVICES)
    .as("latest");
  const rows = await tx.selectDistinct({ service: latest.service }).from(latest);
  return rows
    .map(({ service }) => service)
    .filter((service) => service !== "")
    .sort();
}
