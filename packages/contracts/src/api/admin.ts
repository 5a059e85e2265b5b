import { z } from "zod";
import { runStateSchema } from "./pulses.js";
import { instantSchema } from "./shared.js";

const count = z.number().int().min(0);
const durationMs = z.number().min(0);

/** What needs somebody's attention. The text belongs to the reader's language; `value` is in the unit that the code states. */
export const systemWarningSchema = z
  .object({
    code: z.enum([
      /** No living process has the role `subject`. */
      "role_without_process",
      /** The loop `subject` of a living process has ended no turn for `value` ms. */
      "loop_standing_still",
      /** The last turn of the loop `subject` failed; it is tried again. */
      "loop_failing",
      /** The oldest work of the kind `subject` has been due for `value` ms. */
      "work_overdue",
      /** The stream `subject` holds `value` entries that no handler could take. */
      "dead_letters",
      "transport_unreachable",
      /** Redis may throw entries away when memory is full: its policy is `subject`, not noeviction. */
      "redis_evicts_keys",
      "redis_persistence_failing",
      /** Redis uses `value` percent of its memory limit. */
      "redis_memory_nearly_full",
      /** `value` percent of PostgreSQL's connections are taken. */
      "database_connections_nearly_used_up",
      /** A transaction has been open for `value` ms. */
      "database_transaction_old",
      /** The keyring's key `subject`, which wraps data keys, is `value` ms old; critical when long overdue. */
      "key_rotation_due",
      /** The keyring's key `subject` is `value` ms old: new secrets are refused. */
      "key_expired",
      /** `value` data keys are long over the age at which they are replaced. */
      "data_keys_overdue",
      /** The oldest audit entry without a place in the log has been waiting for `value` ms. */
      "audit_log_waiting",
      /** The log has grown, and its newest checkpoint is `value` ms old. */
      "audit_log_unsigned",
    ]),
    severity: z.enum(["warning", "critical"]),
    subject: z.string().nullable(),
    value: z.number().nullable(),
  })
  .meta({ id: "SystemWarning" });
export type SystemWarning = z.infer<typeof systemWarningSchema>;

export const streamStateSchema = z
  .object({
    stream: z.string(),
    /** Not yet acknowledged, the pending ones included, the delayed ones not. */
    length: count,
    pending: count,
    delayed: count,
    deadLetters: count,
    oldestAgeMs: durationMs.nullable(),
    /** Those that hold pending entries. */
    consumers: z.array(z.object({ name: z.string(), pending: count })),
  })
  .meta({ id: "StreamState" });
export type StreamState = z.infer<typeof streamStateSchema>;

/** Work that is due and not taken yet. */
export const backlogSchema = z
  .object({
    work: z.enum(["pulses", "runs", "scrapes", "verdicts", "outbox"]),
    due: count,
    oldestMs: durationMs.nullable(),
  })
  .meta({ id: "Backlog" });
export type Backlog = z.infer<typeof backlogSchema>;

export const processStateSchema = z
  .object({
    process: z.string(),
    roles: z.array(z.string()),
    version: z.string(),
    startedAt: instantSchema,
    seenAt: instantSchema,
    /** Whether it has been heard of lately. */
    alive: z.boolean(),
    loops: z.array(
      z.object({
        name: z.string(),
        role: z.string(),
        /** Since the last turn that ended well, or since the start. */
        idleMs: durationMs,
        /** Kind of the last turn's failure; null after success. */
        failure: z.string().nullable(),
      }),
    ),
  })
  .meta({ id: "ProcessState" });
export type ProcessState = z.infer<typeof processStateSchema>;

export const latenessSchema = z
  .object({
    /** Runs that were offered for the first time in the last day. */
    count,
    p50Ms: durationMs.nullable(),
    p99Ms: durationMs.nullable(),
    maxMs: durationMs.nullable(),
    /** From due to offered: each bucket counts what is below its bound and not below the one before. */
    buckets: z.array(z.object({ belowMs: durationMs.nullable(), count })),
  })
  .meta({ id: "Lateness" });
export type Lateness = z.infer<typeof latenessSchema>;

export const databaseHealthSchema = z
  .object({
    version: z.string(),
    sizeBytes: count,
    connections: count,
    maxConnections: count,
    oldestTransactionMs: durationMs.nullable(),
  })
  .meta({ id: "DatabaseHealth" });
export type DatabaseHealth = z.infer<typeof databaseHealthSchema>;

/** One server: a cluster has several. */
export const redisHealthSchema = z
  .object({
    version: z.string(),
    uptimeSeconds: count,
    usedMemoryBytes: count,
    /** Null: no limit. */
    maxMemoryBytes: count.nullable(),
    maxMemoryPolicy: z.string(),
    evictedKeys: count,
    clients: count,
    persistence: z.enum(["none", "rdb", "aof", "aof_and_rdb"]),
    /** False after a snapshot or a write of the log failed. */
    persistenceWorks: z.boolean(),
  })
  .meta({ id: "RedisHealth" });
export type RedisHealth = z.infer<typeof redisHealthSchema>;

/** An entry that was handed out too often. It carries ids, never content. */
export const deadLetterSchema = z
  .object({
    id: z.string(),
    stream: z.string(),
    key: z.string(),
    reason: z.string(),
    deliveries: count,
    deadAt: instantSchema,
  })
  .meta({ id: "DeadLetter" });
export type DeadLetter = z.infer<typeof deadLetterSchema>;

export const systemSchema = z
  .object({
    checkedAt: instantSchema,
    /** Critical ones first. */
    warnings: z.array(systemWarningSchema),
    transport: z.object({ kind: z.enum(["redis", "postgres"]), reachable: z.boolean() }),
    /** Empty while the transport is unreachable. */
    streams: z.array(streamStateSchema),
    /** The first of each stream; the rest by the list of one stream. */
    deadLetters: z.array(deadLetterSchema),
    outbox: z.object({ length: count, oldestAgeMs: durationMs.nullable() }),
    backlog: z.array(backlogSchema),
    runs: z.object({
      /** Not ended, now. */
      open: z.partialRecord(runStateSchema, count),
      /** Ended in the last 24 hours, missed and failed ones among them. */
      endedLastDay: z.partialRecord(runStateSchema, count),
    }),
    lateness: latenessSchema,
    /** Every role that this installation's work needs, with the number of living processes that have it. */
    roles: z.array(z.object({ role: z.string(), processes: count })),
    processes: z.array(processStateSchema),
    database: databaseHealthSchema,
    /** Null where PostgreSQL is the transport, or while Redis is unreachable. */
    redis: z.array(redisHealthSchema).nullable(),
  })
  .meta({ id: "System" });
export type System = z.infer<typeof systemSchema>;
