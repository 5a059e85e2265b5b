import { schema, type Transaction } from "@pulsekeep/database";
import { auditLeafHash } from "@pulsekeep/signing/merkle/audit-leaf";
import { sameBytes, toHex } from "@pulsekeep/signing/merkle/bytes";
import {
  appendLeaf,
  type CompactRange,
  EMPTY_RANGE,
  rootOfRange,
  type TreeNode,
} from "@pulsekeep/signing/merkle/compact-range";
import { HASH_BYTES } from "@pulsekeep/signing/merkle/tree-hash";
import { and, eq, gte, lt, sql } from "drizzle-orm";
import type { AuditFinding } from "./audit-findings.js";
import { countLeaves, readNodes, sha256 } from "./log-nodes.js";
import { sealedEntryOf } from "./sealed-entry.js";

const { auditEntries, auditLeaves, auditNodes } = schema;
const BATCH = 1_000;

type Leaf = typeof auditLeaves.$inferSelect;
type Entry = typeof auditEntries.$inferSelect;
type Place = { leaf: Leaf; entry: Entry | null };

/**
 * Reads the whole log in order and computes it anew. The tree is built on the leaf hashes that are kept, not on
 * those of the entries as they are now: so one changed entry is one finding, and not a wrong root ever after.
 */
export class LogWalk {
  readonly findings: AuditFinding[] = [];
  /** Root at each of the sizes asked for that the log reaches. */
  readonly roots = new Map<number, Uint8Array>();
  range: CompactRange = EMPTY_RANGE;
  erased = 0;
  private readonly wanted: ReadonlySet<number>;
  /** Kept leaf hashes that their entries do not have, and the hashes that the entries have instead. */
  private readonly strayed = new Map<string, number>();
  private readonly mismatches: { leafIndex: number; entryId: string; hash: string }[] = [];
  private readonly erasedOf = new Map<string, { leafIndex: number; entries: number }>();
  private readonly deletedAccounts = new Set<string>();

  constructor(
    private readonly tx: Transaction,
    sizes: readonly number[],
  ) {
    this.wanted = new Set(sizes);
  }

  async toEnd(): Promise<void> {
    const size = Math.max(await countLeaves(this.tx), await this.countKeptHashes());
    for (let begin = 0; begin < size; begin += BATCH)
      await this.readBatch(begin, Math.min(begin + BATCH, size));
    for (const { leafIndex, entryId, hash } of this.mismatches) {
      const belongsAt = this.strayed.get(hash);
      this.findings.push(
        belongsAt === undefined
          ? { kind: "entry_changed", leafIndex, entryId }
          : { kind: "entry_moved", leafIndex, entryId, belongsAt },
      );
    }
    for (const [workspaceId, { leafIndex, entries }] of this.erasedOf)
      if (!this.deletedAccounts.has(workspaceId))
        this.findings.push({ kind: "erased_without_reason", leafIndex, workspaceId, entries });
    await this.countNodes(size);
  }

  private async readBatch(begin: number, end: number): Promise<void> {
    const places = await this.readPlaces(begin, end);
    const findHash = await readNodes(
      this.tx,
      Array.from({ length: end - begin }, (_, offset) => ({ level: 0, index: begin + offset })),
    );
    const inner: TreeNode[] = [];
    for (let leafIndex = begin; leafIndex < end; leafIndex++) {
      const kept = findHash({ level: 0, index: leafIndex });
      const computed = await this.checkPlace(leafIndex, places.get(leafIndex), kept);
      if (!kept) this.findings.push({ kind: "node_changed", level: 0, nodeIndex: leafIndex });
      const { range, made } = await appendLeaf(
        this.range,
        kept ?? computed ?? new Uint8Array(HASH_BYTES),
        sha256,
      );
      this.range = range;
      inner.push(...made.slice(1));
      if (this.wanted.has(range.size)) this.roots.set(range.size, await rootOfRange(range, sha256));
    }
    await this.checkInner(inner);
  }

  private async readPlaces(begin: number, end: number): Promise<Map<number, Place>> {
    const rows = await this.tx
      .select({ leaf: auditLeaves, entry: auditEntries })
      .from(auditLeaves)
      .leftJoin(
        auditEntries,
        and(eq(auditEntries.id, auditLeaves.entryId), eq(auditEntries.recordedAt, auditLeaves.recordedAt)),
      )
      .where(and(gte(auditLeaves.leafIndex, begin), lt(auditLeaves.leafIndex, end)));
    return new Map(rows.map((row) => [row.leaf.leafIndex, row]));
  }

  /** The hash of the entry as it is now, where there is one. */
  private async checkPlace(
    leafIndex: number,
    place: Place | undefined,
    kept: Uint8Array | undefined,
  ): Promise<Uint8Array | undefined> {
    if (!place) {
      this.findings.push({ kind: "place_missing", leafIndex });
      return undefined;
    }
    const { leaf, entry } = place;
    const { entryId, workspaceId, salt } = leaf;
    if (!entry && !salt) {
      const before = this.erasedOf.get(workspaceId);
      this.erasedOf.set(workspaceId, {
        leafIndex: before?.leafIndex ?? leafIndex,
        entries: (before?.entries ?? 0) + 1,
      });
      this.erased += 1;
      return undefined;
    }
    if (!entry) {
      this.findings.push({ kind: "entry_missing", leafIndex, entryId });
      return undefined;
    }
    const hash = await hashOf(entry, salt);
    if (hash && kept && sameBytes(hash, kept)) {
      if (entry.action === "account.deleted") this.deletedAccounts.add(entry.workspaceId);
      return hash;
    }
    this.mismatches.push({ leafIndex, entryId, hash: hash ? toHex(hash) : "" });
    if (kept) this.strayed.set(toHex(kept), leafIndex);
    return hash;
  }

  private async checkInner(computed: readonly TreeNode[]): Promise<void> {
    const find = await readNodes(this.tx, computed);
    for (const { level, index, hash } of computed) {
      const kept = find({ level, index });
      if (!kept || !sameBytes(kept, hash))
        this.findings.push({ kind: "node_changed", level, nodeIndex: index });
    }
  }

  private async countKeptHashes(): Promise<number> {
    const [row] = await this.tx
      .select({ size: sql<number>`coalesce(max(${auditNodes.nodeIndex}) + 1, 0)`.mapWith(Number) })
      .from(auditNodes)
      .where(eq(auditNodes.level, 0));
    return row?.size ?? 0;
  }

  private async countNodes(size: number): Promise<void> {
    let expected = 0;
    for (let width = 1; width <= size; width *= 2) expected += Math.floor(size / width);
    const found = await this.tx.$count(auditNodes);
    if (found !== expected) this.findings.push({ kind: "node_count", expected, found });
  }
}

/** Undefined when the row cannot be encoded at all: then it is not what was logged. */
async function hashOf(entry: Entry, salt: Uint8Array | null): Promise<Uint8Array | undefined> {
  try {
    return salt ? await auditLeafHash(sealedEntryOf(entry), salt, sha256) : undefined;
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}
