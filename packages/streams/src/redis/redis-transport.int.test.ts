import { once } from "node:events";
import { connect, createServer } from "node:net";
import { createTestRedis, type TestRedis } from "@pulsekeep/database/testing";
import { Redis } from "ioredis";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { eventually } from "../conformance/eventually.js";
import { shardOf } from "../shard-of.js";
import { connectRedis } from "./connect-redis.js";
import { RedisTransport } from "./redis-transport.js";
import { claimStaleScript, runScript } from "./scripts.js";
import { GROUP } from "./shard-groups.js";

describe("RedisTransport", () => {
  let server: TestRedis;
  let redis: Redis;
  let transport: RedisTransport;

  beforeAll(async () => {
    server = await createTestRedis();
    redis = new Redis(server.url);
    transport = new RedisTransport({
      connect: () => connectRedis(server.url),
      shards: 2,
      maxDeadLetters: 100,
    });
  });

  beforeEach(async () => {
    await redis.flushall();
  });

  afterAll(async () => {
    await transport?.close();
    redis?.disconnect();
    await server?.stop();
  });

  it("writes every key of a shard with its hash tag, so that a cluster keeps them together", async () => {
    const entries = Array.from({ length: 20 }, (_, index) => ({ key: `k${index}`, body: {} }));
    await transport.append("runs", entries);
    await transport.append("runs", entries, { delayUntil: new Date(Date.now() + 60_000) });
    for (const entry of await transport.consume("runs", { consumer: "a", max: 20 })) {
      await transport.deadLetter(entry, "bad");
    }
    await transport.dataEpochs("runs");
    const names = [0, 1].flatMap((shard) =>
      ["", ":dead", ":delayed", ":epoch"].map((part) => `pk:{runs:${shard}}${part}`),
    );
    expect((await redis.keys("*")).sort()).toEqual(names);
  });

  it("keeps no memory of finished entries", async () => {
    for (let batch = 0; batch < 20; batch++) {
      const entries = Array.from({ length: 500 }, (_, index) => ({ key: `k${index}`, body: { batch } }));
      await transport.append("runs", entries);
      let taken = 0;
      while (taken < 500) {
        const got = await transport.consume("runs", { consumer: "a", max: 500 });
        await transport.acknowledge(got);
        taken += got.length;
      }
    }
    expect(await redis.memory("USAGE", "pk:{runs:0}")).toBeLessThan(10_000);
    expect(await redis.memory("USAGE", "pk:{runs:1}")).toBeLessThan(10_000);
  });

  it("does not let a busy shard starve the other when entries are taken one by one", async () => {
    const keys = ["k0", "k1", "k2", "k3", "k4", "k5"];
    const quiet = keys.find((key) => shardOf(key, 2) === 1);
    const busy = keys.find((key) => shardOf(key, 2) === 0);
    if (!quiet || !busy) throw new Error("six keys fall on both shards");
    await transport.append("runs", [
      ...Array.from({ length: 10 }, () => ({ key: busy, body: {} })),
      { key: quiet, body: {} },
    ]);
    const taken = [];
    for (let call = 0; call < 2; call++) {
      taken.push(...(await transport.consume("runs", { consumer: "a", max: 1 })).map((entry) => entry.key));
    }
    expect(taken.sort()).toEqual([busy, quiet].sort());
  });

  it("hands out what the other shards hold when one cannot be asked, and says so when they hold nothing", async () => {
    const keyOf = (shard: number) =>
      ["k0", "k1", "k2", "k3", "k4", "k5"].find((key) => shardOf(key, 2) === shard) ?? "";
    await redis.set("pk:{runs:0}", "not a stream");
    const [broken, sound] = await Promise.allSettled([
      transport.append("runs", [{ key: keyOf(0), body: {} }]),
      transport.append("runs", [{ key: keyOf(1), body: {} }]),
    ]);
    expect([broken.status, sound.status]).toEqual(["rejected", "fulfilled"]);
    const got = await transport.consume("runs", { consumer: "gone", max: 10 });
    expect(got).toMatchObject([{ key: keyOf(1) }]);
    const stale = { consumer: "a", minIdleMs: 0, max: 10 };
    expect((await transport.claimStale("runs", stale)).entries).toMatchObject([{ key: keyOf(1) }]);
    await transport.acknowledge(got);
    await expect(transport.consume("runs", { consumer: "a", max: 10 })).rejects.toThrow("WRONGTYPE");
    await expect(transport.claimStale("runs", stale)).rejects.toThrow("WRONGTYPE");
  });

  it("buries what it cannot read at once, and hands out the rest", async () => {
    await redis.xadd("pk:{runs:0}", "*", "k", "odd", "b", "{not json");
    await redis.xadd("pk:{runs:0}", "*", "something", "else");
    await redis.xadd("pk:{runs:0}", "*", "k", "fine", "b", '{"runId":"r1"}');
    const got = await transport.consume("runs", { consumer: "a", max: 20 });
    expect(got).toMatchObject([{ key: "fine", body: { runId: "r1" } }]);
    await transport.acknowledge(got);
    expect(await transport.inspect("runs")).toMatchObject({ length: 0, pending: 0, deadLetters: 2 });
    const reasons = (await transport.listDeadLetters("runs", { max: 5 })).map((letter) => letter.reason);
    expect(reasons).toEqual(["unreadable body", "unreadable body"]);
  });

  it("caps the dead letters, about", async () => {
    const entries = Array.from({ length: 1_000 }, () => ({ key: "same", body: {} }));
    await transport.append("runs", entries);
    let buried = 0;
    while (buried < 1_000) {
      const got = await transport.consume("runs", { consumer: "a", max: 500 });
      await Promise.all(got.map((entry) => transport.deadLetter(entry, "bad")));
      buried += got.length;
    }
    expect((await transport.inspect("runs")).deadLetters).toBeLessThanOrEqual(300);
  });

  it("forgets the names of consumers that are gone, not of those that hold something", async () => {
    await transport.append("runs", [
      { key: "a", body: {} },
      { key: "a", body: {} },
    ]);
    const [first] = await transport.consume("runs", { consumer: "gone", max: 1 });
    await transport.consume("runs", { consumer: "holder", max: 1 });
    await transport.acknowledge(first ? [first] : []);
    const live = (await redis.keys("*")).find((key) => key.startsWith("pk:{runs"));
    if (!live) throw new Error("there is a stream");
    // Idle for ever is the least: nothing is claimed, all names are looked at.
    const args = [GROUP, "cleaner", 999_999_999, "0-0", 10, 5, 100, 1];
    await eventually(async () => {
      await runScript(redis, claimStaleScript, [live, `${live}:dead`], args);
      const names = (await redis.xinfo("CONSUMERS", live, GROUP)) as string[][];
      return !names.some((consumer) => consumer.includes("gone"));
    });
    expect((await transport.inspect("runs")).consumers).toEqual([{ name: "holder", pending: 1 }]);
  });

  it("refuses new entries while the memory is full, loses none that it took, and goes on when there is room", async () => {
    const own = await createTestRedis();
    const admin = new Redis(own.url);
    const full = new RedisTransport({ connect: () => connectRedis(own.url) });
    const used = Number(/used_memory:(\d+)/.exec(await admin.info("memory"))?.[1]);
    await full.consume("runs", { consumer: "a", max: 1 });
    await admin.config("SET", "maxmemory", used + 3_000_000);
    const batch = (first: number) =>
      Array.from({ length: 50 }, (_, index) => ({
        key: `k${index}`,
        body: { serial: first + index, text: "x".repeat(1_500) },
      }));
    let taken = 0;
    const fill = async () => {
      for (;;) {
        await full.append("runs", batch(taken));
        taken += 50;
      }
    };
    await expect(fill()).rejects.toThrow("OOM");
    expect(taken).toBeGreaterThan(500);

    // What waits can be taken, taken over, buried and finished: the way out of a full memory is to work.
    const seen = new Set<number>();
    const [first] = await full.consume("runs", { consumer: "crashed", max: 8 });
    if (!first) throw new Error("the memory is full of entries");
    expect(await full.deadLetter(first, "bad")).toBe(true);
    seen.add(Number(first.body.serial));
    while ((await full.inspect("runs")).length > 0) {
      const { entries: stale } = await full.claimStale("runs", { consumer: "a", minIdleMs: 0, max: 500 });
      const entries = [...stale, ...(await full.consume("runs", { consumer: "a", max: 500 }))];
      for (const { body } of entries) seen.add(Number(body.serial));
      await full.acknowledge(entries);
    }
    for (let serial = 0; serial < taken; serial++) expect(seen).toContain(serial);

    await full.append("runs", batch(taken));
    expect(await full.inspect("runs")).toMatchObject({ length: 50, deadLetters: 1 });
    await full.close();
    admin.disconnect();
    await own.stop();
  });

  it("shows a shard that got an older copy of itself back by another epoch, once", async () => {
    const own = await createTestRedis();
    const admin = new Redis(own.url);
    const open = () => new RedisTransport({ connect: () => connectRedis(own.url), shards: 2 });
    const [reader, other] = [open(), open()];
    await reader.dataEpochs("runs");
    const copies = await Promise.all(
      [0, 1].map(async (shard) => {
        const name = `pk:{runs:${shard}}:epoch`;
        return { name, copy: await admin.dumpBuffer(name) };
      }),
    );
    const before = await reader.dataEpochs("runs");
    const beats = before.map(({ beat }) => beat);
    const [old] = copies;
    if (!old) throw new Error("there are two shards");
    await admin.restore(old.name, 0, old.copy, "REPLACE");
    const after = await reader.dataEpochs("runs", beats);
    expect(after[0]?.epoch).not.toBe(before[0]?.epoch);
    expect(after[1]?.epoch).toBe(before[1]?.epoch);
    const again = await other.dataEpochs("runs", beats);
    expect(again.map(({ epoch }) => epoch)).toEqual(after.map(({ epoch }) => epoch));
    await Promise.all([reader.close(), other.close()]);
    admin.disconnect();
    await own.stop();
  });

  it("gathers what is appended in one turn, in its order, and refuses only who asked for what cannot be", async () => {
    const calls = Array.from({ length: 60 }, (_, serial) => ({ key: `k${serial % 3}`, body: { serial } }));
    const bad = transport.append("runs", [{ key: "k0", body: { text: "x".repeat(3_000) } }]);
    const results = await Promise.allSettled([
      bad,
      ...calls.map((entry) => transport.append("runs", [entry])),
      transport.append("others", calls),
    ]);
    expect(results.map(({ status }) => status === "rejected")).toEqual([
      true,
      ...results.slice(1).map(() => false),
    ]);
    for (const stream of ["runs", "others"]) {
      const got = await transport.consume(stream, { consumer: "a", max: 200 });
      expect(got).toHaveLength(60);
      for (const key of ["k0", "k1", "k2"]) {
        const serials = got.filter((entry) => entry.key === key).map(({ body }) => Number(body.serial));
        expect(serials).toEqual(serials.toSorted((a, b) => a - b));
      }
    }
  });

  it("leaves nothing behind for good where an acknowledgement is cut off half-way", async () => {
    const own = await createTestRedis();
    const whole = new RedisTransport({ connect: () => connectRedis(own.url), shards: 1 });
    await whole.append("runs", [{ key: "a", body: {} }]);
    const cutting = await startCutting(own.url, ["xack", "xdel"]);
    const dying = new RedisTransport({
      connect: () => new Redis(cutting.url, { lazyConnect: true, retryStrategy: () => null }),
      shards: 1,
    });
    const entries = await dying.consume("runs", { consumer: "dying", max: 1 });
    await expect(dying.acknowledge(entries)).rejects.toThrow();
    await whole
      .claimStale("runs", { consumer: "other", minIdleMs: 0, max: 10 })
      .then(({ entries: stale }) => whole.acknowledge(stale));
    expect(await whole.inspect("runs")).toMatchObject({ length: 0, pending: 0 });
    await Promise.all([dying.close(), whole.close()]);
    cutting.close();
    await own.stop();
  });

  it("says within seconds that the server is away, and closes without waiting for it", async () => {
    const own = await createTestRedis();
    const away = new RedisTransport({ connect: () => connectRedis(own.url) });
    await away.append("runs", [{ key: "a", body: {} }]);
    await own.stop();
    await expect(away.append("runs", [{ key: "a", body: {} }])).rejects.toThrow();
    await away.close();
  });
});

/** A way to the server that ends in the middle of what holds all these commands: in front of the last of them. */
async function startCutting(serverUrl: string, commands: readonly string[]) {
  const url = new URL(serverUrl);
  const port = Number(url.port);
  const listener = createServer((client) => {
    const server = connect(port, "127.0.0.1");
    server.on("data", (chunk) => client.write(chunk));
    client.on("data", (chunk) => {
      const at = commands.map((command) => chunk.indexOf(command));
      if (at.includes(-1)) server.write(chunk);
      else server.end(chunk.subarray(0, chunk.lastIndexOf("*", Math.max(...at))), () => client.destroy());
    });
    client.on("close", () => server.end());
    for (const socket of [client, server]) socket.on("error", () => undefined);
  });
  listener.listen(0, "127.0.0.1");
  await once(listener, "listening");
  const address = listener.address();
  if (address === null || typeof address === "string") throw new Error("The listener has no port");
  url.port = String(address.port);
  return { url: url.href, close: () => listener.close() };
}
