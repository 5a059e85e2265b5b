import type { System, SystemWarning } from "@pulsekeep/contracts/api/admin";
import type { KeyringHealth } from "../vault/keyring.queries.js";

const NEARLY_FULL_PERCENT = 80;
const OLD_TRANSACTION_MS = 5 * 60_000;
/** Entries get their place within a second, and a checkpoint within a minute or two. */
const LOG_WAITS_MS = 60_000;
const LOG_UNSIGNED_MS = 5 * 60_000;

/** What the vault tells of the key that wraps data keys. */
type KeyringFacts = Pick<KeyringHealth, "currentId" | "ageMs" | "rotation" | "overdueDataKeys">;

/** How far the audit log is behind. */
type AuditFacts = {
  oldestMs: number | null;
  checkpointAgeMs: number | null;
  hasGrownSince: boolean;
};

export type WarningFacts = Pick<System, "transport" | "streams" | "processes" | "database" | "redis"> & {
  keyring: KeyringFacts;
  audit: AuditFacts;
  /** What keeps scheduling from going on. */
  problems: readonly SystemWarning[];
};

/** What needs attention, critical things first. Each sort of warning is a row of `RULES`. */
export function findWarnings(facts: WarningFacts): SystemWarning[] {
  const found = [...facts.problems, ...RULES.flatMap((rule) => rule(facts))];
  return found.sort((a, b) => Number(b.severity === "critical") - Number(a.severity === "critical"));
}

const RULES: readonly ((facts: WarningFacts) => SystemWarning[])[] = [
  ({ transport }) => (transport.reachable ? [] : [warn("transport_unreachable", { severity: "critical" })]),
  ({ processes }) =>
    [
      ...new Set(
        processes
          .filter(({ alive }) => alive)
          .flatMap(({ loops }) => loops.filter(({ failure }) => failure !== null).map(({ name }) => name)),
      ),
    ].map((subject) => warn("loop_failing", { subject })),
  ({ streams }) =>
    streams
      .filter(({ deadLetters }) => deadLetters > 0)
      .map(({ stream, deadLetters }) => warn("dead_letters", { subject: stream, value: deadLetters })),
  ({ redis }) =>
    eachOnce(
      redis?.map(({ maxMemoryPolicy }) => maxMemoryPolicy).filter((policy) => policy !== "noeviction"),
    ).map((subject) => warn("redis_evicts_keys", { subject, severity: "critical" })),
  ({ redis }) =>
    redis?.some(({ persistenceWorks }) => !persistenceWorks) ? [warn("redis_persistence_failing", {})] : [],
  ({ redis }) =>
    above(
      "redis_memory_nearly_full",
      (redis ?? []).map(({ usedMemoryBytes, maxMemoryBytes }) => percent(usedMemoryBytes, maxMemoryBytes)),
    ),
  ({ database }) =>
    above("database_connections_nearly_used_up", [percent(database.connections, database.maxConnections)]),
  ({ keyring: { currentId: subject, ageMs: value, rotation } }) =>
    rotation === "ok"
      ? []
      : [
          warn(rotation === "expired" ? "key_expired" : "key_rotation_due", {
            subject,
            value,
            severity: rotation === "due" ? "warning" : "critical",
          }),
        ],
  ({ keyring: { overdueDataKeys: value } }) => (value === 0 ? [] : [warn("data_keys_overdue", { value })]),
  ({ audit: { oldestMs } }) =>
    oldestMs !== null && oldestMs > LOG_WAITS_MS
      ? [warn("audit_log_waiting", { value: oldestMs, severity: "critical" })]
      : [],
  ({ audit: { checkpointAgeMs, hasGrownSince } }) =>
    hasGrownSince && checkpointAgeMs !== null && checkpointAgeMs > LOG_UNSIGNED_MS
      ? [warn("audit_log_unsigned", { value: checkpointAgeMs })]
      : [],
  ({ database: { oldestTransactionMs } }) =>
    oldestTransactionMs !== null && oldestTransactionMs > OLD_TRANSACTION_MS
      ? [warn("database_transaction_old", { value: oldestTransactionMs })]
      : [],
];

const warn = (code: SystemWarning["code"], more: Partial<Omit<SystemWarning, "code">>): SystemWarning => ({
  code,
  severity: "warning",
  subject: null,
  value: null,
  ...more,
});

const eachOnce = (texts: string[] = []): string[] => [...new Set(texts)];

const percent = (used: number, limit: number | null): number =>
  limit === null || limit === 0 ? 0 : Math.round((used / limit) * 100);

function above(code: SystemWarning["code"], percents: number[]): SystemWarning[] {
  const highest = Math.max(0, ...percents);
  return highest >= NEARLY_FULL_PERCENT ? [warn(code, { value: highest })] : [];
}
