import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { migrate } from "@pulsekeep/database";
import { startEmbeddedPostgres } from "@pulsekeep/database/embedded";
import { Redis } from "ioredis";
import pg from "pg";
import { findRedisServer, startRedis } from "../tools/start/start-redis.ts";
import type { Place } from "./contender.ts";
import { BenchFailure } from "./failure.ts";

/** The same for all contenders. Durability as in production; memory and log so that checkpoints stay rare. */
const POSTGRES_SETTINGS = {
  fsync: "on",
  synchronous_commit: "on",
  full_page_writes: "on",
  shared_buffers: "512MB",
  max_wal_size: "4GB",
  min_wal_size: "2GB",
  max_connections: "250",
};

export interface Servers {
  /** Gives a turn a database of its own and an empty Redis. */
  preparePlace: (of: "product" | "peer") => Promise<{ place: Place; drop: () => Promise<void> }>;
  stop: () => Promise<void>;
}

/**
 * A server that has run for a day writes into log files that it has used before; a new one makes each of them, and
 * whoever commits meanwhile waits. So they are all used once before the first turn.
 */
const SWITCH_WAL = "select pg_logical_emit_message(false, 'bench', ''), pg_switch_wal()";
/** Files of 16 MB: the write-ahead log of the longest turn. */
const WAL_FILES = 100;

/** Starts the PostgreSQL that comes with the packages and the machine's Redis, for this run of the bench only. */
export async function startServers(stop: AbortSignal): Promise<Servers> {
  const folder = await mkdtemp(path.join(tmpdir(), "pulsekeep-bench-"));
  const redis = await startRedisServer(stop);
  const postgres = await startEmbeddedPostgres({ dataDir: folder, settings: POSTGRES_SETTINGS });
  await migrate(postgres.url);
  await runOn(postgres.superuserUrl, ...Array.from({ length: WAL_FILES }, () => SWITCH_WAL), "checkpoint");
  const server = { superuserUrl: postgres.superuserUrl, ownerUrl: postgres.url, redisUrl: redis.url };
  return {
    preparePlace: (of) => preparePlace(server, of),
    stop: async () => {
      await Promise.all([redis.stop(), postgres.stop()]);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Redis as `npm start` runs it: append-only file, flushed every second. */
export async function startRedisServer(
  stop: AbortSignal,
): Promise<{ url: string; stop: () => Promise<void> }> {
  const command = findRedisServer();
  if (command === undefined)
    throw new BenchFailure(
      "Redis or Valkey 7 or newer is needed: install redis-server, then run this again.",
    );
  const folder = await mkdtemp(path.join(tmpdir(), "pulsekeep-bench-"));
  const { service, url } = await startRedis(command, {
    dataDir: folder,
    logFolder: folder,
    password: randomBytes(12).toString("hex"),
    signal: stop,
  });
  return {
    url,
    stop: async () => {
      await service.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function preparePlace(
  server: { superuserUrl: string; ownerUrl: string; redisUrl: string },
  of: "product" | "peer",
) {
  const name = `bench_${randomBytes(6).toString("hex")}`;
  const template = of === "product" ? "pulsekeep" : "template0";
  await runOn(server.superuserUrl, `create database ${name} owner pulsekeep_owner template ${template}`);
  // A turn pays for its own writes, not for those of the turn before.
  await runOn(server.superuserUrl, "checkpoint");
  const redis = new Redis(server.redisUrl);
  await redis.flushall();
  redis.disconnect();
  const place = {
    databaseUrl: withDatabase(server.ownerUrl, name),
    superuserUrl: withDatabase(server.superuserUrl, name),
    redisUrl: server.redisUrl,
  };
  return { place, drop: () => runOn(server.superuserUrl, `drop database if exists ${name} with (force)`) };
}

function withDatabase(url: string, name: string): string {
  const changed = new URL(url);
  changed.pathname = `/${name}`;
  return changed.href;
}

async function runOn(url: string, ...statements: string[]): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    for (const statement of statements) await client.query(statement);
  } finally {
    await client.end();
  }
}
