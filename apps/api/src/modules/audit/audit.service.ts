import { Injectable } from "@nestjs/common";
import { schema, type Transaction } from "@pulsekeep/database";
import { sql } from "drizzle-orm";
import type { Caller } from "../../http/caller.js";
import { newId } from "../../platform/ids.js";

/**
 * Sensitive actions that leave an audit entry. Run history is not here: the ledger of runs is its own record.
 * Adding one: a row here and its text in the web app's messages (`audit.action`).
 */
const AUDIT_ACTIONS = [
  "account.created",
  "account.signed_in",
  "account.signed_out",
  "account.updated",
  "consent.started",
  "consent.granted",
  "consent.refused",
  "consent.token_revoked",
  "consent.token_revocation_failed",
  "worker.created",
  "worker.verified",
  "worker.failed",
  "worker.removed",
  "pulse.created",
  "pulse.updated",
  "pulse.deleted",
  "run.cancelled",
  "project.created",
  "project.updated",
  "project.deleted",
  "api_key.created",
  "api_key.rotated",
  "hmac.enabled",
  "hmac.rotated",
  "hmac.disabled",
  "endpoint.candidate_set",
  "endpoint.activated",
  "endpoint.test_failed",
  "dead_letter.replay_requested",
] as const;
export type AuditAction = (typeof AUDIT_ACTIONS)[number];

export type AuditActor = { kind: "user" | "worker" | "api_key" | "system"; id: string | null };

export type AuditRecord = {
  workspaceId: string;
  action: AuditAction;
  actor: AuditActor;
  subject: { kind: string; id: string | null };
  /** Named facts for the reader; never a secret, never content. */
  facts?: Record<string, string | number | boolean | null>;
  requestId?: string | null;
};

/** Names a caller as the actor of an audit entry. */
export function actorOf(caller: Caller): AuditActor {
  switch (caller.kind) {
    case "user":
      return { kind: "user", id: caller.userId };
    case "api_key":
      return { kind: "api_key", id: caller.apiKeyId };
    case "worker":
      return { kind: "worker", id: caller.workerId };
  }
}

/** Appends audit entries, always in the transaction of the change they record. */
@Injectable()
export class AuditService {
  async record(tx: Transaction, entry: AuditRecord): Promise<void> {
    await tx.insert(schema.auditEntries).values({
      id: newId(),
      workspaceId: entry.workspaceId,
      action: entry.action,
      actorKind: entry.actor.kind,
      actorId: entry.actor.id,
      subjectKind: entry.subject.kind,
      subjectId: entry.subject.id,
      facts: entry.facts ?? {},
      requestId: entry.requestId ?? null,
      // Not the transaction's instant: entries of one transaction have an order too.
      recordedAt: sql`clock_timestamp()`,
    });
  }
}
