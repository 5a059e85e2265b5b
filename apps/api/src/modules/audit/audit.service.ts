import { Injectable } from "@nestjs/common";
import type { AuditAction } from "@pulsekeep/contracts/audit-actions";
import { schema, type Transaction } from "@pulsekeep/database";
import { sql } from "drizzle-orm";
import type { Caller, RepositoryCaller } from "../../http/caller.js";
import { newId } from "../../platform/ids.js";

export type { AuditAction };

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
export function actorOf(caller: Exclude<Caller, RepositoryCaller>): AuditActor {
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
