import { Inject, Injectable } from "@nestjs/common";
import type { AuditHealth } from "@pulsekeep/contracts/api/audit";
import { schema } from "@pulsekeep/database";
import { desc, sql } from "drizzle-orm";
import { Databases } from "../../platform/database.js";
import { countLeaves } from "./log-nodes.js";

const { auditCheckpoints, auditEntries, auditLeaves, auditPending } = schema;

/** How far the log is behind what was recorded. */
export type LogLag = {
  /** Entries that have no place in the log yet, and how long the oldest has been waiting. */
  unsequenced: number;
  oldestMs: number | null;
  /** How old the newest checkpoint is, and whether the log has grown since. */
  checkpointAgeMs: number | null;
  hasGrownSince: boolean;
};

/** How the log is, for administrators: the role it asks with cannot read who did what to what. */
@Injectable()
export class LogHealthQueries {
  constructor(@Inject(Databases) private readonly databases: Databases) {}

  async getLag(): Promise<LogLag> {
    const { rows } = await this.databases.admin.execute<{
      unsequenced: number;
      oldest_ms: number | null;
      checkpoint_age_ms: number | null;
      has_grown: boolean;
    }>(
      sql`select waiting.unsequenced, waiting.oldest_ms, last.checkpoint_age_ms,
            exists (select from ${auditLeaves} where ${auditLeaves.leafIndex} >= coalesce(last.tree_size, 0)) as has_grown
          from (
            select count(*)::int as unsequenced,
              (extract(epoch from clock_timestamp() - min(${auditPending.recordedAt})) * 1000)::float8 as oldest_ms
            from ${auditPending}
          ) waiting
          left join (
            select ${auditCheckpoints.treeSize} as tree_size,
              (extract(epoch from clock_timestamp() - ${auditCheckpoints.madeAt}) * 1000)::float8 as checkpoint_age_ms
            from ${auditCheckpoints} order by ${auditCheckpoints.treeSize} desc limit 1
          ) last on true`,
    );
    const [row] = rows;
    if (!row) throw new Error("The log's lag has no row");
    return {
      unsequenced: row.unsequenced,
      oldestMs: row.oldest_ms,
      checkpointAgeMs: row.checkpoint_age_ms,
      hasGrownSince: row.has_grown,
    };
  }

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
