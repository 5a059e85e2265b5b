import type { Transaction } from "@pulsekeep/database";
import type { Place, VaultService } from "../vault/vault.service.js";
import { findLastFour } from "./webhook-url.js";

export const placeOfWebhook = (projectId: string): Place => ({
  table: "slack_settings",
  column: "webhook_url_sealed",
  row: projectId,
});

type SealedWebhook = { workspaceId: string; projectId: string; webhookUrlSealed: Uint8Array };

/** The address in clear; undefined when it is no address of today's Slack, which the operator may have changed. */
export async function openWebhook(
  tx: Transaction,
  { vault, hooksUrl }: { vault: VaultService; hooksUrl: string },
  { workspaceId, projectId, webhookUrlSealed }: SealedWebhook,
): Promise<string | undefined> {
  const opened = await vault.open(tx, workspaceId, placeOfWebhook(projectId), webhookUrlSealed);
  const plain = opened.toString("utf8");
  return findLastFour(plain, hooksUrl) === undefined ? undefined : plain;
}
