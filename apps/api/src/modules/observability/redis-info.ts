import type { RedisHealth } from "@pulsekeep/contracts/api/admin";

/**
 * Reads the answer of `INFO`: lines of `name:value`, sections and empty lines between them.
 *
 * @param info the answer's text
 * @param takesSnapshots whether the server is set to write snapshots, which INFO does not say
 */
export function readRedisInfo(info: string, takesSnapshots: boolean): RedisHealth {
  const fields = new Map(
    info.split(/\r?\n/).flatMap((line): [string, string][] => {
      const colon = line.indexOf(":");
      return colon > 0 && !line.startsWith("#") ? [[line.slice(0, colon), line.slice(colon + 1)]] : [];
    }),
  );
  const text = (name: string): string => fields.get(name) ?? "";
  const number = (name: string): number => countOf(text(name));
  return {
    version: text("valkey_version") || text("redis_version"),
    uptimeSeconds: number("uptime_in_seconds"),
    usedMemoryBytes: number("used_memory"),
    maxMemoryBytes: number("maxmemory") || null,
    maxMemoryPolicy: text("maxmemory_policy"),
    evictedKeys: number("evicted_keys"),
    clients: number("connected_clients"),
    persistence: persistenceOf(text("aof_enabled") === "1", takesSnapshots),
    persistenceWorks: ["rdb_last_bgsave_status", "aof_last_write_status", "aof_last_bgrewrite_status"].every(
      (name) => (fields.get(name) ?? "ok") === "ok",
    ),
  };
}

function persistenceOf(aof: boolean, rdb: boolean): RedisHealth["persistence"] {
  if (aof) return rdb ? "aof_and_rdb" : "aof";
  return rdb ? "rdb" : "none";
}

/** What is no count is none: a server that says something odd must not hide the others. */
function countOf(text: string): number {
  const count = Number(text);
  return Number.isSafeInteger(count) && count >= 0 ? count : 0;
}
