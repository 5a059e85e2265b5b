import { Inject, Injectable } from "@nestjs/common";
import type { AuditQuery } from "@pulsekeep/contracts/api/audit";
import type { AuditEntry } from "@pulsekeep/contracts/api/identity";
import type { Page } from "@pulsekeep/contracts/api/shared";
import { schema } from "@pulsekeep/database";
import { and, desc, eq, gte, lt, sql } from "drizzle-orm";
import { decodeCursor, toPage } from "../../http/cursor.js";
import { Databases, type Tenant } from "../../platform/database.js";

const { auditEntries } = schema;

@Injectable()
export class AuditQueries {
  constructor(@Inject(Databases) private readonly databases: Databases) {}

  /** One page of the workspace's audit entries, newest first. */
  async listEntries(tenant: Tenant, query: AuditQuery): Promise<Page<AuditEntry>> {
    const before = decodeCursor(query.cursor);
    const rows = await this.databases.inTenant(tenant, (tx) =>
      tx
        .select()
        .from(auditEntries)
        .where(
          and(
            query.action === undefined ? undefined : eq(auditEntries.action, query.action),
            query.actorKind && eq(auditEntries.actorKind, query.actorKind),
            query.from === undefined ? undefined : gte(auditEntries.recordedAt, new Date(query.from)),
            query.to === undefined ? undefined : lt(auditEntries.recordedAt, new Date(query.to)),
            before &&
              sql`(${auditEntries.recordedAt}, ${auditEntries.id}) < (${before.at.toISOString()}::timestamptz, ${before.id}::uuid)`,
          ),
        )
        .orderBy(desc(auditEntries.recordedAt), desc(auditEntries.id))
        .limit(query.limit + 1),
    );
    const page = toPage(rows, query.limit, (row) => ({ at: row.recordedAt, id: row.id }));
    return { rows: page.rows.map(toEntry), nextCursor: page.nextCursor };
  }
}

function toEntry(row: typeof auditEntries.$inferSelect): AuditEntry {
  return {
    id: row.id,
    action: row.action,
    actor: { kind: row.actorKind, id: row.actorId },
    subject: { kind: row.subjectKind, id: row.subjectId },
    facts: row.facts,
    requestId: row.requestId,
    recordedAt: row.recordedAt.toISOString(),
  };
}
