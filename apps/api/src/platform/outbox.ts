import { schema, type Transaction } from "@pulsekeep/database";

/**
 * Topics of the outbox, each a stream of the transport. A body carries ids only.
 * Adding one: a row here, and a handler registered by the module that consumes it.
 */
export const TOPICS = {
  /** A worker may have something to claim. key: worker id */
  "runs.queued": "runs.queued",
  /** A watched deployment has news: a sample, or an instant that has come. key: deployment id */
  "deployments.evaluate": "deployments.evaluate",
  /** Something that a browser shows has changed. key: workspace id */
  notices: "notices",
} as const;
export type Topic = keyof typeof TOPICS;

export type OutboxMessage = { topic: Topic; key: string; body: Record<string, string> };

/**
 * Adds messages to the outbox in the caller's transaction, so that they leave if and only if the change commits.
 */
export async function enqueue(tx: Transaction, ...messages: OutboxMessage[]): Promise<void> {
  if (messages.length > 0) await tx.insert(schema.outbox).values(messages);
}

/** A message that makes the pages of one workspace look again. */
export function notice(
  workspaceId: string,
  topic: string,
  id: string,
  parentId: string | null = null,
): OutboxMessage {
  return {
    topic: "notices",
    key: workspaceId,
    body: { topic, id, ...(parentId === null ? {} : { parentId }) },
  };
}
