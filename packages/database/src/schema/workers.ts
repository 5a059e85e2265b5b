import { sql } from "drizzle-orm";
import {
  bigint,
  boolean,
  check,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  unique,
  uuid,
} from "drizzle-orm/pg-core";
import { bytea, createdAt, instant, workspaceId } from "./columns.js";
import { workspaces } from "./identity.js";

/** How a worker came to be: by a consent lent to us, or by its user's own hands. */
export type WorkerWay = "consent" | "browser" | "machine" | "manual";
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
    way: text("way").$type<WorkerWay>().notNull().default("consent"),
    /** When a person said that the repository is theirs; GitHub says it for a worker that a consent made. */
    confirmedAt: instant("confirmed_at").defaultNow(),
    /** A root that was put into the repository and not yet proven. Its first proof makes it the root. */
    nextSecretSealed: bytea("next_secret_sealed"),
    nextSecretCreatedAt: instant("next_secret_created_at"),
    /** The root before, for the run that was under way when the next one was proven. */
    previousSecretSealed: bytea("previous_secret_sealed"),
    previousSecretUntil: instant("previous_secret_until"),
    removedAt: instant("removed_at"),
    /** Whether the worker keeps the audit log's checkpoints in its repository, and when it was last given one. */
    exportsCheckpoints: boolean("exports_checkpoints").notNull().default(false),
    checkpointExportedAt: instant("checkpoint_exported_at"),
    /** Below this leaf of the audit log, the workspace's entries are in the worker's repository too. */
    auditExportedBelow: bigint("audit_exported_below", { mode: "number" }).notNull().default(0),
    createdAt: createdAt(),
  },
  (t) => [
    index("workers_workspace").on(t.workspaceId, t.createdAt),
    unique("workers_of_workspace").on(t.workspaceId, t.id),
  ],
);

/** What GitHub's token said of the run that said hello. Null for a resident worker, which has no such token. */
export type RunnerRecord = {
  repositoryId: string;
  repositoryOwnerId: string;
  workflowRef: string;
  workflowSha: string | null;
  runId: string;
  runAttempt: string | null;
  eventName: string | null;
  issuedAt: string;
};

/**
 * A handshake opens a session that later proofs carry; it ends after ten minutes. The row stays for some days: it
 * is the record of the handshake.
 */
export const workerSessions = pgTable(
  "worker_sessions",
  {
    id: uuid("id").primaryKey(),
    workspaceId: workspaceId(),
    workerId: uuid("worker_id")
      .notNull()
      .references(() => workers.id, { onDelete: "cascade" }),
    githubRunId: text("github_run_id"),
    runner: jsonb("runner").$type<RunnerRecord>(),
    expiresAt: instant("expires_at").notNull(),
    createdAt: createdAt(),
  },
  (t) => [
    index("worker_sessions_expiry").on(t.expiresAt),
    index("worker_sessions_worker").on(t.workerId, t.createdAt),
  ],
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
  errorFacts?: Record<string, string>;
};

export type ProvisioningState =
  | "awaiting_consent"
  | "awaiting_enrolment"
  | "running"
  | "verifying"
  | "awaiting_confirmation"
  | "done"
  | "failed";

/** What the worker becomes once its new repository holds its secrets. */
export type ProvisioningTarget = {
  repositoryId: number;
  repositoryOwnerId: number;
  repositoryFullName: string;
  defaultBranch: string;
  workflowRef: string;
  authorName: string;
  authorEmail: string;
  workflowSha?: string;
};

/** Attempts to create, move or re-key a worker. `state_hash` binds GitHub's answer to the browser session that asked. */
export const provisionings = pgTable(
  "provisionings",
  {
    id: uuid("id").primaryKey(),
    workspaceId: workspaceId().references(() => workspaces.id, { onDelete: "cascade" }),
    workerId: uuid("worker_id")
      .notNull()
      .references(() => workers.id, { onDelete: "cascade" }),
    userId: uuid("user_id").notNull(),
    purpose: text("purpose").$type<"create" | "rotate" | "move">().notNull().default("create"),
    way: text("way").$type<WorkerWay>().notNull().default("consent"),
    state: text("state").$type<ProvisioningState>().notNull(),
    steps: jsonb("steps").$type<ProvisioningStepRow[]>().notNull(),
    /** The name to create or adopt; null for the usual one. */
    repositoryName: text("repository_name"),
    target: jsonb("target").$type<ProvisioningTarget>(),
    stateHash: text("state_hash"),
    /** Of the one-time code while an enrolment is awaited, of its ticket after that. */
    enrolmentHash: text("enrolment_hash").unique(),
    enrolmentExpiresAt: instant("enrolment_expires_at"),
    tokenRevokedAt: instant("token_revoked_at"),
    nextActionAt: instant("next_action_at"),
    createdAt: createdAt(),
    endedAt: instant("ended_at"),
  },
  (t) => [
    index("provisionings_workspace").on(t.workspaceId, t.createdAt),
    index("provisionings_worker").on(t.workerId, t.createdAt),
  ],
);

/** What a user should know of a worker's root: once per threshold before it expires, 0 being the day itself. */
export const workerNotices = pgTable(
  "worker_notices",
  {
    workerId: uuid("worker_id")
      .notNull()
      .references(() => workers.id, { onDelete: "cascade" }),
    /** Of which root: a notice is over when the worker has another. */
    secretExpiresAt: instant("secret_expires_at").notNull(),
    daysBefore: integer("days_before").notNull(),
    workspaceId: workspaceId(),
    raisedAt: instant("raised_at").notNull().defaultNow(),
    dismissedAt: instant("dismissed_at"),
  },
  (t) => [
    primaryKey({ columns: [t.workerId, t.secretExpiresAt, t.daysBefore] }),
    index("worker_notices_workspace").on(t.workspaceId, t.raisedAt),
  ],
);

/**
 * A worker that stayed away: one row for each silence. `since` is its last handshake, so that a silence is over, also
 * for who only reads, once there is a later one.
 */
export const workerSilences = pgTable(
  "worker_silences",
  {
    workerId: uuid("worker_id")
      .notNull()
      .references(() => workers.id, { onDelete: "cascade" }),
    since: instant("since").notNull(),
    workspaceId: workspaceId(),
    /** Check-ins that were expected and did not come, when it was noticed. */
    missed: integer("missed").notNull(),
    raisedAt: instant("raised_at").notNull().defaultNow(),
    endedAt: instant("ended_at"),
    dismissedAt: instant("dismissed_at"),
    mailedAt: instant("mailed_at"),
    /** How often its mails were claimed. What was claimed and never mailed is claimed again when it is due. */
    mailAttempts: integer("mail_attempts").notNull().default(0),
    /** Null before the first attempt: at once. */
    mailDueAt: instant("mail_due_at"),
  },
  (t) => [
    primaryKey({ columns: [t.workerId, t.since] }),
    index("worker_silences_open").on(t.raisedAt).where(sql`ended_at is null`),
    index("worker_silences_workspace").on(t.workspaceId, t.raisedAt),
  ],
);

/** Since when somebody has looked for silent workers without a break. While nobody did, nobody could check in either. */
export const workerWatch = pgTable(
  "worker_watch",
  {
    id: integer("id").primaryKey().default(1),
    since: instant("since").notNull().defaultNow(),
    lookedAt: instant("looked_at").notNull().defaultNow(),
  },
  (t) => [check("worker_watch_is_one", sql`${t.id} = 1`)],
);
