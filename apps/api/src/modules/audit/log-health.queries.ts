import { Inject, Injectable } from "@nestjs/common";
import type { AuditHealth } from "@pulsekeep/contracts/api/audit";
import { schema } from "@pulsekeep/database";
import { desc, sql } from "drizzle-orm";
import { Databases } from "../../platform/database.js";
import { countLeaves } from "./log-nodes.js";

const { auditCheckpoints, auditEntries, auditPending } = schema;

/** How the log is, for administrators: the role it asks with cannot read who did what to what. */
@Injectable()
export class LogHealthQueries {
  constructor(@Inject(Databases) private readonly databases: Databases) {}

  async getHealth(): Promise<AuditHealth> {
    const db = this.databases.admin;
    const [treeSize, [last], [waiting], recentActions] = await Promise.all([
      countLeaves(db),
      db
        .select({ treeSize: auditCheckpoints.treeSize, madeAt: auditCheckpoints.madeAt })
        .from(auditCheckpoints)
        .orderBy(desc(auditCheckpoints.treeSize))
        .limit(1),
      db
        .select({
          pending: sql<number>`count(*)::int`,
          lagMs: sql<
            number | null
          >`round(extract(epoch from clock_timestamp() - min(${auditPending.recordedAt})) * 1000)::float8`,
        })
        .from(auditPending),
      db
        .select({
          action: auditEntries.action,
          actorKind: auditEntries.actorKind,
          count: sql<number>`count(*)::int`,
        })
        .from(auditEntries)
        .where(sql`${auditEntries.recordedAt} > now() - interval '30 days'`)
        .groupBy(auditEntries.action, auditEntries.actorKind)
        .orderBy(auditEntries.action, auditEntries.actorKind),
    ]);
    return {
      treeSize,
      lastCheckpoint: last ? { treeSize: last.treeSize, madeAt: last.madeAt.toISOString() } : null,
      pending: waiting?.pending ?? 0,
      lagMs: waiting?.lagMs ?? null,
      recentActions,
    };
  }
}
