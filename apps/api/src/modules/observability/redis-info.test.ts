import fc from "fast-check";
import { expect, it } from "vitest";
import { redisHealthSchema } from "@pulsekeep/contracts/api/admin";
import { readRedisInfo } from "./redis-info.js";

const INFO = [
  "# Server",
  "redis_version:7.2.4",
  "uptime_in_seconds:61",
  "# Clients",
  "connected_clients:5",
  "# Memory",
  "used_memory:1048576",
  "maxmemory:0",
  "maxmemory_policy:noeviction",
  "# Persistence",
  "rdb_last_bgsave_status:ok",
  "aof_enabled:1",
  "aof_last_write_status:ok",
  "# Stats",
  "evicted_keys:0",
  "",
].join("\r\n");

it("reads what a server says about itself", () => {
  expect(readRedisInfo(INFO, false)).toEqual({
    version: "7.2.4",
    uptimeSeconds: 61,
    usedMemoryBytes: 1_048_576,
    maxMemoryBytes: null,
    maxMemoryPolicy: "noeviction",
    evictedKeys: 0,
    clients: 5,
    persistence: "aof",
    persistenceWorks: true,
  });
});

it.each(["rdb_last_bgsave_status", "aof_last_write_status"])("sees that %s is not well", (field) => {
  expect(readRedisInfo(INFO.replace(`${field}:ok`, `${field}:err`), true).persistenceWorks).toBe(false);
});

it("prefers the name that Valkey gives itself", () => {
  expect(readRedisInfo(`${INFO}valkey_version:8.1.0\r\n`, false).version).toBe("8.1.0");
});

const VALUES = fc.oneof(fc.string(), fc.double().map(String), fc.bigInt().map(String));

it("answers in the form of its schema whatever a server says", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), fc.boolean(), (info, snapshots) => {
      expect(redisHealthSchema.safeParse(readRedisInfo(info, snapshots)).success).toBe(true);
    }),
  );
  fc.assert(
    fc.property(fc.constantFrom(...INFO.split("\r\n")), VALUES, (line, value) => {
      const name = line.slice(0, line.indexOf(":"));
      expect(redisHealthSchema.safeParse(readRedisInfo(`${name}:${value}`, true)).success).toBe(true);
    }),
  );
});
