import { bigint, pgTable, primaryKey, smallint, text, uuid } from "drizzle-orm/pg-core";
import { bytea, instant, workspaceId } from "./columns.js";

/**
 * Audit entries that have no place in the log yet. A trigger on `audit_entries` adds them in the transaction of
 * the entry, the sequencer takes them out: whatever order transactions commit in, none is passed over.
 */
export const auditPending = pgTable("audit_pending", {
  entryId: uuid("entry_id").primaryKey(),
  recordedAt: instant("recorded_at").notNull(),
});

/** The place of each entry in the one log of this installation, without a gap from 0. */
export const auditLeaves = pgTable("audit_leaves", {
  leafIndex: bigint("leaf_index", { mode: "number" }).primaryKey(),
  entryId: uuid("entry_id").notNull().unique(),
  workspaceId: workspaceId(),
  recordedAt: instant("recorded_at").notNull(),
  /** 32 random bytes that make the leaf's hash a commitment; null once the entry was erased with its account. */
  salt: bytea("salt"),
});

/** Hash of every full subtree, level 0 being the leaves. Says nothing about entries to whoever lacks their salts. */
export const auditNodes = pgTable(
  "audit_nodes",
  {
    level: smallint("level").notNull(),
    nodeIndex: bigint("node_index", { mode: "number" }).notNull(),
    hash: bytea("hash").notNull(),
  },
  (t) => [primaryKey({ columns: [t.level, t.nodeIndex] })],
);

/** Signed notes (C2SP tlog-checkpoint) over the log's size and root. */
export const auditCheckpoints = pgTable("audit_checkpoints", {
  treeSize: bigint("tree_size", { mode: "number" }).primaryKey(),
  rootHash: bytea("root_hash").notNull(),
  note: text("note").notNull(),
  madeAt: instant("made_at").notNull().defaultNow(),
});

/** Public halves of every key that ever signed a checkpoint. */
export const auditKeys = pgTable(
  "audit_keys",
  {
    name: text("name").notNull(),
    id: text("id").notNull(),
    publicKey: bytea("public_key").notNull(),
    firstUsedAt: instant("first_used_at").notNull().defaultNow(),
  },
  (t) => [primaryKey({ columns: [t.name, t.id] })],
);
