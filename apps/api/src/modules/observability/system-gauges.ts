import type { DatabaseHealth, RedisHealth, StreamState, System } from "@pulsekeep/contracts/api/admin";
import type { LogLag } from "../audit/log-health.queries.js";
import type { KeyringHealth } from "../vault/keyring.queries.js";
import type { SchedulingQueries } from "./scheduling.queries.js";

/** What a scrape reads. A part that could not be read is undefined, and its gauges then say nothing. */
export type SystemFacts = {
  scheduling: Awaited<ReturnType<SchedulingQueries["getScheduling"]>> | undefined;
  runs: System["runs"] | undefined;
  streams: readonly StreamState[] | undefined;
  database: DatabaseHealth | undefined;
  /** One per server; undefined also where PostgreSQL is the transport. */
  redis: readonly RedisHealth[] | undefined;
  keyring: KeyringHealth | undefined;
  audit: LogLag | undefined;
};

export type SystemGauge = {
  name: string;
  help: string;
  /** Name of the only label, for gauges that have one. */
  label?: "state" | "stream" | "work" | "role" | "loop";
  /** Value by the label's value; a gauge without a label has one under the empty text. */
  read: (facts: SystemFacts) => Record<string, number>;
};

const seconds = (ms: number | null): number => (ms ?? 0) / 1_000;

const byStream = (facts: SystemFacts, of: (stream: StreamState) => number) =>
  Object.fromEntries((facts.streams ?? []).map((state) => [state.stream, of(state)]));

const backlog = (facts: SystemFacts) => facts.scheduling?.backlog ?? [];
const outbox = (facts: SystemFacts) => backlog(facts).filter(({ work }) => work === "outbox");
const alive = (facts: SystemFacts) => (facts.scheduling?.processes ?? []).filter((process) => process.alive);
const ofDatabase = ({ database }: SystemFacts, of: (health: DatabaseHealth) => number | null) =>
  only(database ? [of(database) ?? 0] : []);
/** Over all servers of a cluster. */
const ofRedis = ({ redis }: SystemFacts, of: (health: RedisHealth) => number) =>
  only(redis ? [redis.reduce((sum, health) => sum + of(health), 0)] : []);
const only = (values: number[]): Record<string, number> => (values[0] === undefined ? {} : { "": values[0] });

/** A series that is there only while something is would leave an alert on it without an answer. */
const NONE_OPEN = { planned: 0, queued: 0, offered: 0, claimed: 0 };
const NONE_ENDED = { succeeded: 0, failed: 0, missed: 0, cancelled: 0, skipped: 0, unknown: 0 };

