import { Redis } from "ioredis";
import type { Contender, Figures, Load, Place } from "../contender.ts";
import { batchesOf, Completions, inBulk, oneByOne } from "../in-flight.ts";

const STREAM = "bench";
const GROUP = "bench";
const BATCH = 500;
const BLOCK_MS = 100;

/** Redis Streams by hand, pipelined: no truth outside Redis, no order per lane, no retries. A yardstick, no queue. */
export const contender: Contender = { bulk, single };

async function bulk(place: Place, load: Load): Promise<Figures> {
  const bench = await open(place);
  const figures = await inBulk(load, async (count) => {
    const finished = bench.completions.more(count);
    for (const numbers of batchesOf(count, BATCH)) await bench.append(numbers);
    await finished;
  });
  await bench.close();
  return figures;
}

async function single(place: Place, load: Load): Promise<Figures> {
  const bench = await open(place);
  let next = 0;
  const figures = await oneByOne(load, async () => {
    const number = next++;
    const finished = bench.completions.of(number);
    await bench.append([number]);
    await finished;
  });
  await bench.close();
  return figures;
}

async function open(place: Place) {
  const redis = new Redis(place.redisUrl);
  const blocking = new Redis(place.redisUrl);
  const completions = new Completions();
  await redis.xgroup("CREATE", STREAM, GROUP, "0", "MKSTREAM");
  let isOpen = true;
  const consume = async () => {
    while (isOpen) {
      const entries = await readBatch(blocking);
      if (entries.length === 0) continue;
      const ids = entries.map(([id]) => id);
      await redis
        .pipeline()
        .xack(STREAM, GROUP, ...ids)
        .xdel(STREAM, ...ids)
        .exec();
      for (const [, fields] of entries) completions.finish(Number(fields[1]));
    }
  };
  const consuming = consume();
  return {
    completions,
    append: async (numbers: readonly number[]) => {
      const pipeline = redis.pipeline();
      for (const number of numbers) pipeline.xadd(STREAM, "*", "n", String(number));
      await pipeline.exec();
    },
    close: async () => {
      isOpen = false;
      await consuming;
      redis.disconnect();
      blocking.disconnect();
    },
  };
}

async function readBatch(redis: Redis): Promise<[id: string, fields: string[]][]> {
  const reply = (await redis.xreadgroup(
    ...(["GROUP", GROUP, "bench", "COUNT", BATCH, "BLOCK", BLOCK_MS, "STREAMS", STREAM, ">"] as const),
  )) as [string, [string, string[]][]][] | null;
  return reply?.[0]?.[1] ?? [];
}
