import type { ChildProcess } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { closeSync, cpSync, mkdirSync, openSync, readdirSync, rmSync, statSync, truncateSync } from "node:fs";
import path from "node:path";
import { spawnGuarded } from "@pulsekeep/database/embedded";
import { Redis } from "ioredis";
import { awaitCondition } from "./await-condition.ts";
import { findFreePort } from "@pulsekeep/database/embedded";

const SIZE_EVERY_MS = 100;

/** A Redis of this run, with an append-only file that is written out every second, as the product's own. */
export class RedisServer {
  readonly port: number;
  readonly password = randomBytes(12).toString("hex");
  private readonly folder: string;
  private child: ChildProcess | undefined;
  /** Sizes of the append-only file that is being written, newest last. */
  private readonly sizes: { atMs: number; file: string; bytes: number }[] = [];
  private readonly sampler: NodeJS.Timeout;

  static async start(folder: string): Promise<RedisServer> {
    const server = new RedisServer(folder, await findFreePort());
    await server.start();
    return server;
  }

  private constructor(folder: string, port: number) {
    this.folder = folder;
    this.port = port;
    mkdirSync(folder, { recursive: true });
    this.sampler = setInterval(() => this.noteSize(), SIZE_EVERY_MS);
  }

  get url(): string {
    return this.urlAt(this.port);
  }

  /** The same server through a proxy. */
  urlAt(port: number): string {
    return `redis://:${this.password}@127.0.0.1:${port}/0`;
  }

  async start(): Promise<void> {
    const settings = {
      bind: "127.0.0.1",
      port: this.port,
      dir: this.folder,
      requirepass: this.password,
      save: "",
      appendonly: "yes",
      appendfsync: "everysec",
      "aof-load-truncated": "yes",
      "maxmemory-policy": "noeviction",
    };
    const logFd = openSync(path.join(this.folder, "redis.log"), "a");
    const args = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]);
    const command = process.env.REDIS_SERVER ?? "redis-server";
    this.child = spawnGuarded({ command, args, env: process.env, logFd, lastSignal: "TERM" });
    closeSync(logFd);
    await awaitCondition("Redis answers", () => this.withClient((redis) => redis.ping()), {
      timeoutMs: 30_000,
    });
  }

  /** Ends it as a crash would. */
  async kill(): Promise<void> {
    await this.end("SIGKILL");
  }

  /** Takes away what was written within the last second before now: what a power loss may take. */
  cutLastSecond(): void {
    const before = performance.now() - 1_000;
    const last = this.sizes.at(-1);
    const kept = this.sizes.findLast(({ atMs, file }) => atMs <= before && file === last?.file);
    if (kept !== undefined) truncateSync(kept.file, kept.bytes);
    this.sizes.length = 0;
  }

  /** Copies the data as it is, while the server writes: what an old backup would be. */
  saveCopy(): void {
    rmSync(this.copyFolder, { recursive: true, force: true });
    cpSync(this.dataFolder, this.copyFolder, { recursive: true });
  }

  /** Puts the copy in the place of the data. The server must be down. */
  restoreCopy(): void {
    rmSync(this.dataFolder, { recursive: true, force: true });
    cpSync(this.copyFolder, this.dataFolder, { recursive: true });
    this.sizes.length = 0;
  }

  /** Calls `work` with a connection of its own, which ends with it. */
  async withClient<T>(work: (redis: Redis) => Promise<T>): Promise<T> {
    const redis = new Redis(this.url, {
      lazyConnect: true,
      maxRetriesPerRequest: 0,
      retryStrategy: () => null,
    });
    redis.on("error", () => undefined);
    try {
      await redis.connect();
      return await work(redis);
    } finally {
      redis.disconnect();
    }
  }

  async close(): Promise<void> {
    clearInterval(this.sampler);
    await this.end("SIGKILL");
  }

  private get dataFolder(): string {
    return path.join(this.folder, "appendonlydir");
  }

  private get copyFolder(): string {
    return path.join(this.folder, "copy");
  }

  private async end(signal: NodeJS.Signals): Promise<void> {
    const { child } = this;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, "exit");
    child.kill(signal);
    await exited;
  }

  private noteSize(): void {
    try {
      const name = readdirSync(this.dataFolder)
        .filter((file) => file.endsWith(".incr.aof"))
        .sort()
        .at(-1);
      if (name === undefined) return;
      const file = path.join(this.dataFolder, name);
      this.sizes.push({ atMs: performance.now(), file, bytes: statSync(file).size });
      if (this.sizes.length > 30) this.sizes.shift();
    } catch {
      // Between a copy that was removed and its successor there is nothing to measure.
    }
  }
}
