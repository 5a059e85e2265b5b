import { sql } from "drizzle-orm";
import {
  boolean,
  date,
  doublePrecision,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  uuid,
} from "drizzle-orm/pg-core";
import { bytea, createdAt, instant, workspaceId } from "./columns.js";
import { workspaces } from "./identity.js";

export const projects = pgTable(
  "projects",
  {
    id: uuid("id").primaryKey(),
    workspaceId: workspaceId().references(() => workspaces.id, { onDelete: "cascade" }),
    name: text("name").notNull(),
    description: text("description").notNull().default(""),
    stack: text("stack").$type<"node" | "python" | "go" | "other">(),
    /** Parts that are deployed by themselves. A project without such a list takes every name. */
    services: text("services").array().notNull().default(sql`'{}'`),
    environments: text("environments").array().notNull(),
    sampleSeconds: integer("sample_seconds").notNull(),
    windowSeconds: integer("window_seconds").notNull(),
    baselineSeconds: integer("baseline_seconds").notNull(),
    /** Whether anything is measured while nothing is deployed. */
    baselineEnabled: boolean("baseline_enabled").notNull().default(true),
    abandonSeconds: integer("abandon_seconds").notNull(),
    nextDeploymentNumber: integer("next_deployment_number").notNull().default(1),
    createdAt: createdAt(),
  },
  (t) => [index("projects_workspace").on(t.workspaceId, t.createdAt)],
);

/** API keys of CI: only the SHA-256 is kept. */
export const projectApiKeys = pgTable(
  "project_api_keys",
  {
    id: uuid("id").primaryKey(),
    workspaceId: workspaceId(),
    projectId: uuid("project_id")
      .notNull()
      .references(() => projects.id, { onDelete: "cascade" }),
    prefix: text("prefix").notNull(),
    lastFour: text("last_four").notNull(),
    keyHash: bytea("key_hash").notNull().unique(),
    lastUsedAt: instant("last_used_at"),
    revokedAt: instant("revoked_at"),
    /** A key that was replaced is accepted until then. */
    expiresAt: instant("expires_at"),
    createdAt: createdAt(),
  },
  (t) => [index("project_api_keys_project").on(t.projectId)],
);

/**
 * Where a project's samples come from, and when the collector looks there next. Every project has one row ('': of all
 * its environments), and one more for each environment that is measured by itself. How requests are signed is the
 * project's; only the version that a receiver offered is its own.
 */
export const metricEndpoints = pgTable(
  "metric_endpoints",
  {
    projectId: uuid("project_id")
      .notNull()
      .references(() => projects.id, { onDelete: "cascade" }),
    environment: text("environment").notNull().default(""),
    workspaceId: workspaceId(),
    state: text("state").$type<"none" | "pending" | "active" | "blocked">().notNull().default("none"),
    activeUrl: text("active_url"),
    candidateUrl: text("candidate_url"),
    hmacEnabled: boolean("hmac_enabled").notNull().default(false),
    hmacSecretSealed: bytea("hmac_secret_sealed"),
    /** The signature that the receiver offered when it was tested last. */
    hmacVersion: text("hmac_version").$type<"v2" | "v3">().notNull().default("v2"),
    /** The secret before the last rotation, which the receiver may still use until then. */
    hmacPreviousSealed: bytea("hmac_previous_sealed"),
    hmacPreviousUntil: instant("hmac_previous_until"),
    /** Where samples come from. */
    source: text("source").$type<"endpoint" | "push" | "prometheus">().notNull().default("endpoint"),
    /** Address, labels and queries, where samples come from Prometheus. */
    prometheus: jsonb("prometheus").$type<unknown>(),
    prometheusTokenSealed: bytea("prometheus_token_sealed"),
    /** Grows when another address begins to be measured: what was measured before is no baseline any more. */
    baselineVersion: integer("baseline_version").notNull().default(1),
    baselineSince: instant("baseline_since"),
    lastVerifiedAt: instant("last_verified_at"),
    lastTestedAt: instant("last_tested_at"),
    lastTestErrorCode: text("last_test_error_code"),
    lastSampleAt: instant("last_sample_at"),
    lastScrapeErrorCode: text("last_scrape_error_code"),
    /** Samples that were pushed on a day of UTC, the latest on which there were any. */
    pushedOn: date("pushed_on"),
    pushedSamples: integer("pushed_samples").notNull().default(0),
    /** Seconds between scrapes right now: the baseline's, or the dense rate while a deployment is watched. */
    intervalSeconds: integer("interval_seconds").notNull(),
    nextScrapeAt: instant("next_scrape_at"),
  },
  (t) => [
    primaryKey({ columns: [t.projectId, t.environment] }),
    index("metric_endpoints_due").on(t.nextScrapeAt).where(sql`next_scrape_at is not null`),
    index("metric_endpoints_workspace").on(t.workspaceId),
  ],
);

