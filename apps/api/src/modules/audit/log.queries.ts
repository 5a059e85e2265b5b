import { Inject, Injectable } from "@nestjs/common";
import type {
  AuditCheckpoint,
  AuditConsistency,
  AuditKeys,
  AuditLeaves,
  AuditProof,
  CheckpointQuery,
  ConsistencyQuery,
  LeavesQuery,
} from "@pulsekeep/contracts/api/audit";
import type { Page } from "@pulsekeep/contracts/api/shared";
import { schema, type Transaction } from "@pulsekeep/database";
import { toBase64 } from "@pulsekeep/signing/merkle/bytes";
import { planConsistency, planInclusion } from "@pulsekeep/signing/merkle/make-proof";
import { formatNoteKey } from "@pulsekeep/signing/merkle/signed-note";
import { and, asc, desc, eq, gte, lt } from "drizzle-orm";
import { AppError } from "../../http/app-error.js";
import { Databases, type Tenant } from "../../platform/database.js";
import { CheckpointSigner } from "./checkpoint-signer.js";
import { readProof } from "./log-nodes.js";

const { auditCheckpoints, auditEntries, auditKeys, auditLeaves, auditNodes } = schema;

/** Proofs from the log. All but the inclusion proof is public: hashes of salted leaves, signatures and keys. */
@Injectable()
export class LogQueries {
  constructor(
    @Inject(Databases) private readonly databases: Databases,
    @Inject(CheckpointSigner) private readonly signer: CheckpointSigner,
  ) {}

  /** Proves one entry of this tenant to the latest checkpoint. */
  async getProof(tenant: Tenant, entryId: string): Promise<AuditProof> {
    return this.databases.inTenant(tenant, async (tx) => {
      const [entry] = await tx
        .select({ leaf: auditLeaves })
        .from(auditEntries)
        .leftJoin(auditLeaves, eq(auditLeaves.entryId, auditEntries.id))
        .where(eq(auditEntries.id, entryId))
        .limit(1);
      if (!entry) throw new AppError("not_found");
      const checkpoint = await findLatest(tx);
      const { leaf } = entry;
      if (!leaf?.salt || !checkpoint || leaf.leafIndex >= checkpoint.treeSize)
        return { state: "waiting", inclusion: null };
      const proof = await readProof(tx, planInclusion(leaf.leafIndex, checkpoint.treeSize));
      return {
        state: "included",
        inclusion: {
          workspaceId: leaf.workspaceId,
          salt: toBase64(leaf.salt),
          leafIndex: leaf.leafIndex,
          treeSize: checkpoint.treeSize,
          proof: proof.map(toBase64),
          checkpoint: checkpoint.note,
        },
      };
    });
  }

  /** One page of checkpoints, newest first. */
  async listCheckpoints({ cursor, limit }: CheckpointQuery): Promise<Page<AuditCheckpoint>> {
    const rows = await this.databases.lookups
      .select()
      .from(auditCheckpoints)
      .where(cursor === undefined ? undefined : lt(auditCheckpoints.treeSize, Number(cursor)))
      .orderBy(desc(auditCheckpoints.treeSize))
      .limit(limit + 1);
    const page = rows.slice(0, limit);
    return {
      rows: page.map(({ treeSize, rootHash, note, madeAt }) => ({
        treeSize,
        rootHash: toBase64(rootHash),
        note,
        madeAt: madeAt.toISOString(),
      })),
      nextCursor: rows.length > limit ? String(page.at(-1)?.treeSize) : null,
    };
  }

  /**
   * Proves that the log of `from` leaves is the beginning of the log of `to` leaves.
   *
   * @throws AppError `not_found` when no checkpoint reaches that far
   */
  async getConsistency({ from, to }: ConsistencyQuery): Promise<AuditConsistency> {
    const db = this.databases.lookups;
    const latest = await findLatest(db);
    if (!latest || to > latest.treeSize) throw new AppError("not_found");
    const proof = await readProof(db, planConsistency(from, to));
    return { from, to, proof: proof.map(toBase64) };
  }

  /** Hashes of the leaves from `from` on, in order. */
  async listLeaves({ from, limit }: LeavesQuery): Promise<AuditLeaves> {
    const rows = await this.databases.lookups
      .select({ hash: auditNodes.hash })
      .from(auditNodes)
      .where(and(eq(auditNodes.level, 0), gte(auditNodes.nodeIndex, from)))
      .orderBy(asc(auditNodes.nodeIndex))
      .limit(limit);
    return { from, leaves: rows.map(({ hash }) => toBase64(hash)) };
  }

  async getKeys(): Promise<AuditKeys> {
    const rows = await this.databases.lookups
      .select()
      .from(auditKeys)
      .orderBy(asc(auditKeys.firstUsedAt), asc(auditKeys.id));
    return {
      origin: this.signer.origin,
      keys: rows.map((row) => formatNoteKey({ ...row, publicKey: Uint8Array.from(row.publicKey) })),
    };
  }
}

/** The newest checkpoint. */
export async function findLatest(db: Transaction | Databases["lookups"]) {
  const [latest] = await db
    .select({ treeSize: auditCheckpoints.treeSize, note: auditCheckpoints.note })
    .from(auditCheckpoints)
    .orderBy(desc(auditCheckpoints.treeSize))
    .limit(1);
  return latest;
}
