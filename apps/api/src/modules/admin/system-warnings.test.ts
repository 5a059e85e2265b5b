import type { RedisHealth, StreamState } from "@pulsekeep/contracts/api/admin";
import { expect, it } from "vitest";
import { findWarnings, type WarningFacts } from "./system-warnings.js";

const redis = (more: Partial<RedisHealth> = {}): RedisHealth => ({
  version: "7.2.4",
  uptimeSeconds: 1,
  usedMemoryBytes: 79,
  maxMemoryBytes: 100,
  maxMemoryPolicy: "noeviction",
  evictedKeys: 0,
  clients: 1,
  persistence: "aof",
  persistenceWorks: true,
  ...more,
});
const stream: StreamState = {
  stream: "runs.queued",
  length: 9,
  pending: 1,
  delayed: 0,
  deadLetters: 0,
  oldestAgeMs: 5,
  consumers: [],
};
const well: WarningFacts = {
  problems: [],
  transport: { kind: "redis", reachable: true },
  streams: [stream],
  processes: [],
  database: {
    version: "17",
    sizeBytes: 1,
    connections: 79,
    maxConnections: 100,
    oldestTransactionMs: 299_000,
  },
  redis: [redis()],
  keyring: { currentId: "k1", ageMs: 5, rotation: "ok", overdueDataKeys: 0 },
  audit: { oldestMs: null, checkpointAgeMs: 3_600_000, hasGrownSince: false },
};
const warnings = (more: Partial<WarningFacts>) => findWarnings({ ...well, ...more });

it("has nothing to say about a system that is well", () => {
  expect(warnings({})).toEqual([]);
});

it.each<[string, Partial<WarningFacts>, Record<string, unknown>]>([
  [
    "an unreachable transport",
    { transport: { kind: "redis", reachable: false } },
    { code: "transport_unreachable", severity: "critical" },
  ],
  [
    "a Redis that may throw entries away",
    { redis: [redis({ maxMemoryPolicy: "allkeys-lru" }), redis({ maxMemoryPolicy: "allkeys-lru" })] },
    { code: "redis_evicts_keys", subject: "allkeys-lru", severity: "critical" },
  ],
  [
    "a Redis that cannot write its log",
    { redis: [redis(), redis({ persistenceWorks: false })] },
    { code: "redis_persistence_failing" },
  ],
  [
    "a Redis that is nearly full",
    { redis: [redis({ usedMemoryBytes: 80 }), redis()] },
    { code: "redis_memory_nearly_full", value: 80 },
  ],
  [
    "dead letters",
    { streams: [{ ...stream, deadLetters: 2 }] },
    { code: "dead_letters", subject: "runs.queued", value: 2 },
  ],
  [
    "connections nearly used up",
    { database: { ...well.database, connections: 80 } },
    { code: "database_connections_nearly_used_up", value: 80 },
  ],
  [
    "a forgotten transaction",
    { database: { ...well.database, oldestTransactionMs: 301_000 } },
    { code: "database_transaction_old", value: 301_000 },
  ],
  [
    "a key that should be rotated",
    { keyring: { ...well.keyring, ageMs: 91, rotation: "due" } },
    { code: "key_rotation_due", subject: "k1", value: 91 },
  ],
  [
    "a key that should have been rotated long ago",
    { keyring: { ...well.keyring, ageMs: 121, rotation: "overdue" } },
    { code: "key_rotation_due", subject: "k1", value: 121, severity: "critical" },
  ],
  [
    "a key that protects nothing new any more",
    { keyring: { ...well.keyring, ageMs: 181, rotation: "expired" } },
    { code: "key_expired", subject: "k1", value: 181, severity: "critical" },
  ],
  [
    "data keys that could not be replaced",
    { keyring: { ...well.keyring, overdueDataKeys: 2 } },
    { code: "data_keys_overdue", value: 2, severity: "warning" },
  ],
  [
    "audit entries that get no place in the log",
    { audit: { oldestMs: 60_001, checkpointAgeMs: 5, hasGrownSince: false } },
    { code: "audit_log_waiting", value: 60_001, severity: "critical" },
  ],
  [
    "a log that has grown and is not signed",
    { audit: { oldestMs: null, checkpointAgeMs: 300_001, hasGrownSince: true } },
    { code: "audit_log_unsigned", value: 300_001 },
  ],
])("warns of %s, once", (_, more, warning) => {
  expect(warnings(more)).toEqual([{ severity: "warning", subject: null, value: null, ...warning }]);
});

it("knows no fullness without a limit, and no Redis without one", () => {
  expect(warnings({ redis: [redis({ maxMemoryBytes: null, usedMemoryBytes: 1e12 })] })).toEqual([]);
  expect(warnings({ redis: null, transport: { kind: "postgres", reachable: true } })).toEqual([]);
});

it("says what is critical first", () => {
  const problem = {
    code: "role_without_process",
    severity: "critical",
    subject: "scheduler",
    value: null,
  } as const;
  expect(
    warnings({
      database: { ...well.database, connections: 100 },
      transport: { kind: "redis", reachable: false },
      problems: [problem],
    }).map(({ severity }) => severity),
  ).toEqual(["critical", "critical", "warning"]);
});
