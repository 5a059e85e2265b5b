import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { createTestDatabase, createTestRedis } from "@pulsekeep/database/testing";
import { Cluster, Redis } from "ioredis";
import pg from "pg";
import { PostgresTransport } from "../postgres/postgres-transport.js";
import { streamsMigrationSql } from "../postgres/schema.js";
import { RedisTransport } from "../redis/redis-transport.js";
import type { Transport, TransportLimits } from "../transport.js";
import { eventually } from "./eventually.js";

/** One implementation on a real server, with the faults that the suite asks for. */
export interface TestServer {
  /** A process of its own, so to speak: new connections, no shared memory. */
  open(limits?: TransportLimits): Transport;
  /** The server forgets everything that may be forgotten. */
  loseData(): Promise<void>;
  cutConnections(): Promise<void>;
  stop(): Promise<void>;
}

export async function startRedis(): Promise<TestServer> {
  const server = await createTestRedis();
  return redisTestServer({
    connect: () => new Redis(server.url),
    admin: new Redis(server.url),
    stop: () => server.stop(),
  });
}

/** One node that owns every slot: it refuses a command, or a pipeline, across two hash tags like a large one. */
export async function startRedisCluster(): Promise<TestServer> {
  const folder = await mkdtemp(path.join(tmpdir(), "pulsekeep-cluster-"));
  const port = await findFreePort();
  const settings = { port, bind: "127.0.0.1", dir: folder, save: "", "cluster-announce-ip": "127.0.0.1" };
  const args = Object.entries({ ...settings, "cluster-enabled": "yes" }).flatMap(([name, value]) => [
    `--${name}`,
    String(value),
  ]);
  const child = spawn(process.env.REDIS_SERVER ?? "redis-server", args, { stdio: "ignore" });
  const admin = new Redis({ host: "127.0.0.1", port });
  admin.on("error", () => undefined);
  await admin.call("cluster", "addslotsrange", "0", "16383");
  await eventually(async () => (await admin.cluster("INFO")).includes("cluster_state:ok"));
  return redisTestServer({
    connect: () => new Cluster([{ host: "127.0.0.1", port }]),
    admin,
    stop: () => stopChild(child, folder),
  });
}

interface RedisParts {
  connect: () => Redis | Cluster;
  admin: Redis;
  stop: () => Promise<void>;
}

function redisTestServer({ connect, admin, stop }: RedisParts): TestServer {
  return {
    open: (limits) => new RedisTransport({ connect, ...limits }),
    loseData: async () => {
      await admin.flushall();
      await admin.script("FLUSH");
    },
    cutConnections: async () => {
      await admin.client("KILL", "TYPE", "pubsub");
      await admin.client("KILL", "TYPE", "normal", "SKIPME", "yes");
    },
    stop: async () => {
      admin.disconnect();
      await stop();
    },
  };
}

export async function startPostgres(): Promise<TestServer> {
  const database = await createTestDatabase();
  await runAs(database.ownerUrl, streamsMigrationSql);
  const { pathname } = new URL(database.superuserUrl);
  const others = `datname = '${pathname.slice(1)}' AND pid <> pg_backend_pid()`;
  return {
    open: (limits) =>
      new PostgresTransport({
        connection: { connectionString: database.ownerUrl, options: "-c role=pulsekeep_engine" },
        poolSize: 2,
        ...limits,
      }),
    // What a crash does to unlogged tables.
    loseData: () => runAs(database.superuserUrl, "TRUNCATE stream_entries, stream_delayed, stream_epochs"),
    cutConnections: () =>
      runAs(database.superuserUrl, `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE ${others}`),
    stop: () => database.drop(),
  };
}

async function runAs(connectionString: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}

async function stopChild(child: ChildProcess, folder: string): Promise<void> {
  const exited = once(child, "exit");
  child.kill("SIGTERM");
  await exited;
  await rm(folder, { recursive: true, force: true });
}

async function findFreePort(): Promise<number> {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const address = probe.address();
  const closed = once(probe, "close");
  probe.close();
  await closed;
  if (typeof address !== "object" || !address) throw new Error("no address of a listening socket");
  return address.port;
}
