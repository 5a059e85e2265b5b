import { bigserial, index, jsonb, pgTable, text, uuid } from "drizzle-orm/pg-core";
import { createdAt, instant, workspaceId } from "./columns.js";

/**
 * Messages that leave the database after commit: ids only, never content. The relay appends them to the
 * transport and deletes the row. `key` decides the shard, so messages of one key keep their order.
 */
export const outbox = pgTable("outbox", {
  id: bigserial("id", { mode: "bigint" }).primaryKey(),
  topic: text("topic").notNull(),
  key: text("key").notNull(),
  body: jsonb("body").$type<Record<string, string>>().notNull(),
  createdAt: createdAt(),
});

/**
 * Sensitive actions, append-only by grant and trigger, partitioned by month of `recorded_at`.
 * (The migration makes it a partitioned table with primary key (id, recorded_at).)
 */
export const auditEntries = pgTable(
  "audit_entries",
  {
    id: uuid("id").notNull(),
    workspaceId: workspaceId(),
    action: text("action").notNull(),
    actorKind: text("actor_kind").$type<"user" | "worker" | "api_key" | "system">().notNull(),
    actorId: text("actor_id"),
    subjectKind: text("subject_kind").notNull(),
    subjectId: text("subject_id"),
    facts: jsonb("facts").$type<Record<string, string | number | boolean | null>>().notNull(),
    requestId: text("request_id"),
    recordedAt: instant("recorded_at").notNull().defaultNow(),
  },
  (t) => [index("audit_entries_workspace").on(t.workspaceId, t.recordedAt, t.id)],
);
