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
import { and, desc, eq, inArray, type SQL, sql } from "drizzle-orm";
import { AppError } from "../../http/app-error.js";
import type { PipelineCaller, UserCaller } from "../../http/caller.js";
import { Databases, type Tenant } from "../../platform/database.js";
import { HAS_LATE_WARNING, whereFilter } from "./deployment-filter.js";
import { type DeploymentOrder, orderOf } from "./deployment-order.js";
import { selectDeployments, toDeployment } from "./deployment-view.js";
import { toVerdict } from "./verdict-view.js";

const { deployments, verdicts } = schema;

/** Names of services come from the latest deployments: what nobody deploys any more is not offered. */
const LATEST_FOR_SERVICES = 2_000;

/** Deployments as pages and pipelines see them. */
@Injectable()
export class DeploymentsQueries {
  constructor(@Inject(Databases) private readonly databases: Databases) {}

  /** One page of the workspace's deployments, newest first unless another order is asked for. */
  async listDeployments(tenant: Tenant, query: DeploymentListQuery): Promise<Page<Deployment>> {
    const { cursor, limit, sort, order, ...filter } = query;
    const asked = orderOf({ cursor, sort, order });
    const rows = await this.databases.inTenant(tenant, (tx) =>
      readPage(tx, { filter, order: asked, limit: limit + 1 }),
    );
    const last = rows.slice(0, limit).at(-1);
    return {
      rows: rows.slice(0, limit).map(toDeployment),
      nextCursor: rows.length > limit && last ? asked.cursorOf(last.key, last.deployment.id) : null,
    };
  }

  /** Every deployment that the filter leaves, newest first, in batches: none of the workspace is in memory at once. */
  async *listInBatches(tenant: Tenant, filter: DeploymentFilter, size: number): AsyncGenerator<Deployment[]> {
    let cursor: string | undefined;
    for (;;) {
      const order = orderOf({ cursor });
      const rows = await this.databases.inTenant(tenant, (tx) =>
        readPage(tx, { filter, order, limit: size }),
      );
      if (rows.length > 0) yield rows.map(toDeployment);
      const last = rows.at(-1);
      if (!last || rows.length < size) return;
      cursor = order.cursorOf(last.key, last.deployment.id);
    }
  }

  /** What the narrowed deployments have come to. */
  async countDeployments(tenant: Tenant, filter: DeploymentFilter): Promise<DeploymentCounts> {
    const isDryRun = sql`coalesce(${verdicts.dryRun}, false)`;
    // Nothing follows from a dry run, so it is counted among the others only where nothing else is asked for.
    const isCounted = filter.dryRun === "true" ? sql`true` : sql`not ${isDryRun}`;
    const of = (condition: SQL) => sql<number>`count(*) filter (where ${condition} and ${isCounted})::int`;
    const ofState = (state: string) => of(sql`${deployments.verdictState} = ${state}`);
    return this.databases.inTenant(tenant, async (tx) => {
      const [counts] = await tx
        .select({
          total: sql<number>`count(*)::int`,
          collecting: ofState("collecting"),
          ok: ofState("ok"),
          warning: ofState("warning"),
          rollbackRecommended: ofState("rollback_recommended"),
          inconclusive: ofState("inconclusive"),
          lateWarnings: of(HAS_LATE_WARNING),
          dryRun: sql<number>`count(*) filter (where ${isDryRun})::int`,
        })
        .from(deployments)
        .leftJoin(verdicts, eq(verdicts.deploymentId, deployments.id))
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

  /** A deployment with its verdict in the caller's language; a pipeline has English. @throws AppError `not_found` */
  async getDeployment(caller: UserCaller | PipelineCaller, id: string): Promise<DeploymentDetail> {
    return (await this.getWaited(caller, id, caller.kind === "user" ? caller.locale : "en")).deployment;
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
      const isFinal = verdict?.final ?? false;
      return { isFinal, gate: gateOf(isFinal, deployment), deployment };
    });
  }
}

/** What a pipeline goes by: nothing follows from a dry run, and only a recommended rollback stops anything. */
function gateOf(isFinal: boolean, { verdictState, dryRun }: Deployment): DeploymentWait["gate"] {
  if (!isFinal) return "pending";
  return verdictState === "rollback_recommended" && !dryRun ? "failed" : "passed";
}

async function getRow(tx: Transaction, caller: UserCaller | PipelineCaller, id: string) {
  const isOwn = caller.kind === "user" ? undefined : eq(deployments.projectId, caller.projectId);
  const [row] = await selectDeployments(tx).where(and(eq(deployments.id, id), isOwn));
  if (!row) throw new AppError("not_found");
  return row;
}

const readPage = (
  tx: Transaction,
  { filter, order, limit }: { filter: DeploymentFilter; order: DeploymentOrder; limit: number },
) =>
  selectDeployments(tx, { key: order.key })
    .where(and(whereFilter(filter), order.after))
    .orderBy(...order.orderBy)
    .limit(limit);

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
