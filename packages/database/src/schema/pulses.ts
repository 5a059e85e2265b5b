import { sql } from "drizzle-orm";
import {
  bigint,
  date,
  foreignKey,
  index,
  integer,
  json,
  pgTable,
  primaryKey,
  text,
  unique,
  uniqueIndex,
  uuid,
} from "drizzle-orm/pg-core";
import { createdAt, instant, workspaceId } from "./columns.js";
import { workspaces } from "./identity.js";
import { workers } from "./workers.js";

export type PulseKind = "verify" | "commit" | "keepalive" | "dispatch" | "rollback" | "update";
export type RunState =
  | "planned"
  | "queued"
  | "offered"
  | "claimed"
  | "succeeded"
  | "failed"
  | "missed"
  | "cancelled"
  | "skipped"
  | "unknown";

/** What must stay in order: a worker and its target. `next_seq` numbers the runs of the lane. */
export const lanes = pgTable(
  "lanes",
  {
    id: uuid("id").primaryKey(),
    workspaceId: workspaceId().references(() => workspaces.id, { onDelete: "cascade" }),
    workerId: uuid("worker_id")
      .notNull()
      .references(() => workers.id, { onDelete: "cascade" }),
    target: text("target").notNull(),
    nextSeq: bigint("next_seq", { mode: "number" }).notNull().default(1),
  },
  (t) => [
    unique("lanes_target").on(t.workerId, t.target),
    unique("lanes_of_workspace").on(t.workspaceId, t.id),
  ],
);

/**
 * A recurring intent. `next_due_at` is the planned time of the next run not yet materialised. Its settings are `json`,
 * as a run's `params` are: they are only ever read whole, and `jsonb` would be written anew for each reader.
 */
export const pulses = pgTable(
  "pulses",
  {
    id: uuid("id").primaryKey(),
    workspaceId: workspaceId().references(() => workspaces.id, { onDelete: "cascade" }),
    workerId: uuid("worker_id").notNull(),
    laneId: uuid("lane_id").notNull(),
    kind: text("kind").$type<PulseKind>().notNull(),
    state: text("state").$type<"active" | "paused" | "finished">().notNull().default("active"),
    name: text("name").notNull(),
    schedule: json("schedule").notNull(),
    timeZone: text("time_zone").notNull(),
    jitter: json("jitter").notNull(),
    rest: json("rest").notNull(),
    message: json("message").notNull(),
    change: json("change").notNull(),
    /** `owner/repository`, or null for the worker's own repository. */
    targetRepository: text("target_repository"),
    targetBranch: text("target_branch"),
    recovery: text("recovery").$type<"catch_up_latest" | "catch_up_all" | "skip">().notNull(),
    jitterSecret: text("jitter_secret").notNull(),
    /** Nominal instant of the last slot that has a run; the next slot is searched after it. */
    cursorAt: instant("cursor_at").notNull(),
    nextSlot: text("next_slot"),
    nextNominalAt: instant("next_nominal_at"),
    nextDueAt: instant("next_due_at"),
    createdAt: createdAt(),
    updatedAt: instant("updated_at").notNull().defaultNow(),
  },
  (t) => [
    index("pulses_workspace").on(t.workspaceId, t.createdAt),
    index("pulses_due").on(t.nextDueAt).where(sql`state = 'active' and next_due_at is not null`),
    // With their workspace: what goes with a lane or a worker is found by the index that there is.
    foreignKey({
      name: "pulses_worker",
      columns: [t.workspaceId, t.workerId],
      foreignColumns: [workers.workspaceId, workers.id],
    }).onDelete("cascade"),
    foreignKey({
      name: "pulses_lane",
      columns: [t.workspaceId, t.laneId],
      foreignColumns: [lanes.workspaceId, lanes.id],
    }).onDelete("cascade"),
  ],
);

/**
 * What a pulse's next commit message and streak follow from, kept beside the ledger so that a claim reads one row.
 * Each pulse has one from its first moment on, by a trigger.
 */
