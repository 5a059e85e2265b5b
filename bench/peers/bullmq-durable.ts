import { Redis } from "ioredis";
import type { Contender, Figures, Load, Place } from "../contender.ts";
import { leadMsFor } from "../falling-due.ts";
import { batchesOf, Completions } from "../in-flight.ts";
import { open, single } from "./bullmq.ts";

const ADD_BATCH = 1_000;
/** A ledger: what has finished stays. */
const KEPT = { removeOnComplete: false, removeOnFail: false };

/**
 * BullMQ with what of our promises its settings can give: jobs written beforehand fall due at one instant, finished
 * jobs are kept, and Redis flushes each write to its file before it answers. Still unsigned, unordered and not fenced.
 */
export const contender: Contender = {
  bulk: (place, load) => flushingAlways(place, () => bulk(place, load)),
  single: (place, load) => flushingAlways(place, () => single(place, load, KEPT)),
};

async function bulk(place: Place, load: Load): Promise<Figures> {
  const completions = new Completions();
  const { queue, close } = open(place, { onFinish: (data) => completions.finish(data.number) }, KEPT);
  const fallDue = async (count: number): Promise<number> => {
    const finished = completions.more(count);
    const dueMs = Date.now() + leadMsFor(count);
    for (const numbers of batchesOf(count, ADD_BATCH))
      await queue.addBulk(
        numbers.map((number) => ({
          name: "run",
          data: { number },
          opts: { delay: Math.max(0, dueMs - Date.now()) },
        })),
      );
    await finished;
    return Date.now() - dueMs;
  };
  await fallDue(load.warmUp);
  const tookMs = await fallDue(load.runs);
  await close();
  return { bulk: { value: load.runs / (tookMs / 1_000), unit: "runs/s" } };
}

async function flushingAlways(place: Place, measure: () => Promise<Figures>): Promise<Figures> {
  const redis = new Redis(place.redisUrl);
  await redis.config("SET", "appendfsync", "always");
  try {
    return await measure();
  } finally {
    await redis.config("SET", "appendfsync", "everysec");
    redis.disconnect();
  }
}
