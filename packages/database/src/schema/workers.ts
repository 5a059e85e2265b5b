import { bigint, index, integer, jsonb, pgTable, primaryKey, text, uuid } from "drizzle-orm/pg-core";
import { bytea, createdAt, instant, workspaceId } from "./columns.js";
import { workspaces } from "./identity.js";

export type WorkerState = "provisioning" | "verifying" | "active" | "failed" | "removed";

/** Shadow workers. GitHub's numeric ids are what a handshake is bound to; names are for people. */
export const workers = pgTable(
  "workers",
  {
    id: uuid("id").primaryKey(),
    workspaceId: workspaceId().references(() => workspaces.id, { onDelete: "cascade" }),
    clientId: text("client_id").notNull().unique(),
    kind: text("kind").$type<"actions" | "resident">().notNull().default("actions"),
    state: text("state").$type<WorkerState>().notNull().default("provisioning"),
    handshakeSecretSealed: bytea("handshake_secret_sealed").notNull(),
    secretCreatedAt: instant("secret_created_at").notNull().defaultNow(),
    secretExpiresAt: instant("secret_expires_at").notNull(),
    repositoryId: bigint("repository_id", { mode: "number" }),
    repositoryOwnerId: bigint("repository_owner_id", { mode: "number" }),
    repositoryFullName: text("repository_full_name"),
    defaultBranch: text("default_branch"),
    workflowRef: text("workflow_ref"),
    workflowSha: text("workflow_sha"),
    authorName: text("author_name"),
    authorEmail: text("author_email"),
    version: text("version"),
    cronMinute: integer("cron_minute").notNull(),
    lastHandshakeAt: instant("last_handshake_at"),
    nextCheckInAt: instant("next_check_in_at"),
    createdAt: createdAt(),
  },
  (t) => [index("workers_workspace").on(t.workspaceId, t.createdAt)],
);

/** A handshake opens a session that later proofs carry; it ends after ten minutes. */
export const workerSessions = pgTable(
  "worker_sessions",
  {
    id: uuid("id").primaryKey(),
    workspaceId: workspaceId(),
    workerId: uuid("worker_id")
      .notNull()
      .references(() => workers.id, { onDelete: "cascade" }),
    githubRunId: text("github_run_id"),
    expiresAt: instant("expires_at").notNull(),
    createdAt: createdAt(),
  },
  (t) => [index("worker_sessions_expiry").on(t.expiresAt)],
);

/** Proof and OIDC token ids that were used: kept here, because losing them would open a replay window. */
export const workerNonces = pgTable(
  "worker_nonces",
  {
    workerId: uuid("worker_id")
      .notNull()
      .references(() => workers.id, { onDelete: "cascade" }),
    jti: text("jti").notNull(),
    workspaceId: workspaceId(),
    expiresAt: instant("expires_at").notNull(),
  },
  (t) => [primaryKey({ columns: [t.workerId, t.jti] }), index("worker_nonces_expiry").on(t.expiresAt)],
);

export type ProvisioningStepRow = {
  name: string;
  state: "waiting" | "running" | "done" | "failed" | "skipped";
  startedAt: string | null;
  endedAt: string | null;
  facts: Record<string, string>;
  errorCode: string | null;
};

/** Attempts to create a worker. `state_hash` binds GitHub's answer to the browser session that asked. */
export const provisionings = pgTable(
  "provisionings",
  {
    id: uuid("id").primaryKey(),
    workspaceId: workspaceId().references(() => workspaces.id, { onDelete: "cascade" }),
    workerId: uuid("worker_id")
      .notNull()
      .references(() => workers.id, { onDelete: "cascade" }),
    userId: uuid("user_id").notNull(),
    state: text("state").$type<"awaiting_consent" | "running" | "verifying" | "done" | "failed">().notNull(),
    steps: jsonb("steps").$type<ProvisioningStepRow[]>().notNull(),
    stateHash: text("state_hash"),
    tokenRevokedAt: instant("token_revoked_at"),
    nextActionAt: instant("next_action_at"),
    createdAt: createdAt(),
    endedAt: instant("ended_at"),
  },
  (t) => [index("provisionings_workspace").on(t.workspaceId, t.createdAt)],
);
