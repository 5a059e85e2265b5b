import { Inject, Injectable } from "@nestjs/common";
import type { DeploymentNotice } from "@pulsekeep/contracts/api/deployments";
import type { Page, PageQuery } from "@pulsekeep/contracts/api/shared";
import { schema } from "@pulsekeep/database";
import { desc, inArray, isNull, sql } from "drizzle-orm";
import { decodeCursor, toPage } from "../../http/cursor.js";
import { Databases, type Tenant } from "../../platform/database.js";
import { selectDeployments, toDeployment } from "./deployment-view.js";

const { deploymentNotices, deployments } = schema;

/** What a workspace's people should know of its deployments: the newest of each deployment that nobody dismissed. */
@Injectable()
export class DeploymentNoticesQueries {
  constructor(@Inject(Databases) private readonly databases: Databases) {}

  /** Newest first. */
  async listNotices(tenant: Tenant, { cursor, limit }: PageQuery): Promise<Page<DeploymentNotice>> {
    const before = decodeCursor(cursor);
    return this.databases.inTenant(tenant, async (tx) => {
      const newest = tx
        .selectDistinctOn([deploymentNotices.deploymentId])
        .from(deploymentNotices)
        .where(isNull(deploymentNotices.dismissedAt))
        .orderBy(deploymentNotices.deploymentId, desc(deploymentNotices.raisedAt))
        .as("newest");
      const isBehind =
        before &&
        sql`(${newest.raisedAt}, ${newest.deploymentId}) < (${before.at.toISOString()}::timestamptz, ${before.id}::uuid)`;
      const found = await tx
        .select()
        .from(newest)
        .where(isBehind)
        .orderBy(desc(newest.raisedAt), desc(newest.deploymentId))
        .limit(limit + 1);
      const page = toPage(found, limit, ({ raisedAt, deploymentId }) => ({ at: raisedAt, id: deploymentId }));
      const ids = page.rows.map(({ deploymentId }) => deploymentId);
      const shown = await selectDeployments(tx).where(inArray(deployments.id, ids));
      return {
        rows: page.rows.flatMap(({ deploymentId, kind, raisedAt }) => {
          const row = shown.find(({ deployment }) => deployment.id === deploymentId);
          return row ? [{ kind, raisedAt: raisedAt.toISOString(), deployment: toDeployment(row) }] : [];
        }),
        nextCursor: page.nextCursor,
      };
    });
  }
}