/** Gauges of the system's health. Adding one: a row here. */
export const SYSTEM_GAUGES: readonly SystemGauge[] = [
  {
    name: "pulsekeep_database_up",
    help: "Whether the tables could be read",
    read: ({ scheduling }) => ({ "": scheduling ? 1 : 0 }),
  },
  {
    name: "pulsekeep_transport_up",
    help: "Whether the transport answers",
    read: ({ streams }) => ({ "": streams ? 1 : 0 }),
  },
  {
    name: "pulsekeep_scheduling_healthy",
    help: "1 while scheduling stands still nowhere",
    read: ({ scheduling }) => ({ "": scheduling?.problems.length === 0 ? 1 : 0 }),
  },
  {
    name: "seqpulse_scheduler_jobs_pending",
    help: "Pulses, runs, scrapes and verdicts that are due and not taken yet",
    read: (facts) => {
      const jobs = backlog(facts).filter(({ work }) => work !== "outbox");
      return only(facts.scheduling ? [jobs.reduce((sum, { due }) => sum + due, 0)] : []);
    },
  },
  {
    name: "pulsekeep_work_due",
    help: "Work that is due and not taken yet",
    label: "work",
    read: (facts) => Object.fromEntries(backlog(facts).map(({ work, due }) => [work, due])),
  },
  {
    name: "pulsekeep_work_oldest_seconds",
    help: "How long the oldest work has been due",
    label: "work",
    read: (facts) =>
      Object.fromEntries(backlog(facts).map(({ work, oldestMs }) => [work, seconds(oldestMs)])),
  },
  {
    name: "pulsekeep_outbox_length",
    help: "Messages that are not in the transport yet",
    read: (facts) => only(outbox(facts).map(({ due }) => due)),
  },
  {
    name: "pulsekeep_outbox_oldest_seconds",
    help: "Age of the oldest message that is not in the transport yet",
    read: (facts) => only(outbox(facts).map(({ oldestMs }) => seconds(oldestMs))),
  },
  {
    name: "pulsekeep_runs_open",
    help: "Runs that have not ended",
    label: "state",
    read: ({ runs }) => (runs ? { ...NONE_OPEN, ...runs.open } : {}),
  },
  {
    name: "pulsekeep_runs_ended_last_day",
    help: "Runs that ended in the last 24 hours",
    label: "state",
    read: ({ runs }) => (runs ? { ...NONE_ENDED, ...runs.endedLastDay } : {}),
  },
  {
    name: "pulsekeep_runs_missed_last_day",
    help: "Runs that were missed in the last 24 hours",
    read: ({ runs }) => only(runs ? [runs.endedLastDay.missed ?? 0] : []),
  },
  {
    name: "pulsekeep_stream_length",
    help: "Entries that are not acknowledged",
    label: "stream",
    read: (facts) => byStream(facts, ({ length }) => length),
  },
  {
    name: "pulsekeep_stream_pending",
    help: "Entries that are handed out and not acknowledged",
    label: "stream",
    read: (facts) => byStream(facts, ({ pending }) => pending),
  },
  {
    name: "pulsekeep_stream_delayed",
    help: "Entries that wait for their instant",
    label: "stream",
    read: (facts) => byStream(facts, ({ delayed }) => delayed),
  },
  {
    name: "pulsekeep_stream_dead_letters",
    help: "Entries that were handed out too often",
    label: "stream",
    read: (facts) => byStream(facts, ({ deadLetters }) => deadLetters),
  },
  {
    name: "pulsekeep_stream_oldest_seconds",
    help: "Age of the oldest entry that is not acknowledged",
    label: "stream",
    read: (facts) => byStream(facts, ({ oldestAgeMs }) => seconds(oldestAgeMs)),
  },
  {
    name: "pulsekeep_stream_consumers",
    help: "Consumers that hold entries",
    label: "stream",
    read: (facts) => byStream(facts, ({ consumers }) => consumers.length),
  },
  {
    name: "pulsekeep_role_processes",
    help: "Living processes that have a role which is needed",
    label: "role",
    read: (facts) =>
      Object.fromEntries(
        (facts.scheduling?.neededRoles ?? []).map((role) => [
          role,
          alive(facts).filter(({ roles }) => roles.includes(role)).length,
        ]),
      ),
  },
  {
    name: "pulsekeep_loop_idle_seconds",
    help: "Since a loop's last turn that ended well, in the living process where that is longest ago",
    label: "loop",
    read: (facts) => {
      const longest: Record<string, number> = {};
      for (const { name, idleMs } of alive(facts).flatMap(({ loops }) => loops))
        longest[name] = Math.max(seconds(idleMs), longest[name] ?? 0);
      return longest;
    },
  },
  {
    name: "pulsekeep_database_size_bytes",
    help: "Size of the database",
    read: (facts) => ofDatabase(facts, ({ sizeBytes }) => sizeBytes),
  },
  {
    name: "pulsekeep_database_connections",
    help: "Connections to the database",
    read: (facts) => ofDatabase(facts, ({ connections }) => connections),
  },
  {
    name: "pulsekeep_database_connections_max",
    help: "Connections that the server allows",
    read: (facts) => ofDatabase(facts, ({ maxConnections }) => maxConnections),
  },
  {
    name: "pulsekeep_database_oldest_transaction_seconds",
    help: "Age of the oldest open transaction",
    read: (facts) => ofDatabase(facts, ({ oldestTransactionMs }) => seconds(oldestTransactionMs)),
  },
  {
    name: "pulsekeep_redis_memory_used_bytes",
    help: "Memory that Redis uses",
    read: (facts) => ofRedis(facts, ({ usedMemoryBytes }) => usedMemoryBytes),
  },
  {
    name: "pulsekeep_redis_memory_max_bytes",
    help: "Memory limit of Redis; 0 where there is none",
    read: (facts) => ofRedis(facts, ({ maxMemoryBytes }) => maxMemoryBytes ?? 0),
  },
  {
    name: "pulsekeep_redis_evicted_keys",
    help: "Keys that Redis threw away since its start",
    read: (facts) => ofRedis(facts, ({ evictedKeys }) => evictedKeys),
  },
  {
    name: "pulsekeep_redis_clients",
    help: "Connections to Redis",
    read: (facts) => ofRedis(facts, ({ clients }) => clients),
  },
  {
    name: "pulsekeep_redis_persistence_failing",
    help: "Servers whose last snapshot or write of the log failed",
    read: (facts) => ofRedis(facts, ({ persistenceWorks }) => (persistenceWorks ? 0 : 1)),
  },
  {
    name: "pulsekeep_keyring_key_age_seconds",
    help: "How long the key that wraps data keys has been doing so",
    read: ({ keyring }) => only(keyring ? [seconds(keyring.ageMs)] : []),
  },
  {
    name: "pulsekeep_keyring_rotation_state",
    help: "0 while the key that wraps is young enough, 1 when its rotation is due, 2 overdue, 3 when it protects nothing new",
    read: ({ keyring }) =>
      only(keyring ? [["ok", "due", "overdue", "expired"].indexOf(keyring.rotation)] : []),
  },
  {
    name: "pulsekeep_keyring_data_keys_waiting",
    help: "Data keys that are not wrapped under the current key yet",
    read: ({ keyring }) => only(keyring ? [keyring.waiting] : []),
  },
  {
    name: "pulsekeep_data_keys_overdue",
    help: "Data keys that are long over the age at which they are made anew",
    read: ({ keyring }) => only(keyring ? [keyring.overdueDataKeys] : []),
  },
  {
    name: "pulsekeep_audit_unsequenced_entries",
    help: "Audit entries that have no place in the log yet",
    read: ({ audit }) => only(audit ? [audit.unsequenced] : []),
  },
  {
    name: "pulsekeep_audit_oldest_unsequenced_seconds",
    help: "How long the oldest of them has been waiting; 0 when none does",
    read: ({ audit }) => only(audit ? [seconds(audit.oldestMs)] : []),
  },
  {
    name: "pulsekeep_audit_checkpoint_age_seconds",
    help: "Age of the log's newest checkpoint; a log that does not grow gets no new one",
    read: ({ audit }) =>
      only(audit && audit.checkpointAgeMs !== null ? [seconds(audit.checkpointAgeMs)] : []),
  },
  {
    name: "pulsekeep_audit_unsigned_seconds",
    help: "For how long the log has been growing without a checkpoint; 0 when the newest covers all of it",
    read: ({ audit }) => only(audit ? [audit.hasGrownSince ? seconds(audit.checkpointAgeMs) : 0] : []),
  },
];
