import { Queue, Worker } from "bullmq";
import type { Contender, Figures, Load, Place } from "../contender.ts";

const QUEUE = "bench";
const ADD_BATCH = 1_000;
const CONCURRENCY = 100;

/** BullMQ with what its guides advise for throughput: bulk adds, concurrency, nothing kept of finished jobs. */
export const contender: Contender = { bulk };

async function bulk(place: Place, load: Load): Promise<Figures> {
  const bench = open(place);
  await addAndFinish(bench, load.warmUp);
  const startedMs = performance.now();
  await addAndFinish(bench, load.runs);
  const seconds = (performance.now() - startedMs) / 1_000;
  await bench.close();
  return { bulk: { value: load.runs / seconds, unit: "runs/s" } };
}

type Bench = ReturnType<typeof open>;

async function addAndFinish(bench: Bench, count: number): Promise<void> {
  const finished = bench.whenFinished(count);
  for (let done = 0; done < count; done += ADD_BATCH)
    await bench.queue.addBulk(
      Array.from({ length: Math.min(ADD_BATCH, count - done) }, (_, index) => ({
        name: "run",
        data: { runId: done + index },
      })),
    );
  await finished;
}

function open(place: Place) {
  const url = new URL(place.redisUrl);
  const connection = { host: url.hostname, port: Number(url.port), password: url.password };
  const queue = new Queue(QUEUE, {
    connection,
    defaultJobOptions: { removeOnComplete: true, removeOnFail: true },
  });
  let finished = 0;
  let target = 0;
  let reached: () => void = () => undefined;
  const worker = new Worker(QUEUE, async () => undefined, { connection, concurrency: CONCURRENCY });
  worker.on("error", () => undefined);
  worker.on("completed", () => {
    finished += 1;
    if (finished === target) reached();
  });
  return {
    queue,
    /** Resolves when `count` more jobs are finished, as the worker learns it from Redis. */
    whenFinished: (count: number): Promise<void> => {
      target = finished + count;
      return new Promise((resolve) => {
        reached = resolve;
      });
    },
    close: async () => {
      await worker.close();
      await queue.close();
    },
  };
}
