import { randomBytes } from "node:crypto";
import { Inject, Injectable, type OnModuleInit } from "@nestjs/common";
import { schema, type Transaction } from "@pulsekeep/database";
import { AUDIT_SALT_BYTES, auditLeafHash } from "@pulsekeep/signing/merkle/audit-leaf";
import { appendLeaf, type TreeNode } from "@pulsekeep/signing/merkle/compact-range";
import { and, asc, eq, inArray, sql } from "drizzle-orm";
import { Databases } from "../../platform/database.js";
import { Jobs } from "../../platform/jobs.js";
import { CheckpointsService } from "./checkpoints.service.js";
import { countLeaves, readRange, sha256 } from "./log-nodes.js";
import { sealedEntryOf } from "./sealed-entry.js";

const { auditEntries, auditLeaves, auditNodes, auditPending } = schema;
const BATCH = 500;

/**
 * Gives committed audit entries their place in the log. It runs after the change and outside its transaction, so
 * nobody waits for the one row that every entry would otherwise fight for.
 *
 * One turn is one transaction under a lock that every sequencer takes: places, nodes and the end of the waiting
 * commit together, so a crash leaves either all of a turn or nothing, and a second sequencer finds nothing to do.
 */
@Injectable()
export class SequencerJobs implements OnModuleInit {
  constructor(
    @Inject(Databases) private readonly databases: Databases,
    @Inject(Jobs) private readonly jobs: Jobs,
    @Inject(CheckpointsService) private readonly checkpoints: CheckpointsService,
  ) {}

  onModuleInit(): void {
    this.jobs.every({
      name: "audit-sequencer",
      role: "scheduler",
      intervalMs: 500,
      run: () => this.turn(),
    });
  }

  /** "more" while entries may still be waiting. */
  async turn(): Promise<"idle" | "more"> {
    const placed = await this.sequenceOnce();
    if (placed === BATCH) return "more";
    await this.checkpoints.makeDue();
    return "idle";
  }

  /** Places at most one batch, oldest first, and says how many it placed. */
  async sequenceOnce(): Promise<number> {
    const waiting = await this.databases.engine.select().from(auditPending).limit(1);
    if (waiting.length === 0) return 0;
    return this.databases.inEngine(async (tx) => {
      const [lock] = (
        await tx.execute<{ taken: boolean }>(
          sql`select pg_try_advisory_xact_lock(hashtext('pulsekeep.audit_sequencer')) as taken`,
        )
      ).rows;
      return lock?.taken ? this.placeWaiting(tx) : 0;
    });
  }

  private async placeWaiting(tx: Transaction): Promise<number> {
    const rows = await tx
      .select({ entry: auditEntries })
      .from(auditPending)
      .innerJoin(
        auditEntries,
        and(eq(auditEntries.id, auditPending.entryId), eq(auditEntries.recordedAt, auditPending.recordedAt)),
      )
      .orderBy(asc(auditPending.recordedAt), asc(auditPending.entryId))
      .limit(BATCH);
    if (rows.length === 0) return 0;
    let range = await readRange(tx, await countLeaves(tx));
    const leaves: (typeof auditLeaves.$inferInsert)[] = [];
    const nodes: TreeNode[] = [];
    for (const { entry } of rows) {
      const salt = randomBytes(AUDIT_SALT_BYTES);
      leaves.push({
        leafIndex: range.size,
        entryId: entry.id,
        workspaceId: entry.workspaceId,
        recordedAt: entry.recordedAt,
        salt,
      });
      const appended = await appendLeaf(
        range,
        await auditLeafHash(sealedEntryOf(entry), salt, sha256),
        sha256,
      );
      range = appended.range;
      nodes.push(...appended.made);
    }
    await tx.insert(auditLeaves).values(leaves);
    await tx
      .insert(auditNodes)
      .values(nodes.map(({ level, index, hash }) => ({ level, nodeIndex: index, hash: Buffer.from(hash) })));
    await tx.delete(auditPending).where(
      inArray(
        auditPending.entryId,
        rows.map(({ entry }) => entry.id),
      ),
    );
    return rows.length;
  }
}
