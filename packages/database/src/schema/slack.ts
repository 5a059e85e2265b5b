import { sql } from "drizzle-orm";
import { boolean, index, integer, pgTable, primaryKey, text, uuid } from "drizzle-orm/pg-core";
import { bytea, createdAt, instant, workspaceId } from "./columns.js";
import { deployments } from "./deployments.js";
import { projects } from "./projects.js";

export type SlackKind =
  | "rollback_recommended"
  | "warning"
  | "pipeline_failed"
  | "late_warning"
  | "first_verdict";
export type SlackDeliveryState = "queued" | "sent" | "failed" | "suppressed";

/** Where a project's messages for Slack go, and which there are. The address is a secret: who has it can write there. */
export const slackSettings = pgTable(
  "slack_settings",
  {
    projectId: uuid("project_id")
      .primaryKey()
      .references(() => projects.id, { onDelete: "cascade" }),
    workspaceId: workspaceId(),
    webhookUrlSealed: bytea("webhook_url_sealed").notNull(),
    /** What people tell addresses apart by. */
    webhookLastFour: text("webhook_last_four").notNull(),
    /** What people call the channel; the address alone decides where messages go. */
    channel: text("channel").notNull().default(""),
    enabled: boolean("enabled").notNull(),
    kinds: text("kinds").array().$type<SlackKind[]>().notNull(),
    /** What Slack said when it was found that the address is good no more, which switched it off. */
    switchedOffReason: text("switched_off_reason"),
    switchedOffAt: instant("switched_off_at"),
    /** Slack asked for a pause until then. */
    heldUntil: instant("held_until"),
    createdAt: createdAt(),
  },
  (t) => [index("slack_settings_workspace").on(t.workspaceId)],
);

/**
 * Messages of deployments. One when the verdict is final and one when a later look warns, whatever else is known of
 * the deployment: the key sees to it. What is queued has an instant at which it is tried next.
 */
export const slackDeliveries = pgTable(
  "slack_deliveries",
  {
    deploymentId: uuid("deployment_id")
      .notNull()
      .references(() => deployments.id, { onDelete: "cascade" }),
    moment: text("moment").$type<"verdict" | "later">().notNull(),
    workspaceId: workspaceId(),
    projectId: uuid("project_id")
      .notNull()
      .references(() => projects.id, { onDelete: "cascade" }),
    kind: text("kind").$type<SlackKind>().notNull(),
    state: text("state").$type<SlackDeliveryState>().notNull().default("queued"),
    attempts: integer("attempts").notNull().default(0),
    /** Why the last attempt did not succeed, or why none was made. */
    reason: text("reason"),
    queuedAt: instant("queued_at").notNull().defaultNow(),
    nextAttemptAt: instant("next_attempt_at").defaultNow(),
    endedAt: instant("ended_at"),
  },
  (t) => [
    primaryKey({ columns: [t.deploymentId, t.moment] }),
    index("slack_deliveries_due").on(t.projectId, t.nextAttemptAt).where(sql`next_attempt_at is not null`),
    index("slack_deliveries_project").on(t.projectId, t.queuedAt),
    index("slack_deliveries_workspace").on(t.workspaceId),
  ],
);
