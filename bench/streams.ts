/**
 * Streams package against raw pipelined Redis Streams, same server, same client library, same run.
 * Needs `npm run build -w @pulsekeep/streams` and a redis-server on the PATH.
 * JSON lines on standard output; everything else goes to standard error.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { RedisTransport } from "@pulsekeep/streams";
import { Redis } from "ioredis";

const ROUNDS = 3;
const BULK_ENTRIES = 60_000;
const SINGLE_ENTRIES = 60_000;
const BATCH = 500;
const IN_FLIGHT = 64;
const WAKE_ENTRIES = 3_000;

interface Queue {
  append(serials: number[]): Promise<void>;
  /** Takes up to a batch and acknowledges it. Answers how many. */
  work(): Promise<number>;
  close(): Promise<void>;
}

function ours(url: string, stream: string): Queue {
  const transport = new RedisTransport({ connect: () => new Redis(url) });
  return {
    append: (serials) =>
      transport.append(
        stream,
        serials.map((serial) => ({ key: `lane-${serial % 997}`, body: { runId: runId(serial) } })),
      ),
    work: async () => {
      const entries = await transport.consume(stream, { consumer: "bench", max: BATCH, blockMs: 1_000 });
      await transport.acknowledge(entries);
      return entries.length;
    },
    close: () => transport.close(),
  };
}

function raw(url: string, stream: string): Queue {
  const redis = new Redis(url);
  const blocking = new Redis(url);
  const ready = redis.xgroup("CREATE", stream, "bench", "0", "MKSTREAM");
  return {
    append: async (serials) => {
      await ready;
      const pipeline = redis.pipeline();
      for (const serial of serials) {
        pipeline.xadd(
          stream,
          "*",
          "k",
          `lane-${serial % 997}`,
          "b",
          JSON.stringify({ runId: runId(serial) }),
        );
      }
      await pipeline.exec();
    },
    work: async () => {
      await ready;
      const reply = (await blocking.xreadgroup(
        ...(["GROUP", "bench", "bench", "COUNT", BATCH, "BLOCK", 1_000, "STREAMS", stream, ">"] as const),
      )) as [string, [string, string[]][]][] | null;
      const entries = reply?.[0]?.[1] ?? [];
      const bodies = entries.map(([, fields]) => JSON.parse(fields[3] ?? "{}") as unknown);
      const ids = entries.map(([id]) => id);
      if (ids.length > 0)
        await redis
          .pipeline()
          .xack(stream, "bench", ...ids)
          .xdel(stream, ...ids)
          .exec();
      return bodies.length;
    },
    close: async () => {
      redis.disconnect();
      blocking.disconnect();
    },
  };
}

function runId(serial: number): string {
  return `0192f3c4-0000-7000-8000-${String(serial).padStart(12, "0")}`;
}

/** Batches in, batches out, one after the other. */
async function bulk(queue: Queue): Promise<number> {
  const startedMs = performance.now();
  for (let done = 0; done < BULK_ENTRIES; done += BATCH) {
    await queue.append(Array.from({ length: BATCH }, (_, index) => done + index));
    for (let taken = 0; taken < BATCH; ) taken += await queue.work();
  }
  return BULK_ENTRIES / ((performance.now() - startedMs) / 1_000);
}

/** Entries appended one by one, 64 calls in flight, beside one consumer that takes what is there. */
async function single(queue: Queue): Promise<number> {
  const startedMs = performance.now();
  let next = 0;
  const producers = Array.from({ length: IN_FLIGHT }, async () => {
    while (next < SINGLE_ENTRIES) await queue.append([next++]);
  });
  let taken = 0;
  while (taken < SINGLE_ENTRIES) taken += await queue.work();
  await Promise.all(producers);
  return SINGLE_ENTRIES / ((performance.now() - startedMs) / 1_000);
}

/** 1,000 entries a second, one by one, to a waiting consumer: milliseconds from the call of append, 99th percentile. */
async function wakeP99(url: string): Promise<number> {
  const stream = "bench-wake";
  const producer = new RedisTransport({ connect: () => new Redis(url) });
  const consumer = new RedisTransport({ connect: () => new Redis(url) });
  const appendedMs: number[] = [];
  const waitsMs: number[] = [];
  const consuming = (async () => {
    while (waitsMs.length < WAKE_ENTRIES) {
      const entries = await consumer.consume(stream, { consumer: "bench", max: BATCH, blockMs: 1_000 });
      const nowMs = performance.now();
      for (const entry of entries) waitsMs.push(nowMs - (appendedMs[Number(entry.body.serial)] ?? nowMs));
      await consumer.acknowledge(entries);
    }
  })();
  const startedMs = performance.now();
  const appending: Promise<void>[] = [];
  for (let serial = 0; serial < WAKE_ENTRIES; ) {
    for (; serial < WAKE_ENTRIES && serial <= performance.now() - startedMs; serial++) {
      appendedMs[serial] = performance.now();
      appending.push(producer.append(stream, [{ key: `lane-${serial % 997}`, body: { serial } }]));
    }
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await Promise.all([...appending, consuming]);
  await Promise.all([producer.close(), consumer.close()]);
  return waitsMs.sort((a, b) => a - b)[Math.floor(WAKE_ENTRIES * 0.99)] ?? Number.NaN;
}

async function startRedis() {
  const dir = await mkdtemp(path.join(tmpdir(), "pulsekeep-bench-"));
  const port = await findFreePort();
  const args = ["--port", String(port), "--bind", "127.0.0.1", "--dir", dir, "--save", ""];
  const durable = ["--appendonly", "yes", "--appendfsync", "everysec"];
  const child = spawn("redis-server", [...args, ...durable], { stdio: "ignore" });
  const stop = async () => {
    const exited = once(child, "exit");
    child.kill("SIGTERM");
    await exited;
    await rm(dir, { recursive: true, force: true });
  };
  return { url: `redis://127.0.0.1:${port}`, stop };
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

function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

const server = await startRedis();
const contenders = { ours, "raw-redis": raw };
const ways = { bulk, single };
try {
  for (const [metric, way] of Object.entries(ways)) {
    const rates: Record<string, number[]> = { ours: [], "raw-redis": [] };
    // Round 0 warms up. The contenders take turns, so that a slow minute of the machine hits both.
    for (let round = 0; round <= ROUNDS; round++) {
      for (const [name, open] of Object.entries(contenders)) {
        const queue = open(server.url, `bench-${metric}-${round}`);
        const rate = await way(queue);
        await queue.close();
        if (round > 0) rates[name]?.push(rate);
        console.error(`${metric} round ${round} ${name}: ${Math.round(rate)}/s`);
      }
    }
    const value = median(rates.ours ?? []);
    const peer = median(rates["raw-redis"] ?? []);
    print({ metric, value: Math.round(value), unit: "entries/s" });
    print({ metric, value: Math.round(peer), unit: "entries/s", peer: "raw-redis" });
    print({ metric: `${metric}_of_raw`, value: Math.round((value / peer) * 100), unit: "%" });
  }
  const waitsMs: number[] = [];
  for (let round = 0; round < ROUNDS; round++) waitsMs.push(await wakeP99(server.url));
  print({ metric: "wake_p99", value: Number(median(waitsMs).toFixed(2)), unit: "ms" });
} finally {
  await server.stop();
}

function print(line: { metric: string; value: number; unit: string; peer?: string }): void {
  console.log(JSON.stringify({ bench: "streams", ...line }));
}
