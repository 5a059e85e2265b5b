import { setTimeout as delay } from "node:timers/promises";
import { type JobsOptions, Queue, Worker } from "bullmq";
import type { Contender, Figures, Load, Place } from "../contender.ts";
import { BenchFailure } from "../failure.ts";
import { dueInstants, Lateness, leadMsFor } from "../falling-due.ts";
import { batchesOf, Completions, inBulk, oneByOne } from "../in-flight.ts";

const QUEUE = "bench";
const ADD_BATCH = 1_000;
const CONCURRENCY = 100;

type Data = { number: number; dueMs?: number };
type Events = { onStart?: (data: Data) => void; onFinish?: (data: Data) => void };

/** BullMQ as its guides advise for throughput: bulk adds, concurrency, nothing kept of finished jobs. */
export const contender: Contender = { bulk, single: (place, load) => single(place, load), lateness };

async function bulk(place: Place, load: Load): Promise<Figures> {
  const completions = new Completions();
  const { queue, close } = open(place, { onFinish: (data) => completions.finish(data.number) });
  const figures = await inBulk(load, async (count) => {
    const finished = completions.more(count);
    for (const numbers of batchesOf(count, ADD_BATCH)) await queue.addBulk(numbers.map(toJob));
    await finished;
  });
  await close();
  return figures;
}

/** @param jobOptions as of `open` */
export async function single(place: Place, load: Load, jobOptions?: JobsOptions): Promise<Figures> {
  const completions = new Completions();
  const { queue, close } = open(place, { onFinish: (data) => completions.finish(data.number) }, jobOptions);
  let next = 0;
  const figures = await oneByOne(load, async () => {
    const number = next++;
    const finished = completions.of(number);
    await queue.add("run", { number });
    await finished;
  });
  await close();
  return figures;
}

/**
 * Delayed jobs, written beforehand, and jobs that something else adds at the instant they are due, which remembers
 * nothing: from that instant to the start of their handler.
 */
async function lateness(place: Place, load: Load): Promise<Figures> {
  return { ...(await delayed(place, load)), ...(await addedWhenDue(place, load)) };
}

async function addedWhenDue(place: Place, load: Load): Promise<Figures> {
  const late = new Lateness(load);
  const { queue, close } = open(place, { onStart: (data) => late.record(data.number, data.dueMs ?? 0) });
  const due = dueInstants(load, Date.now());
  const adding: Promise<unknown>[] = [];
  for (let number = 0; number < due.length; await delay(1))
    for (; number < due.length && (due[number] ?? 0) <= Date.now(); number++)
      adding.push(queue.add("run", { number, dueMs: due[number] ?? 0 }));
  await Promise.all([...adding, late.finished]);
  await close();
  return late.figures("added_");
}

async function delayed(place: Place, load: Load): Promise<Figures> {
  const late = new Lateness(load);
  const { queue, close } = open(place, { onStart: (data) => late.record(data.number, data.dueMs ?? 0) });
  const due = dueInstants(load, Date.now() + leadMsFor(load.warmUp + load.runs));
  for (const numbers of batchesOf(due.length, ADD_BATCH))
    await queue.addBulk(
      numbers.map((number) => {
        const dueMs = due[number] ?? 0;
        return { name: "run", data: { number, dueMs }, opts: { delay: Math.max(0, dueMs - Date.now()) } };
      }),
    );
  await late.finished;
  await close();
  return late.figures();
}

const toJob = (number: number): { name: string; data: Data; opts?: JobsOptions } => ({
  name: "run",
  data: { number },
});

/** @param defaultJobOptions what else each job is added with; by default nothing is kept of finished ones */
export function open(
  place: Place,
  on: Events,
  defaultJobOptions: JobsOptions = { removeOnComplete: true, removeOnFail: true },
): { queue: Queue<Data>; close: () => Promise<void> } {
  const url = new URL(place.redisUrl);
  const connection = { host: url.hostname, port: Number(url.port), password: url.password };
  const queue = new Queue<Data>(QUEUE, { connection, defaultJobOptions });
  const worker = new Worker<Data>(QUEUE, async (job) => on.onStart?.(job.data), {
    connection,
    concurrency: CONCURRENCY,
  });
  worker.on("error", (error) => process.stderr.write(`bullmq: ${error.message}\n`));
  // Emitted after Redis has moved the job to its end.
  worker.on("completed", (job) => on.onFinish?.(job.data));
  const close = async () => {
    await worker.close();
    const left = await queue.getJobCountByTypes("active", "waiting", "delayed", "failed");
    if (left > 0) throw new BenchFailure(`BullMQ left ${left} jobs`);
    await queue.close();
  };
  return { queue, close };
}
