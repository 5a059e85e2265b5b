import { Inject, Injectable } from "@nestjs/common";
import type { Deployment, DeploymentDetail, DeploymentListQuery } from "@pulsekeep/contracts/api/deployments";
import type { Page } from "@pulsekeep/contracts/api/shared";
import { schema } from "@pulsekeep/database";
import { and, desc, eq, inArray, sql } from "drizzle-orm";
import { AppError } from "../../http/app-error.js";
import type { UserCaller } from "../../http/caller.js";
import { decodeCursor, toPage } from "../../http/cursor.js";
import { Databases, type Tenant } from "../../platform/database.js";
import { selectDeployments, toDeployment } from "./deployment-view.js";
import { toVerdict } from "./verdict-view.js";

const { deployments, verdicts } = schema;

/** Deployments as pages show them. */
@Injectable()
export class DeploymentsQueries {
  constructor(@Inject(Databases) private readonly databases: Databases) {}

  /** One page of the workspace's deployments, newest first. */
  async listDeployments(tenant: Tenant, query: DeploymentListQuery): Promise<Page<Deployment>> {
    const before = decodeCursor(query.cursor);
    const rows = await this.databases.inTenant(tenant, (tx) =>
      selectDeployments(tx)
        .where(
          and(
            query.projectId === undefined ? undefined : eq(deployments.projectId, query.projectId),
            query.environment === undefined ? undefined : eq(deployments.environment, query.environment),
            query.verdict === undefined ? undefined : eq(deployments.verdictState, query.verdict),
            before &&
              sql`(${deployments.startedAt}, ${deployments.id}) < (${before.at.toISOString()}::timestamptz, ${before.id}::uuid)`,
          ),
        )
        .orderBy(desc(deployments.startedAt), desc(deployments.id))
        .limit(query.limit + 1),
    );
    const page = toPage(rows, query.limit, ({ deployment }) => ({
      at: deployment.startedAt,
      id: deployment.id,
    }));
    return { rows: page.rows.map(toDeployment), nextCursor: page.nextCursor };
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
    return this.databases.inTenant(caller, async (tx) => {
      const [row] = await selectDeployments(tx).where(eq(deployments.id, id));
      if (!row) throw new AppError("not_found");
      const [verdict] = await tx.select().from(verdicts).where(eq(verdicts.deploymentId, id));
      return { ...toDeployment(row), verdict: verdict ? toVerdict(verdict, caller.locale) : null };
    });
  }
}