/** What happened to a project's endpoint: the history that people see, and what the monthly limits count. */
export const endpointChanges = pgTable(
  "endpoint_changes",
  {
    id: uuid("id").primaryKey(),
    workspaceId: workspaceId(),
    projectId: uuid("project_id")
      .notNull()
      .references(() => projects.id, { onDelete: "cascade" }),
    environment: text("environment").notNull().default(""),
    kind: text("kind")
      .$type<
        | "candidate_updated"
        | "test_succeeded"
        | "test_failed"
        | "activated"
        | "removed"
        | "blocked"
        | "unblocked"
      >()
      .notNull(),
    source: text("source").$type<"endpoint" | "push" | "prometheus">().notNull(),
    host: text("host"),
    /** Which limit an activation counts against; null where it replaced nothing. */
    replaced: text("replaced").$type<"path" | "host">(),
    reason: text("reason"),
    baselineVersion: integer("baseline_version").notNull(),
    actorId: text("actor_id"),
    createdAt: createdAt(),
  },
  (t) => [
    index("endpoint_changes_project").on(t.projectId, t.createdAt, t.id),
    index("endpoint_changes_workspace").on(t.workspaceId),
  ],
);

/** What an administrator allows a workspace; null, or no row, is no limit. */
export const workspaceQuotas = pgTable("workspace_quotas", {
  workspaceId: uuid("workspace_id")
    .primaryKey()
    .references(() => workspaces.id, { onDelete: "cascade" }),
  projects: integer("projects"),
  environments: integer("environments"),
  pathChangesPerMonth: integer("path_changes_per_month"),
  hostChangesPerMonth: integer("host_changes_per_month"),
});

const figures = (metric: string) => ({
  mean: doublePrecision(`${metric}_mean`),
  min: doublePrecision(`${metric}_min`),
  max: doublePrecision(`${metric}_max`),
});
const [requests, latency, errors, cpu, memory] = [
  figures("requests_per_sec"),
  figures("latency_p95_ms"),
  figures("error_rate"),
  figures("cpu_usage"),
  figures("memory_usage"),
];

/** One row per metrics endpoint and hour that was measured, for views longer than samples are kept. */
export const metricRollups = pgTable(
  "metric_rollups",
  {
    projectId: uuid("project_id")
      .notNull()
      .references(() => projects.id, { onDelete: "cascade" }),
    environment: text("environment").notNull().default(""),
    at: instant("at").notNull(),
    workspaceId: workspaceId(),
    samples: integer("samples").notNull(),
    missing: integer("missing").notNull(),
    requestsPerSecMean: requests.mean,
    requestsPerSecMin: requests.min,
    requestsPerSecMax: requests.max,
    latencyP95MsMean: latency.mean,
    latencyP95MsMin: latency.min,
    latencyP95MsMax: latency.max,
    errorRateMean: errors.mean,
    errorRateMin: errors.min,
    errorRateMax: errors.max,
    cpuUsageMean: cpu.mean,
    cpuUsageMin: cpu.min,
    cpuUsageMax: cpu.max,
    memoryUsageMean: memory.mean,
    memoryUsageMin: memory.min,
    memoryUsageMax: memory.max,
  },
  (t) => [
    primaryKey({ columns: [t.projectId, t.environment, t.at] }),
    index("metric_rollups_at").on(t.at),
    index("metric_rollups_workspace").on(t.workspaceId),
  ],
);
