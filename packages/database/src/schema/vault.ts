import { pgTable, text, uuid } from "drizzle-orm/pg-core";
import { bytea, createdAt, workspaceId } from "./columns.js";
import { workspaces } from "./identity.js";

/** Per-tenant data keys, wrapped by the keyring key that `keyring_key_id` names. */
export const dataKeys = pgTable("data_keys", {
  id: uuid("id").primaryKey(),
  workspaceId: workspaceId()
    .unique()
    .references(() => workspaces.id, { onDelete: "cascade" }),
  keyringKeyId: text("keyring_key_id").notNull(),
  keyWrapped: bytea("key_wrapped").notNull(),
  createdAt: createdAt(),
});
