import type { schema } from "@pulsekeep/database";
import type { SealedAuditEntry } from "@pulsekeep/signing/merkle/audit-leaf";

/** An entry as the log knows it, from its row. */
export function sealedEntryOf(row: typeof schema.auditEntries.$inferSelect) {
  return {
    id: row.id,
    workspaceId: row.workspaceId,
    action: row.action,
    actor: { kind: row.actorKind, id: row.actorId },
    subject: { kind: row.subjectKind, id: row.subjectId },
    facts: row.facts,
    requestId: row.requestId,
    recordedAt: row.recordedAt.toISOString(),
  } satisfies SealedAuditEntry;
}
