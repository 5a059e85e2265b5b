import { sql } from "drizzle-orm";
import { boolean, index, integer, pgTable, text, uuid } from "drizzle-orm/pg-core";
import { bytea, createdAt, instant, workspaceId } from "./columns.js";
import { workspaces } from "./identity.js";

export const projects = pgTable(
  "projects",
  {
    id: uuid("id").primaryKey(),
    workspaceId: workspaceId().references(() => workspaces.id, { onDelete: "cascade" }),
    name: text("name").notNull(),
    environments: text("environments").array().notNull(),
    sampleSeconds: integer("sample_seconds").notNull(),
    windowSeconds: integer("window_seconds").notNull(),
    baselineSeconds: integer("baseline_seconds").notNull(),
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
    createdAt: createdAt(),
  },
  (t) => [index("project_api_keys_project").on(t.projectId)],
);

/** The metrics endpoint of a project, and when the collector looks at it next. */
export const metricEndpoints = pgTable(
  "metric_endpoints",
  {
    projectId: uuid("project_id")
      .primaryKey()
      .references(() => projects.id, { onDelete: "cascade" }),
    workspaceId: workspaceId(),
    state: text("state").$type<"none" | "pending" | "active" | "blocked">().notNull().default("none"),
    activeUrl: text("active_url"),
    candidateUrl: text("candidate_url"),
    hmacEnabled: boolean("hmac_enabled").notNull().default(false),
    hmacSecretSealed: bytea("hmac_secret_sealed"),
    lastTestedAt: instant("last_tested_at"),
    lastTestErrorCode: text("last_test_error_code"),
    lastSampleAt: instant("last_sample_at"),
    lastScrapeErrorCode: text("last_scrape_error_code"),
    /** Seconds between scrapes right now: the baseline's, or the dense rate while a deployment is watched. */
    intervalSeconds: integer("interval_seconds").notNull(),
    nextScrapeAt: instant("next_scrape_at"),
  },
  (t) => [
    index("metric_endpoints_due").on(t.nextScrapeAt).where(sql`next_scrape_at is not null`),
    index("metric_endpoints_workspace").on(t.workspaceId),
  ],
);
