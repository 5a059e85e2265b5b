import { Inject, Injectable } from "@nestjs/common";
import type { AuditExport } from "@pulsekeep/contracts/api/audit";
import { schema, type Transaction } from "@pulsekeep/database";
import { toBase64 } from "@pulsekeep/signing/merkle/bytes";
import { makeProof, placesOfPlan, planInclusion } from "@pulsekeep/signing/merkle/make-proof";
import { and, asc, eq, gte, isNotNull, lt } from "drizzle-orm";
import { AppError } from "../../http/app-error.js";
import { Databases, type Tenant } from "../../platform/database.js";
import { readNodes, sha256 } from "./log-nodes.js";
import { findLatest, LogQueries } from "./log.queries.js";
import { sealedEntryOf } from "./sealed-entry.js";

const { auditEntries, auditLeaves } = schema;

/** Entries of one workspace with all that proves them, to be kept where this server cannot reach. */
@Injectable()
export class AuditExportQueries {
  constructor(
    @Inject(Databases) private readonly databases: Databases,
    @Inject(LogQueries) private readonly log: LogQueries,
  ) {}

  /** @throws AppError `not_found` as long as the log has no checkpoint */
  async getExport(tenant: Tenant, range: { from: number; limit: number }): Promise<AuditExport> {
    const found = await this.databases.inTenant(tenant, (tx) => this.findExport(tx, range));
    if (!found) throw new AppError("not_found");
    return found;
  }

  /**
   * The tenant's entries from the leaf `from` on, oldest first, at most `limit`, each proven to the newest
   * checkpoint. What no checkpoint covers yet is left for the next time. Undefined without a checkpoint.
   */
  async findExport(
    tx: Transaction,
    { from, limit }: { from: number; limit: number },
  ): Promise<AuditExport | undefined> {
    const checkpoint = await findLatest(tx);
    if (!checkpoint) return undefined;
    const { treeSize, note } = checkpoint;
    const rows = await tx
      .select({ entry: auditEntries, leafIndex: auditLeaves.leafIndex, salt: auditLeaves.salt })
      .from(auditEntries)
      .innerJoin(auditLeaves, eq(auditLeaves.entryId, auditEntries.id))
      .where(
        and(
          gte(auditLeaves.leafIndex, from),
          lt(auditLeaves.leafIndex, treeSize),
          isNotNull(auditLeaves.salt),
        ),
      )
      .orderBy(asc(auditLeaves.leafIndex))
      .limit(limit + 1);
    const planned = rows
      .slice(0, limit)
      .map((row) => ({ ...row, plan: planInclusion(row.leafIndex, treeSize) }));
    const find = await readNodes(
      tx,
      planned.flatMap(({ plan }) => placesOfPlan(plan)),
    );
    const entries = await Promise.all(
      planned.map(async ({ entry, leafIndex, salt, plan }) => ({
        leafIndex,
        salt: toBase64(salt ?? new Uint8Array()),
        proof: (await makeProof(plan, find, sha256)).map(toBase64),
        entry: sealedEntryOf(entry),
      })),
    );
    return {
      format: "pulsekeep/audit-export/v1",
      ...(await this.log.getKeys()),
      checkpoint: note,
      entries,
      next: rows[limit]?.leafIndex ?? null,
    };
  }
}
