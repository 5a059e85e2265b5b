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

  it("says within seconds that the server is away, and closes without waiting for it", async () => {
    const own = await createTestRedis();
    const away = new RedisTransport({ connect: () => connectRedis(own.url) });
    await away.append("runs", [{ key: "a", body: {} }]);
    await own.stop();
    await expect(away.append("runs", [{ key: "a", body: {} }])).rejects.toThrow();
    await away.close();
  });
});
