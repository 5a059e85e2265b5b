import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { copyFile, mkdtemp, readdir, rm, stat, truncate } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { Redis } from "ioredis";
import { eventually } from "./test-eventually.js";
import { findFreePort } from "@pulsekeep/database/embedded";

export type DurableRedis = Awaited<ReturnType<typeof startDurableRedis>>;

/**
 * A Redis with an append-only file, as the product runs it, that can lose its power and be put back to an
 * earlier state. Its address stays the same.
 */
export async function startDurableRedis() {
  const folder = await mkdtemp(path.join(tmpdir(), "pulsekeep-redis-"));
  const port = await findFreePort();
  const url = `redis://127.0.0.1:${port}/0`;
  const admin = new Redis(url, { lazyConnect: true, retryStrategy: () => 20, maxRetriesPerRequest: null });
  admin.on("error", () => undefined);
  const file = (name: string) => path.join(folder, name);
  let child: ChildProcess | undefined;

  async function start(appendonly: "yes" | "no" = "yes"): Promise<void> {
    const settings = {
      port,
      bind: "127.0.0.1",
      dir: folder,
      save: "",
      appendonly,
      "enable-debug-command": "yes",
    };
    const args = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]);
    child = spawn(process.env.REDIS_SERVER ?? "redis-server", args, { stdio: "ignore" });
    await eventually(async () => (await admin.ping()) === "PONG", { what: "an answer from Redis" });
  }

  async function losePower(): Promise<void> {
    if (!child) return;
    const exited = once(child, "exit");
    child.kill("SIGKILL");
    await exited;
    child = undefined;
  }

  /** The file that commands are appended to. */
  async function appendOnlyFile(): Promise<string> {
    const names = await readdir(file("appendonlydir"));
    const name = names.find((each) => each.endsWith(".incr.aof"));
    if (!name) throw new Error(`No append-only file among ${names.join(", ")}`);
    return path.join(folder, "appendonlydir", name);
  }

  await start();
  return {
    url,
    admin,
    losePower,
    start,
    /** How long the append-only file is now, for `cutAppendOnlyFile`. */
    async appendedBytes(): Promise<number> {
      await admin.config("SET", "appendfsync", "always");
      return (await stat(await appendOnlyFile())).size;
    },
    /** To be called without power: what was appended after this length never reached the disk. */
    cutAppendOnlyFile: async (bytes: number): Promise<void> => truncate(await appendOnlyFile(), bytes),
    dropData: () => rm(file("appendonlydir"), { recursive: true, force: true }),
    async saveCopy(): Promise<void> {
      await admin.save();
      await copyFile(file("dump.rdb"), file("copy.rdb"));
    },
    /** To be called without power. The next start must be without an append-only file. */
    putCopyBack: () => copyFile(file("copy.rdb"), file("dump.rdb")),
    /** Puts the copy back into the running server, which stays the same run. */
    async reloadCopy(): Promise<void> {
      await copyFile(file("copy.rdb"), file("dump.rdb"));
      await admin.call("DEBUG", "RELOAD", "NOSAVE");
    },
    async stop(): Promise<void> {
      await losePower();
      admin.disconnect();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
