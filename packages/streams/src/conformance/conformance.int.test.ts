import { randomUUID } from "node:crypto";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { DataEpoch, Entry, EntryBody, NewEntry, Transport, TransportLimits } from "../transport.js";
import { eventually } from "./eventually.js";
import { play, steps } from "./interleavings.js";
import { startPostgres, startRedis, startRedisCluster, type TestServer } from "./test-servers.js";

describe.each([
  { name: "Redis", start: startRedis },
  { name: "Redis Cluster", start: startRedisCluster },
  { name: "PostgreSQL", start: startPostgres },
])("$name transport", ({ start }) => {
  let server: TestServer;
  let transport: Transport;
  const opened: Transport[] = [];

  beforeAll(async () => {
    server = await start();
    transport = open();
  });

  afterAll(async () => {
    await Promise.all(opened.map((each) => each.close()));
    await server?.stop();
  });

  function open(limits?: TransportLimits): Transport {
    const next = server.open(limits);
    opened.push(next);
    return next;
  }

  const newStream = () => `test-${randomUUID()}`;

  function numbered(count: number, keys = 7): NewEntry[] {
    return Array.from({ length: count }, (_, serial) => ({ key: `key-${serial % keys}`, body: { serial } }));
  }

  const epochsOf = (epochs: readonly DataEpoch[]) => epochs.map(({ epoch }) => epoch);
  const serials = (entries: readonly { body: EntryBody }[]) => entries.map(({ body }) => Number(body.serial));

  async function consumeAll(stream: string, count: number, consumer = "alice"): Promise<Entry[]> {
    const entries: Entry[] = [];
    await eventually(async () => {
      entries.push(...(await transport.consume(stream, { consumer, max: 100, blockMs: 50 })));
      return entries.length >= count;
    });
    return entries;
  }

  it("hands out every entry once, with its key and body, in order per key", async () => {
    const stream = newStream();
    const entries = numbered(500);
    await transport.append(stream, entries);
    const got = await consumeAll(stream, 500);
    expect(got).toHaveLength(500);
    for (const key of new Set(entries.map((entry) => entry.key))) {
      const expected = entries.filter((entry) => entry.key === key).map((entry) => entry.body);
      expect(got.filter((entry) => entry.key === key).map((entry) => entry.body)).toEqual(expected);
    }
    expect(got.every((entry) => entry.deliveries === 1 && entry.stream === stream)).toBe(true);
    expect(new Set(got.map((entry) => entry.id)).size).toBe(500);
  });

  it("never returns more than asked for, and reaches every key one by one", async () => {
    const stream = newStream();
    await transport.append(stream, numbered(40, 40));
    const got: Entry[] = [];
    for (let call = 0; call < 40; call++) {
      const entries = await transport.consume(stream, { consumer: "alice", max: 1 });
      expect(entries).toHaveLength(1);
      got.push(...entries);
    }
    expect(serials(got).sort((a, b) => a - b)).toEqual(Array.from({ length: 40 }, (_, serial) => serial));
  });

  it("gives concurrent consumers in several processes disjoint entries", async () => {
    const stream = newStream();
    await transport.append(stream, numbered(1_000, 100));
    const perConsumer = await Promise.all(
      ["alice", "bob", "charlie", "dave"].map(async (consumer) => {
        const own = open();
        const got: Entry[] = [];
        for (;;) {
          const entries = await own.consume(stream, { consumer, max: 16 });
          if (entries.length === 0) return got;
          got.push(...entries);
        }
      }),
    );
    const all = serials(perConsumer.flat());
    expect(all).toHaveLength(1_000);
    expect(new Set(all).size).toBe(1_000);
  });

  it("keeps nothing of what was acknowledged, and takes a second acknowledgement quietly", async () => {
    const stream = newStream();
    await transport.append(stream, numbered(50));
    const entries = await consumeAll(stream, 50);
    expect(await transport.inspect(stream)).toMatchObject({
      length: 50,
      pending: 50,
      consumers: [{ name: "alice", pending: 50 }],
    });
    await transport.acknowledge(entries);
    await transport.acknowledge(entries);
    await transport.acknowledge([]);
    expect(await transport.inspect(stream)).toEqual({
      stream,
      length: 0,
      pending: 0,
      delayed: 0,
      deadLetters: 0,
      oldestAgeMs: null,
      consumers: [],
    });
  });

  it("counts a stream nobody has touched as empty", async () => {
    expect(await transport.inspect(newStream())).toMatchObject({ length: 0, pending: 0, oldestAgeMs: null });
  });

  it("tells the age of the oldest entry", async () => {
    const stream = newStream();
    await transport.append(stream, numbered(1));
    await eventually(async () => ((await transport.inspect(stream)).oldestAgeMs ?? 0) >= 20);
  });

  it("wakes a waiting consumer of another process at once, not by its looking again each second", async () => {
    const stream = newStream();
    const other = open();
    const startedMs = performance.now();
    for (let round = 0; round < 6; round++) {
      const waiting = transport.consume(stream, { consumer: "alice", max: 10, blockMs: 20_000 });
      await other.append(stream, numbered(1));
      expect(await waiting).toHaveLength(1);
    }
    expect(performance.now() - startedMs).toBeLessThan(3_000);
  });

  it("returns nothing when nothing comes in time", async () => {
    const startedMs = performance.now();
    expect(await transport.consume(newStream(), { consumer: "alice", max: 10, blockMs: 60 })).toEqual([]);
    expect(performance.now() - startedMs).toBeGreaterThanOrEqual(59);
  });

  it("ends a wait when its signal aborts", async () => {
    const abort = new AbortController();
    const options = { consumer: "alice", max: 10, blockMs: 60_000, signal: abort.signal };
    const waiting = transport.consume(newStream(), options);
    abort.abort();
    expect(await waiting).toEqual([]);
  });

  it("ends a wait when it is closed, however far its connections have come", async () => {
    for (let turn = 0; turn < 20; turn += 1) {
      const own = server.open();
      const stream = newStream();
      const waiting = own.consume(stream, { consumer: "alice", max: 10, blockMs: 60_000 });
      if (turn % 2 === 0) await own.inspect(stream);
      await own.close();
      expect(await waiting).toEqual([]);
    }
  });

  it("ends a wait when it is closed, and refuses to consume afterwards", async () => {
    const own = server.open();
    const stream = newStream();
    const waiting = own.consume(stream, { consumer: "alice", max: 10, blockMs: 60_000 });
    await own.inspect(stream);
    await own.close();
    expect(await waiting).toEqual([]);
    await expect(own.consume(stream, { consumer: "alice", max: 1 })).rejects.toThrow("closed");
  });

  it("never delivers a delayed entry early, and delivers it without being asked again", async () => {
    const stream = newStream();
    const delayUntil = new Date(Date.now() + 1_000);
    await transport.append(stream, numbered(5, 1), { delayUntil });
    expect(await transport.inspect(stream)).toMatchObject({ delayed: 5, length: 0 });
    expect(await transport.consume(stream, { consumer: "alice", max: 10 })).toEqual([]);
    const got = await transport.consume(stream, { consumer: "alice", max: 20, blockMs: 20_000 });
    expect(Date.now()).toBeGreaterThanOrEqual(delayUntil.getTime());
    expect(Date.now() - delayUntil.getTime()).toBeLessThan(10_000);
    expect(serials(got)).toEqual([0, 1, 2, 3, 4]);
    expect(await transport.inspect(stream)).toMatchObject({ delayed: 0, length: 5 });
  });

  it("delivers none of many delayed entries early while others fall due", async () => {
    const stream = newStream();
    const startedAtMs = Date.now();
    const dueAtMs = (serial: number) => startedAtMs + 50 + serial * 10;
    for (const entry of numbered(20)) {
      await transport.append(stream, [entry], { delayUntil: new Date(dueAtMs(Number(entry.body.serial))) });
    }
    let count = 0;
    while (count < 20) {
      const got = await transport.consume(stream, { consumer: "alice", max: 20, blockMs: 5_000 });
      const nowMs = Date.now();
      for (const serial of serials(got)) expect(nowMs).toBeGreaterThanOrEqual(dueAtMs(serial));
      count += got.length;
    }
  });

  it("delivers a delayed entry that falls due before the one already waited for", async () => {
    const stream = newStream();
    await transport.append(stream, numbered(1), { delayUntil: new Date(Date.now() + 60_000) });
    const waiting = transport.consume(stream, { consumer: "alice", max: 4, blockMs: 20_000 });
    const delayUntil = new Date(Date.now() + 50);
    await open().append(stream, [{ key: "soon", body: {} }], { delayUntil });
    expect((await waiting).map((entry) => entry.key)).toEqual(["soon"]);
    expect(Date.now()).toBeGreaterThanOrEqual(delayUntil.getTime());
    expect(Date.now() - delayUntil.getTime()).toBeLessThan(10_000);
  });

  it("takes over what a silent consumer holds, and counts the delivery", async () => {
    const stream = newStream();
    await transport.append(stream, numbered(20));
    await consumeAll(stream, 20, "crashed");
    const claim = await transport.claimStale(stream, { consumer: "bob", minIdleMs: 0, max: 100 });
    expect(serials(claim.entries).sort((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, i) => i));
    expect(claim.entries.every((entry) => entry.deliveries === 2)).toBe(true);
    expect(claim.poisoned).toEqual([]);
    expect((await transport.inspect(stream)).consumers).toEqual([{ name: "bob", pending: 20 }]);
  });

  it("leaves alone what is held for less than the idle time, and what waits", async () => {
    const stream = newStream();
    await transport.append(stream, numbered(10));
    const options = { consumer: "bob", minIdleMs: 60_000, max: 100 };
    expect((await transport.claimStale(stream, { ...options, minIdleMs: 0 })).entries).toEqual([]);
    await consumeAll(stream, 10);
    expect((await transport.claimStale(stream, options)).entries).toEqual([]);
  });

  it("gives a stale entry to one of many claimants", async () => {
    const stream = newStream();
    await transport.append(stream, numbered(200, 50));
    await consumeAll(stream, 200, "crashed");
    // The idle time is polled for, and is long enough that no claimant finds another's prey idle again.
    const claimants = ["a", "b", "c", "d"].map((consumer) => ({ consumer, own: open() }));
    const got: Entry[] = [];
    await eventually(async () => {
      const claims = await Promise.all(
        claimants.map(({ consumer, own }) => own.claimStale(stream, { consumer, minIdleMs: 1_500, max: 30 })),
      );
      got.push(...claims.flatMap((claim) => claim.entries));
      return got.length >= 200;
    });
    expect(new Set(serials(got)).size).toBe(200);
    expect(got).toHaveLength(200);
  });

  it("buries an entry handed out too often, with the reason, and hands it out again when replayed", async () => {
    const own = open({ maxDeliveries: 2 });
    const stream = newStream();
    await own.append(stream, [{ key: "poison", body: { runId: "r1" } }]);
    expect(await own.consume(stream, { consumer: "a", max: 10 })).toHaveLength(1);
    const options = { consumer: "b", minIdleMs: 0, max: 10 };
    expect((await own.claimStale(stream, options)).entries).toMatchObject([{ deliveries: 2 }]);
    const claim = await own.claimStale(stream, options);
    expect(claim.entries).toEqual([]);
    expect(claim.poisoned).toMatchObject([{ key: "poison", body: { runId: "r1" }, deliveries: 2 }]);
    expect(await own.inspect(stream)).toMatchObject({ length: 0, pending: 0, deadLetters: 1 });

    const [letter, ...others] = await own.listDeadLetters(stream, { max: 10 });
    expect(others).toEqual([]);
    expect(letter).toMatchObject({
      key: "poison",
      body: { runId: "r1" },
      deliveries: 2,
      reason: "delivered 2 times without acknowledgement",
    });
    expect(Math.abs(Date.now() - Number(letter?.deadAt))).toBeLessThan(60_000);

    expect(await own.replay(stream, letter?.id ?? "")).toBe(true);
    expect(await own.replay(stream, letter?.id ?? "")).toBe(false);
    expect(await own.listDeadLetters(stream, { max: 10 })).toEqual([]);
    expect(await own.consume(stream, { consumer: "a", max: 10 })).toMatchObject([
      { key: "poison", body: { runId: "r1" }, deliveries: 1 },
    ]);
  });

  it("buries by hand exactly once, and only what is pending", async () => {
    const stream = newStream();
    await transport.append(stream, numbered(2, 1));
    const [first, second] = await consumeAll(stream, 2);
    if (!first || !second) throw new Error("two entries were appended");
    const tries = await Promise.all(
      Array.from({ length: 10 }, () => transport.deadLetter(first, "no such run")),
    );
    expect(tries.filter(Boolean)).toHaveLength(1);
    await transport.acknowledge([second]);
    expect(await transport.deadLetter(second, "too late")).toBe(false);
    expect(await transport.listDeadLetters(stream, { max: 10 })).toMatchObject([
      { key: first.key, body: first.body, reason: "no such run", deliveries: 1 },
    ]);
    expect(await transport.inspect(stream)).toMatchObject({ length: 0, pending: 0, deadLetters: 1 });
  });

  it("lists dead letters page by page, each once", async () => {
    const stream = newStream();
    await transport.append(stream, numbered(23));
    for (const entry of await consumeAll(stream, 23)) await transport.deadLetter(entry, "bad");
    const found: unknown[] = [];
    let after: string | undefined;
    for (;;) {
      const page = await transport.listDeadLetters(stream, { max: 5, after });
      expect(page.length).toBeLessThanOrEqual(5);
      if (page.length === 0) break;
      found.push(...page.map((letter) => letter.body.serial));
      after = page.at(-1)?.id;
    }
    expect(found).toHaveLength(23);
    expect(new Set(found).size).toBe(23);
  });

  it("trims the oldest dead letters, and never a live entry", async () => {
    const stream = newStream();
    await transport.append(stream, numbered(40, 1));
    const entries = await consumeAll(stream, 40);
    for (const entry of entries.slice(0, 30)) await transport.deadLetter(entry, "bad");
    await transport.append(stream, numbered(5, 1));
    const keep = { maxDeadLetters: 3 * transport.shards };
    expect(await transport.trim(stream, { maxDeadLetters: 1_000 })).toBe(0);
    const deleted = await transport.trim(stream, keep);
    const kept = serials(await transport.listDeadLetters(stream, { max: 100 }));
    expect(kept).toHaveLength(30 - deleted);
    expect(kept).toEqual([27, 28, 29]);
    expect(await transport.inspect(stream)).toMatchObject({ length: 15, pending: 10, deadLetters: 3 });
    expect(await transport.trim(stream, { maxDeadLetters: 0 })).toBe(3);
    expect(await transport.trim(newStream(), keep)).toBe(0);
  });

  it("shows by its epochs that data was lost, and only then; groups come back by themselves", async () => {
    const stream = newStream();
    const other = open();
    await transport.append(stream, numbered(10));
    const held = await transport.consume(stream, { consumer: "alice", max: 8 });
    const before = await transport.dataEpochs(stream);
    expect(before).toHaveLength(transport.shards);
    const beats = before.map(({ beat }) => beat);
    expect(epochsOf(await other.dataEpochs(stream, beats))).toEqual(epochsOf(before));

    await server.loseData();
    const after = await transport.dataEpochs(stream, beats);
    expect(after.every(({ epoch }, shard) => epoch !== before[shard]?.epoch)).toBe(true);
    expect(after.every(({ beat }, shard) => beat >= (beats[shard] ?? 0))).toBe(true);
    expect(epochsOf(await other.dataEpochs(stream, beats))).toEqual(epochsOf(after));

    expect(await transport.consume(stream, { consumer: "alice", max: 8 })).toEqual([]);
    expect((await transport.claimStale(stream, { consumer: "b", minIdleMs: 0, max: 8 })).entries).toEqual([]);
    await transport.append(stream, numbered(10));
    await transport.acknowledge(held);
    expect(await consumeAll(stream, 10)).toHaveLength(10);
  });

  it("finds its group again while it claims after a loss of data", async () => {
    const stream = newStream();
    await transport.append(stream, numbered(3));
    await consumeAll(stream, 3);
    await server.loseData();
    await transport.append(stream, numbered(3));
    expect((await transport.claimStale(stream, { consumer: "b", minIdleMs: 0, max: 8 })).entries).toEqual([]);
    expect(await consumeAll(stream, 3)).toHaveLength(3);
  });

  it("refuses a body that is large enough to be content", async () => {
    const stream = newStream();
    const large = [{ key: "a", body: { text: "x".repeat(3_000) } }];
    await expect(transport.append(stream, [...numbered(1), ...large])).rejects.toThrow(RangeError);
    expect(await transport.inspect(stream)).toMatchObject({ length: 0 });
  });

  it("carries a hint to every subscriber of its channel, and to nobody else", async () => {
    const channel = `run:${randomUUID()}`;
    const heard: string[] = [];
    const other = open();
    const subscriptions = await Promise.all([
      transport.subscribe(channel, (message) => heard.push(`alice ${message}`)),
      other.subscribe(channel, (message) => heard.push(`bob ${message}`)),
      other.subscribe(channel, (message) => heard.push(`bob too ${message}`)),
      other.subscribe(`${channel}0`, (message) => heard.push(`charlie ${message}`)),
    ]);
    await open().publish([
      { channel, message: "one" },
      { channel, message: 'two "ü"' },
    ]);
    await eventually(() => heard.length >= 6);
    expect(heard.sort()).toEqual(
      ["alice", "bob", "bob too"].flatMap((who) => [`${who} one`, `${who} two "ü"`]).sort(),
    );
    await subscriptions[1]?.close();
    await transport.publish([{ channel, message: "three" }]);
    await eventually(() => heard.length >= 8);
    expect(heard.filter((line) => line.endsWith("three")).sort()).toEqual(["alice three", "bob too three"]);
  });

  it("subscribes again by itself, and goes on consuming, when its connections are cut", async () => {
    const stream = newStream();
    const heard: string[] = [];
    await transport.subscribe(stream, (message) => heard.push(message));
    // A call under way may fail with its connection; the next one must not need help.
    const consume = () => transport.consume(stream, { consumer: "alice", max: 4, blockMs: 30_000 });
    const waiting = consume().catch(consume);
    await server.cutConnections();
    await eventually(async () => {
      await transport.publish([{ channel: stream, message: "still here" }]).catch(() => undefined);
      return heard.length > 0;
    });
    await transport.append(stream, numbered(1));
    expect(await waiting).toHaveLength(1);
  });

  it("loses nothing and repeats nothing acknowledged, however consumers crash", async () => {
    const own = open({ maxDeliveries: 1_000 });
    await fc.assert(
      fc.asyncProperty(steps, async (plan) => {
        const account = await play(own, newStream(), { plan, maxDeliveries: 1_000 });
        expect(account.acknowledged.size).toBe(account.appended.length);
        expect(account.poisoned.size).toBe(0);
        expect(account.faults).toEqual([]);
        for (const key of new Set(account.appended.map((entry) => entry.key))) {
          const expected = account.appended.filter((entry) => entry.key === key).map(({ serial }) => serial);
          expect(account.firstDeliveries.filter((serial) => expected.includes(serial))).toEqual(expected);
        }
      }),
      { numRuns: 40 },
    );
  });

  it("accounts for every entry as done or dead when deliveries are few", async () => {
    const own = open({ maxDeliveries: 2 });
    await fc.assert(
      fc.asyncProperty(steps, async (plan) => {
        const stream = newStream();
        const account = await play(own, stream, { plan, maxDeliveries: 2 });
        const accounted = new Set([...account.acknowledged, ...account.poisoned]);
        expect(accounted.size).toBe(account.appended.length);
        expect(account.faults).toEqual([]);
        expect((await own.inspect(stream)).deadLetters).toBe(account.poisoned.size);
      }),
      { numRuns: 30 },
    );
  });
});
