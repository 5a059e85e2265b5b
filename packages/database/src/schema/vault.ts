import { bigint, index, pgTable, text, uuid } from "drizzle-orm/pg-core";
import { bytea, createdAt, instant, workspaceId } from "./columns.js";
import { workspaces } from "./identity.js";

/** Per-tenant data keys, wrapped by the keyring key that `keyring_key_id` names. */
export const dataKeys = pgTable(
  "data_keys",
  {
    id: uuid("id").primaryKey(),
    workspaceId: workspaceId()
      .unique()
      .references(() => workspaces.id, { onDelete: "cascade" }),
    keyringKeyId: text("keyring_key_id").notNull(),
    keyWrapped: bytea("key_wrapped").notNull(),
    wrappedAt: instant("wrapped_at").notNull().defaultNow(),
    /** Values that this key has sealed: GCM with random IVs has a limit. */
    seals: bigint("seals", { mode: "number" }).notNull().default(0),
    /** The key that this one has replaced, sealed under this one, for whoever read a value just before. */
    formerId: uuid("former_id"),
    formerKeySealed: bytea("former_key_sealed"),
    /** When the key was made: it is replaced by its age. */
    createdAt: createdAt(),
  },
  (t) => [index("data_keys_keyring_key").on(t.keyringKeyId)],
);

/** What is known of the keyring's keys; the keys themselves are in the environment and never here. */
export const keyringKeys = pgTable("keyring_keys", {
  id: text("id").primaryKey(),
  /** Tells another key under the same id; says nothing about the key. */
  checkValue: bytea("check_value").notNull(),
  /** Data keys that this key has wrapped. */
  wraps: bigint("wraps", { mode: "number" }).notNull().default(0),
  firstSeenAt: instant("first_seen_at").notNull().defaultNow(),
  /** When it became the key that wraps: rotation is due by its age. */
  currentSince: instant("current_since"),
  /** Once set, for ever: what it wrapped does not open any more. */
  retiredAt: instant("retired_at"),
});

/** Accounts that were deleted, until their audit entries are taken out of the log too. */
export const accountErasures = pgTable(
  "account_erasures",
  {
    workspaceId: uuid("workspace_id").primaryKey(),
    deletedAt: instant("deleted_at").notNull().defaultNow(),
    nextActionAt: instant("next_action_at").notNull().defaultNow(),
  },
  (t) => [index("account_erasures_due").on(t.nextActionAt)],
);
