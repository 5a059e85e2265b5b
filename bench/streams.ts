import { setTimeout as delay } from "node:timers/promises";
import type { Figures } from "./contender.ts";
import { batchesOf } from "./in-flight.ts";
import { say } from "./lines.ts";
import { percentile } from "./medians.ts";
import type { BenchOptions } from "./options.ts";
import { printMedians } from "./report.ts";
import { chosen, inWords, mediansOf } from "./rounds.ts";
import { startRedisServer } from "./servers.ts";
import { BATCH, type StreamQueue, streamQueues } from "./stream-queues.ts";

const ENTRIES = 60_000;
const WAKE_PER_SECOND = 1_000;
const WAKE_SECONDS = 3;
const IN_FLIGHT = 64;

type Way = (open: () => StreamQueue, entries: number) => Promise<Figures>;

const ways: Record<string, Way> = { bulk, single, wake };

/** The streams package against raw pipelined Redis Streams: same server, same client library, same process. */
export async function benchStreams(options: BenchOptions, stop: AbortSignal): Promise<void> {
  const server = await startRedisServer(stop);
  try {
    for (const name of chosen(Object.keys(ways), options.ways)) {
      const way = ways[name];
      if (way) printMedians("streams", await inRounds({ name, way, url: server.url, options }));
    }
  } finally {
    await server.stop();
  }
}

/** Round 0 warms up. The contenders take turns, so that a slow minute of the machine hits both. */
async function inRounds(request: { name: string; way: Way; url: string; options: BenchOptions }) {
  const { name, way, url, options } = request;
  const measured = new Map<string, Figures[]>();
  for (let round = 0; round <= options.rounds; round++)
    for (const contender of chosen(Object.keys(streamQueues), options.only)) {
      const stream = `bench-${contender}-${name}-${round}`;
      const open = () => {
        const queue = streamQueues[contender]?.(url, stream);
        if (!queue) throw new Error(`${contender} has no queue`);
        return queue;
      };
      const figures = await way(open, options.runs ?? ENTRIES);
      if (round > 0) measured.set(contender, [...(measured.get(contender) ?? []), figures]);
      say(`${name} round ${round} ${contender}: ${inWords(figures)}`);
    }
  return new Map([...measured].map(([contender, turns]) => [contender, mediansOf(turns)]));
}

/** Batches in, batches out, one after the other. */
async function bulk(open: () => StreamQueue, entries: number): Promise<Figures> {
  const queue = open();
  const startedMs = performance.now();
  for (const serials of batchesOf(entries, BATCH)) {
    await queue.append(serials);
    for (let taken = 0; taken < serials.length; ) taken += (await queue.work()).length;
  }
  const seconds = (performance.now() - startedMs) / 1_000;
  await queue.close();
  return { bulk: { value: entries / seconds, unit: "entries/s" } };
}

/** Entries appended one by one, 64 calls in flight, beside one consumer that takes what is there. */
async function single(open: () => StreamQueue, entries: number): Promise<Figures> {
  const queue = open();
  const startedMs = performance.now();
  let next = 0;
  const producers = Array.from({ length: IN_FLIGHT }, async () => {
    while (next < entries) await queue.append([next++]);
  });
  for (let taken = 0; taken < entries; ) taken += (await queue.work()).length;
  await Promise.all(producers);
  const seconds = (performance.now() - startedMs) / 1_000;
  await queue.close();
  return { single: { value: entries / seconds, unit: "entries/s" } };
}

/** Entries one by one at a constant rate to a consumer that waits: from the call of append until it has them. */
async function wake(open: () => StreamQueue): Promise<Figures> {
  const [producer, consumer] = [open(), open()];
  const entries = WAKE_PER_SECOND * WAKE_SECONDS;
  const appendedMs: number[] = [];
  const waitsMs: number[] = [];
  const consume = async () => {
    while (waitsMs.length < entries) {
      const serials = await consumer.work();
      const nowMs = performance.now();
      for (const serial of serials) waitsMs.push(nowMs - (appendedMs[serial] ?? nowMs));
    }
  };
  const consuming = consume();
  const appending: Promise<void>[] = [];
  const startedMs = performance.now();
  for (let serial = 0; serial < entries; await delay(1))
    for (; serial < entries && serial <= performance.now() - startedMs; serial++) {
      appendedMs[serial] = performance.now();
      appending.push(producer.append([serial]));
    }
  await Promise.all([...appending, consuming]);
  await Promise.all([producer.close(), consumer.close()]);
  return {
    wake_p50: { value: percentile(waitsMs, 0.5), unit: "ms" },
    wake_p99: { value: percentile(waitsMs, 0.99), unit: "ms" },
  };
}
