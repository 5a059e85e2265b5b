import { sql } from "drizzle-orm";
import { index, integer, jsonb, pgTable, primaryKey, text, unique, uuid } from "drizzle-orm/pg-core";
import { createdAt, instant, workspaceId } from "./columns.js";
import { deployments } from "./deployments.js";
import { workspaces } from "./identity.js";
import { projects } from "./projects.js";

/**
 * What a project asks of verdicts, by environment ('': all of them). Versions are added and never changed; the
 * latest of each environment is in force.
 */
export const verdictPolicies = pgTable(
  "verdict_policies",
  {
    id: uuid("id").primaryKey(),
    workspaceId: workspaceId().references(() => workspaces.id, { onDelete: "cascade" }),
    projectId: uuid("project_id")
      .notNull()
      .references(() => projects.id, { onDelete: "cascade" }),
    environment: text("environment").notNull().default(""),
    version: integer("version").notNull(),
    /** What differs from the defaults; empty when nothing does any more. */
    document: jsonb("document").$type<unknown>().notNull(),
    changedBy: text("changed_by"),
    createdAt: createdAt(),
  },
  (t) => [
    unique("verdict_policies_version").on(t.projectId, t.environment, t.version),
    index("verdict_policies_workspace").on(t.workspaceId),
  ],
);

/** What people say of a verdict that found something. */
export const verdictFeedback = pgTable(
  "verdict_feedback",
  {
    deploymentId: uuid("deployment_id")
      .primaryKey()
      .references(() => deployments.id, { onDelete: "cascade" }),
    workspaceId: workspaceId(),
    judgement: text("judgement").$type<"confirmed" | "false_alarm">().notNull(),
    note: text("note").notNull().default(""),
    givenBy: text("given_by"),
    givenAt: instant("given_at").notNull(),
  },
  (t) => [index("verdict_feedback_workspace").on(t.workspaceId)],
);

export type FollowUpLook = "hour" | "day";
export type FollowUpState = "pending" | "steady" | "warning" | "inconclusive" | "skipped";

/** Later looks at a deployment whose verdict is final: they never change it, they can add a warning. */
export const verdictFollowUps = pgTable(
  "verdict_follow_ups",
  {
    deploymentId: uuid("deployment_id")
      .notNull()
      .references(() => deployments.id, { onDelete: "cascade" }),
    look: text("look").$type<FollowUpLook>().notNull(),
    workspaceId: workspaceId(),
    dueAt: instant("due_at").notNull(),
    state: text("state").$type<FollowUpState>().notNull().default("pending"),
    /** As the engine returned it; null until somebody looked. */
    document: jsonb("document").$type<unknown>(),
    lookedAt: instant("looked_at"),
  },
  (t) => [
    primaryKey({ columns: [t.deploymentId, t.look] }),
    index("verdict_follow_ups_due").on(t.dueAt).where(sql`state = 'pending'`),
    index("verdict_follow_ups_workspace").on(t.workspaceId),
  ],
);

export type DeploymentNoticeKind = "warning" | "rollback_recommended" | "late_warning";

/** What people should know of deployments. Raised once each; a verdict without consequences raises none. */
export const deploymentNotices = pgTable(
  "deployment_notices",
  {
    deploymentId: uuid("deployment_id")
      .notNull()
      .references(() => deployments.id, { onDelete: "cascade" }),
    kind: text("kind").$type<DeploymentNoticeKind>().notNull(),
    workspaceId: workspaceId(),
    raisedAt: instant("raised_at").notNull().defaultNow(),
    dismissedAt: instant("dismissed_at"),
    /** When people were told by mail; null for kinds that only the page tells of, and before. */
    mailedAt: instant("mailed_at"),
    /** How often its mails were claimed. What was claimed and never mailed is claimed again when it is due. */
    mailAttempts: integer("mail_attempts").notNull().default(0),
    /** Null before the first attempt: at once. */
    mailDueAt: instant("mail_due_at"),
  },
  (t) => [
    primaryKey({ columns: [t.deploymentId, t.kind] }),
    index("deployment_notices_workspace").on(t.workspaceId, t.raisedAt, t.deploymentId),
    index("deployment_notices_unmailed")
      .on(t.raisedAt)
      .where(sql`mailed_at is null and dismissed_at is null and kind <> 'warning'`),
  ],
);
