import { schema, type Transaction } from "@pulsekeep/database";
import { and, eq, sql } from "drizzle-orm";
import { AppError } from "../../http/app-error.js";

const { deployments, workspaces } = schema;

/**
 * Refuses a deployment beyond the workspace's monthly quota (calendar month, UTC). Projects of one workspace
 * wait for each other here, so that two of them do not both take the last place.
 *
 * @throws AppError `QUOTA_REACHED`
 */
export async function refuseOverQuota(tx: Transaction, workspaceId: string): Promise<void> {
  const readQuota = () =>
    tx
      .select({ quota: workspaces.deploymentsPerMonth })
      .from(workspaces)
      .where(eq(workspaces.id, workspaceId));
  const [unlocked] = await readQuota();
  if (unlocked?.quota === null || unlocked === undefined) return;
  const [{ quota } = { quota: null }] = await readQuota().for("no key update");
  const [{ used } = { used: 0 }] = await tx
    .select({ used: sql<number>`count(*)::int` })
    .from(deployments)
    .where(
      and(
        eq(deployments.workspaceId, workspaceId),
        sql`${deployments.startedAt} >= date_trunc('month', clock_timestamp() at time zone 'UTC') at time zone 'UTC'`,
      ),
    );
  if (quota !== null && used >= quota)
    throw new AppError("QUOTA_REACHED", { detail: `${used}/${quota} deployments this month` });
}
