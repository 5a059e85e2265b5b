import { sql } from "drizzle-orm";
import { date, index, integer, pgTable, text, uniqueIndex, uuid } from "drizzle-orm/pg-core";
import { createdAt, instant, workspaceId } from "./columns.js";
import { workspaces } from "./identity.js";
import { projects } from "./projects.js";

/**
 * Repositories whose GitHub Actions runs may act as a project's pipeline with their OIDC token. A name is what a
 * person typed; the first token that carries it fixes the numeric ids, and from then on they alone count.
 */
export const pipelineRepositories = pgTable(
  "pipeline_repositories",
  {
    id: uuid("id").primaryKey(),
    projectId: uuid("project_id")
      .notNull()
      .references(() => projects.id, { onDelete: "cascade" }),
    workspaceId: workspaceId(),
    /** `owner/repository`, as typed. */
    name: text("name").notNull(),
    repositoryId: text("repository_id"),
    ownerId: text("owner_id"),
    boundAt: instant("bound_at"),
    lastUsedAt: instant("last_used_at"),
    createdAt: createdAt(),
  },
  (t) => [uniqueIndex("pipeline_repositories_name").on(t.projectId, sql`lower(${t.name})`)],
);

/** The public badge of a project, while it is switched on. Whoever knows the key sees the state, and no more. */
export const projectBadges = pgTable(
  "project_badges",
  {
    projectId: uuid("project_id")
      .primaryKey()
      .references(() => projects.id, { onDelete: "cascade" }),
    workspaceId: workspaceId(),
    badgeKey: text("badge_key").notNull().unique(),
    createdAt: createdAt(),
  },
  (t) => [index("project_badges_workspace").on(t.workspaceId)],
);

/** How many deployments a workspace has begun in a month (UTC). One row, for ever; a deleted project gives none back. */
export const workspaceDeployments = pgTable("workspace_deployments", {
  workspaceId: uuid("workspace_id")
    .primaryKey()
    .references(() => workspaces.id, { onDelete: "cascade" }),
  month: date("month").notNull(),
  used: integer("used").notNull(),
});
