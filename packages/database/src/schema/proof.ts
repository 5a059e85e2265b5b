import { index, pgTable, uuid } from "drizzle-orm/pg-core";
import { bytea, createdAt, instant, workspaceId } from "./columns.js";
import { users, workspaces } from "./identity.js";

/** Links to a workspace's proof of security, for people that its user chose. The link itself is not kept. */
export const proofLinks = pgTable(
  "proof_links",
  {
    id: uuid("id").primaryKey(),
    workspaceId: workspaceId().references(() => workspaces.id, { onDelete: "cascade" }),
    userId: uuid("user_id")
      .notNull()
      .references(() => users.id, { onDelete: "cascade" }),
    tokenHash: bytea("token_hash").notNull().unique(),
    expiresAt: instant("expires_at").notNull(),
    createdAt: createdAt(),
  },
  (t) => [
    index("proof_links_workspace").on(t.workspaceId, t.createdAt),
    index("proof_links_user").on(t.userId),
    index("proof_links_expiry").on(t.expiresAt),
  ],
);
