import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { closeSync, openSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { createConnection } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { findFreePort } from "../embedded/free-port.js";
import { spawnGuarded } from "../embedded/spawn-guarded.js";

export interface TestRedis {
  url: string;
  pid: number;
  stop(): Promise<void>;
}

/**
 * Starts a Redis of its own for one test file (some 30 ms, 8 MB). Not shared on purpose: tests flush it,
 * pause it and subscribe to channels, none of which a database number would keep apart.
 */
export async function createTestRedis(): Promise<TestRedis> {
  const folder = await mkdtemp(path.join(tmpdir(), "pulsekeep-redis-"));
  const password = randomBytes(12).toString("hex");
  const port = await findFreePort();
  const log = path.join(folder, "redis.log");
  const logFd = openSync(log, "w");
  const settings = {
    bind: "127.0.0.1",
    port,
    dir: folder,
    requirepass: password,
    save: "",
    appendonly: "no",
  };
  const child = spawnGuarded({
    command: process.env.REDIS_SERVER ?? "redis-server",
    args: Object.entries({ ...settings, "maxmemory-policy": "noeviction" }).flatMap(([k, v]) => [
      `--${k}`,
      String(v),
    ]),
    env: process.env,
    logFd,
    lastSignal: "TERM",
  });
  closeSync(logFd);
  const exited = once(child, "exit");
  const stop = async () => {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill("SIGTERM");
      await exited;
    }
    await rm(folder, { recursive: true, force: true });
  };
  const deadline = Date.now() + 15_000;
  while (!(await answers(port))) {
    if (child.exitCode !== null || Date.now() > deadline) {
      const output = readFileSync(log, "utf8");
      await stop();
      throw new Error(`redis-server did not start (is it installed?):\n${output}`);
    }
    await delay(10);
  }
  return { url: `redis://:${password}@127.0.0.1:${port}/0`, pid: child.pid ?? 0, stop };
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ host: "127.0.0.1", port }, () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}
