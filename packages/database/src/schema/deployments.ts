import { sql } from "drizzle-orm";
import {
  boolean,
  doublePrecision,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  real,
  text,
  unique,
  uniqueIndex,
  uuid,
} from "drizzle-orm/pg-core";
import { bytea, createdAt, instant, workspaceId } from "./columns.js";
import { workspaces } from "./identity.js";
import { projects } from "./projects.js";

export type DeploymentState = "running" | "observing" | "analyzed" | "abandoned" | "superseded";
export type VerdictState = "collecting" | "ok" | "warning" | "rollback_recommended" | "inconclusive";

export const deployments = pgTable(
  "deployments",
  {
    id: uuid("id").primaryKey(),
    workspaceId: workspaceId().references(() => workspaces.id, { onDelete: "cascade" }),
    projectId: uuid("project_id")
      .notNull()
      .references(() => projects.id, { onDelete: "cascade" }),
    number: integer("number").notNull(),
    environment: text("environment").notNull(),
    service: text("service").notNull().default(""),
    /** Whose samples it is judged by, since it began: its environment's own endpoint's, or the project's (''). */
    measuredEnvironment: text("measured_environment").notNull().default(""),
    branch: text("branch"),
    version: text("version"),
    commitSha: text("commit_sha"),
    /** When the deployed commit was made, as the pipeline says: where lead time begins. */
    committedAt: instant("committed_at"),
    pr: text("pr"),
    actor: text("actor"),
    runUrl: text("run_url"),
    isRollback: boolean("is_rollback").notNull().default(false),
    state: text("state").$type<DeploymentState>().notNull().default("running"),
    pipelineResult: text("pipeline_result").$type<"success" | "failed">(),
    verdictState: text("verdict_state").$type<VerdictState>().notNull().default("collecting"),
    confidence: real("confidence"),
    startedAt: instant("started_at").notNull(),
    finishedAt: instant("finished_at"),
    observeUntil: instant("observe_until"),
    abandonAt: instant("abandon_at").notNull(),
    endedAt: instant("ended_at"),
    /** When the analyst looks next even if no sample arrives: end of the window, or the abandon time-out. */
    nextActionAt: instant("next_action_at"),
  },
  (t) => [
    unique("deployments_number").on(t.projectId, t.number),
    uniqueIndex("deployments_one_running")
      .on(t.projectId, t.environment, t.service)
      .where(sql`state = 'running'`),
    index("deployments_workspace").on(t.workspaceId, t.startedAt, t.id),
    index("deployments_project").on(t.projectId, t.startedAt, t.id),
    index("deployments_action").on(t.nextActionAt).where(sql`next_action_at is not null`),
    index("deployments_open")
      .on(t.projectId, t.environment, t.service)
      .where(sql`state in ('running', 'observing')`),
  ],
);

/** Answers already given to CI, bound to the digest of the body, kept for a day. */
export const idempotencyKeys = pgTable(
  "idempotency_keys",
  {
    projectId: uuid("project_id")
      .notNull()
      .references(() => projects.id, { onDelete: "cascade" }),
    key: text("key").notNull(),
    workspaceId: workspaceId(),
    bodyHash: bytea("body_hash").notNull(),
    deploymentId: uuid("deployment_id").notNull(),
    expiresAt: instant("expires_at").notNull(),
  },
  (t) => [primaryKey({ columns: [t.projectId, t.key] }), index("idempotency_keys_expiry").on(t.expiresAt)],
);

/**
 * One row per scrape, partitioned by day of `at` (the migration makes it so). `missing_reason` marks a scrape
 * that brought nothing, and then the metrics are null: a gap is never a zero.
 */
export const metricSamples = pgTable(
  "metric_samples",
  {
    projectId: uuid("project_id").notNull(),
    /** The metrics endpoint that it came from: an environment's own, or the project's (''). */
    environment: text("environment").notNull().default(""),
    at: instant("at").notNull(),
    workspaceId: workspaceId(),
    missingReason: text("missing_reason"),
    requestsPerSec: doublePrecision("requests_per_sec"),
    latencyP95Ms: doublePrecision("latency_p95_ms"),
    errorRate: doublePrecision("error_rate"),
    cpuUsage: doublePrecision("cpu_usage"),
    memoryUsage: doublePrecision("memory_usage"),
  },
  (t) => [primaryKey({ columns: [t.projectId, t.environment, t.at] })],
);

/** What the engine said last about a deployment; `final` once, and never changed after. */
export const verdicts = pgTable("verdicts", {
  deploymentId: uuid("deployment_id")
    .primaryKey()
    .references(() => deployments.id, { onDelete: "cascade" }),
  workspaceId: workspaceId(),
  state: text("state").$type<VerdictState>().notNull(),
  confidence: real("confidence").notNull(),
  final: boolean("final").notNull(),
  /** Reasons, hints, findings per metric and quality, as the engine returned them. */
  document: jsonb("document").$type<unknown>().notNull(),
  engineVersion: text("engine_version").notNull(),
  missedScrapes: integer("missed_scrapes").notNull().default(0),
  decidedAt: instant("decided_at").notNull(),
  /** The project's policy as it was asked: versions and what differed from the defaults; null for the defaults. */
  policy: jsonb("policy").$type<unknown>(),
  /** The policy said that this verdict has no consequences. */
  dryRun: boolean("dry_run").notNull().default(false),
  createdAt: createdAt(),
});
