import { setTimeout as delay } from "node:timers/promises";
import { PgBoss } from "pg-boss";
import type { Contender, Figures, Load, Place } from "../contender.ts";
import { dueInstants, Lateness, leadMsFor } from "../falling-due.ts";
import { batchesOf, inBulk, oneByOne } from "../in-flight.ts";

const QUEUE = "bench";
const BATCH = 1_000;
const FETCHERS = 4;
const POOL = 24;
/** Its own workers ask at most twice a second; jobs that fall due are asked for as often as pays. */
const ASK_EVERY_MS = 5;

type Data = { number: number; dueMs?: number };

/** pg-boss by its batch calls: insert, fetch and complete many at once, and each by itself. */
export const contender: Contender = { bulk, single, lateness };

async function bulk(place: Place, load: Load): Promise<Figures> {
  const boss = await open(place);
  const figures = await inBulk(load, async (count) => {
    let left = count;
    const work = async () => {
      while (left > 0) {
        const { length } = await fetchAndComplete(boss, BATCH);
        left -= length;
      }
    };
    const insert = async () => {
      for (const numbers of batchesOf(count, BATCH))
        await boss.insert(
          QUEUE,
          numbers.map((number) => ({ data: { number } })),
        );
    };
    await Promise.all([insert(), ...Array.from({ length: FETCHERS }, work)]);
  });
  await boss.stop({ graceful: false });
  return figures;
}

/** Whoever sent a job takes one and completes it, so that nobody waits for a poll. */
async function single(place: Place, load: Load): Promise<Figures> {
  const boss = await open(place);
  const figures = await oneByOne(load, async (caller) => {
    await boss.send(QUEUE, { number: caller });
    while ((await fetchAndComplete(boss, 1)).length === 0);
  });
  await boss.stop({ graceful: false });
  return figures;
}

/** Jobs with `startAfter`, written beforehand: from that instant to the answer of the fetch. */
async function lateness(place: Place, load: Load): Promise<Figures> {
  const boss = await open(place);
  const late = new Lateness(load);
  const due = dueInstants(load, Date.now() + leadMsFor(load.warmUp + load.runs));
  for (const numbers of batchesOf(due.length, BATCH))
    await boss.insert(
      QUEUE,
      numbers.map((number) => {
        const dueMs = due[number] ?? 0;
        return { data: { number, dueMs }, startAfter: new Date(dueMs) };
      }),
    );
  let isOver = false;
  const work = async () => {
    while (!isOver) {
      const jobs = await fetchAndComplete(boss, BATCH, (data) => late.record(data.number, data.dueMs ?? 0));
      if (jobs.length === 0) await delay(ASK_EVERY_MS);
    }
  };
  const workers = Array.from({ length: FETCHERS }, work);
  await late.finished;
  isOver = true;
  await Promise.all(workers);
  await boss.stop({ graceful: false });
  return late.figures();
}

async function fetchAndComplete(boss: PgBoss, batchSize: number, onStart?: (data: Data) => void) {
  const jobs = await boss.fetch<Data>(QUEUE, { batchSize });
  for (const job of jobs) onStart?.(job.data);
  if (jobs.length > 0)
    await boss.complete(
      QUEUE,
      jobs.map(({ id }) => id),
    );
  return jobs;
}

async function open(place: Place): Promise<PgBoss> {
  const boss = new PgBoss({
    connectionString: place.databaseUrl,
    max: POOL,
    supervise: false,
    schedule: false,
  });
  boss.on("error", (error: Error) => process.stderr.write(`pg-boss: ${error.message}\n`));
  await boss.start();
  // A table of its own, which its documentation advises for large queues.
  await boss.createQueue(QUEUE, { partition: true });
  return boss;
}
