import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { findFreePort } from "@pulsekeep/database/embedded";
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
    admins: [new Redis(server.url)],
    stop: () => server.stop(),
  });
}

const SLOTS = 16_384;
const NODES = 3;

/** Three primaries: the shards of a stream lie on several, and hints cross from one to another. */
export async function startRedisCluster(): Promise<TestServer> {
  const nodes = await Promise.all(Array.from({ length: NODES }, startClusterNode));
  const [first] = nodes;
  for (const [index, { admin }] of nodes.entries()) {
    const [from, to] = [index, index + 1].map((bound) => Math.ceil((bound * SLOTS) / NODES));
    await admin.call("cluster", "addslotsrange", String(from), String(Number(to) - 1));
    await admin.call("cluster", "meet", "127.0.0.1", String(first?.port), String(first?.busPort));
  }
  await eventually(async () => {
    const infos = await Promise.all(nodes.map(({ admin }) => admin.cluster("INFO")));
    return infos.every((info) => info.includes("cluster_state:ok") && info.includes(`cluster_size:${NODES}`));
  });
  return redisTestServer({
    connect: () => new Cluster(nodes.map(({ port }) => ({ host: "127.0.0.1", port }))),
    admins: nodes.map(({ admin }) => admin),
    stop: async () => void (await Promise.all(nodes.map((node) => node.stop()))),
  });
}

async function startClusterNode() {
  const folder = await mkdtemp(path.join(tmpdir(), "pulsekeep-cluster-"));
  const [port, busPort] = [await findFreePort(), await findFreePort()];
  const address = { port, bind: "127.0.0.1", "cluster-port": busPort, "cluster-announce-ip": "127.0.0.1" };
  const settings = { ...address, dir: folder, save: "", "cluster-enabled": "yes" };
  const args = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const child = spawn(process.env.REDIS_SERVER ?? "redis-server", args, { stdio: "ignore" });
  const admin = new Redis({ host: "127.0.0.1", port });
  admin.on("error", () => undefined);
  return { port, busPort, admin, stop: () => stopChild(child, folder) };
}

interface RedisParts {
  connect: () => Redis | Cluster;
  /** A connection to every node. */
  admins: Redis[];
  stop: () => Promise<void>;
}

function redisTestServer({ connect, admins, stop }: RedisParts): TestServer {
  const onAll = async (act: (admin: Redis) => Promise<unknown>) => void (await Promise.all(admins.map(act)));
  return {
    open: (limits) => new RedisTransport({ connect, ...limits }),
    loseData: async () => {
      await onAll((admin) => admin.flushall());
      await onAll((admin) => admin.script("FLUSH"));
    },
    cutConnections: async () => {
      await onAll((admin) => admin.client("KILL", "TYPE", "pubsub"));
      await onAll((admin) => admin.client("KILL", "TYPE", "normal", "SKIPME", "yes"));
    },
    stop: async () => {
      for (const admin of admins) admin.disconnect();
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
