import { customType, timestamp, uuid } from "drizzle-orm/pg-core";

/** Bytes, for sealed secrets and hashes. */
export const bytea = customType<{ data: Buffer }>({ dataType: () => "bytea" });

/** An instant with time zone, as a JavaScript `Date`. */
export const instant = (name: string) => timestamp(name, { withTimezone: true, precision: 3 });

/** `created_at`, by the database's clock. */
export const createdAt = () => instant("created_at").notNull().defaultNow();

/** The tenant column of every tenant table. */
export const workspaceId = () => uuid("workspace_id").notNull();