export const pulseProgress = pgTable("pulse_progress", {
  pulseId: uuid("pulse_id")
    .primaryKey()
    .references(() => pulses.id, { onDelete: "cascade" }),
  workspaceId: workspaceId(),
  /** Runs that succeeded. */
  runCount: integer("run_count").notNull().default(0),
  /** Days in a row up to `streakOn`, a date of the pulse's zone. */
  streakDays: integer("streak_days").notNull().default(0),
  streakOn: date("streak_on", { mode: "string" }),
  /** Hashes of the last subjects, oldest first. */
  recentSubjects: integer("recent_subjects").array().notNull().default(sql`'{}'`),
});

/**
 * The ledger: one row per slot and generation. Every transition is one conditional update on `state`
 * (and `fence` while claimed). `params` is what the worker is told, fixed at the first claim so that a
 * second try produces the same commit.
 *
 * A run is written three times, so what changes on its way is in no index until it ends: `state` in none,
 * `next_action_at` only where a look is due at another time than the first. Nothing here is a foreign key, because
 * each would look up and lock a row per run; what ends with its workspace is deleted by `delete_account`.
 */
export const runs = pgTable(
  "runs",
  {
    id: uuid("id").primaryKey(),
    workspaceId: workspaceId(),
    workerId: uuid("worker_id").notNull(),
    /** Null when it has no pulse, or its pulse was deleted. */
    pulseId: uuid("pulse_id"),
    laneId: uuid("lane_id").notNull(),
    kind: text("kind").$type<PulseKind>().notNull(),
    state: text("state").$type<RunState>().notNull().default("planned"),
    slot: text("slot").notNull(),
    generation: integer("generation").notNull().default(0),
    recoversRunId: uuid("recovers_run_id"),
    seq: bigint("seq", { mode: "number" }),
    nominalAt: instant("nominal_at").notNull(),
    plannedAt: instant("planned_at").notNull(),
    lateAfter: instant("late_after").notNull(),
    windowEndsAt: instant("window_ends_at").notNull(),
    nextActionAt: instant("next_action_at"),
    offeredAt: instant("offered_at"),
    claimedAt: instant("claimed_at"),
    claimId: text("claim_id"),
    fence: integer("fence").notNull().default(0),
    leaseExpiresAt: instant("lease_expires_at"),
    signalJti: text("signal_jti"),
    signalExpiresAt: instant("signal_expires_at"),
    attempts: integer("attempts").notNull().default(0),
    params: json("params").$type<Record<string, unknown>>(),
    /** What the message of this run makes of its pulse's progress, should it succeed. */
    subjectHash: integer("subject_hash"),
    streakDays: integer("streak_days"),
    streakOn: date("streak_on", { mode: "string" }),
    commitSha: text("commit_sha"),
    reason: text("reason"),
    endedAt: instant("ended_at"),
    createdAt: createdAt(),
  },
  (t) => [
    unique("runs_slot").on(t.pulseId, t.slot, t.generation),
    index("runs_action").on(t.nextActionAt).where(sql`next_action_at is not null`),
    uniqueIndex("runs_lane_open").on(t.laneId, t.seq).where(sql`ended_at is null`),
    // Whether a worker was handed a release before: the only way from a lane to what has ended in it.
    index("runs_lane_updates").on(t.laneId, t.slot).where(sql`kind = 'update'`),
    index("runs_workspace").on(t.workspaceId, t.plannedAt, t.id),
    index("runs_pulse").on(t.pulseId, t.plannedAt),
    // For totals over the last hours. BRIN: it costs the way of a run next to nothing.
    index("runs_recent")
      .using("brin", t.offeredAt, t.endedAt)
      .with({ autosummarize: true, pages_per_range: 32 }),
  ],
);

export type RunNoticeKind = "late" | "missed" | "recovered" | "failed" | "unknown";

/** What a user should know of a run, once per run and kind; written in the transaction that makes it true. */
export const runNotices = pgTable(
  "run_notices",
  {
    runId: uuid("run_id")
      .notNull()
      .references(() => runs.id, { onDelete: "cascade" }),
    kind: text("kind").$type<RunNoticeKind>().notNull(),
    workspaceId: workspaceId(),
    pulseId: uuid("pulse_id"),
    reason: text("reason"),
    raisedAt: instant("raised_at").notNull().defaultNow(),
    dismissedAt: instant("dismissed_at"),
  },
  (t) => [
    primaryKey({ columns: [t.runId, t.kind] }),
    index("run_notices_workspace").on(t.workspaceId, t.raisedAt, t.runId),
  ],
);
