import { schema, type Transaction } from "@pulsekeep/database";
import { and, eq, sql } from "drizzle-orm";

const { slackSettings } = schema;

export type DeadWebhook = { projectId: string; webhookUrlSealed: Buffer; reason: string };

/**
 * Ends a project's messages because its webhook is gone. Only while the address is still the one that was tried.
 *
 * @returns whether this call ended them
 */
export async function switchOff(
  tx: Transaction,
  { projectId, webhookUrlSealed, reason }: DeadWebhook,
): Promise<boolean> {
  const ended = await tx
    .update(slackSettings)
    .set({ enabled: false, switchedOffReason: reason, switchedOffAt: sql`clock_timestamp()` })
    .where(
      and(
        eq(slackSettings.projectId, projectId),
        eq(slackSettings.webhookUrlSealed, webhookUrlSealed),
        eq(slackSettings.enabled, true),
      ),
    )
    .returning({ projectId: slackSettings.projectId });
  return ended.length > 0;
}
