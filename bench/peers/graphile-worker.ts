import { setTimeout as delay } from "node:timers/promises";
import { Logger, makeWorkerUtils, type Runner, run, type WorkerUtils } from "graphile-worker";
import pg from "pg";
import type { Contender, Figures, Load, Place } from "../contender.ts";
import { dueInstants, Lateness, leadMsFor } from "../falling-due.ts";
import { batchesOf, Completions, inBulk, oneByOne } from "../in-flight.ts";

const ADD_BATCH = 1_000;
/** The settings with which its own documentation states its figures. */
const BATCHED = {
  concurrentJobs: 24,
  maxPoolSize: 25,
  localQueue: { size: 500 },
  completeJobBatchDelay: 0,
  failJobBatchDelay: 0,
};
/** Without the batching: a job is fetched and ended by itself. */
const UNBATCHED = { concurrentJobs: 24, maxPoolSize: 25 };
/** Jobs with a `run_at` in the future are found by asking; the default is two seconds. */
const SOON = { pollInterval: 10 };

type Payload = { number: number; dueMs?: number };
type Settings = NonNullable<GraphileConfig.Preset["worker"]>;

export const contender: Contender = { bulk, single, lateness };

async function bulk(place: Place, load: Load): Promise<Figures> {
  const completions = new Completions();
  const { utils, close } = await open(place, BATCHED, {
    onFinish: ({ number }) => completions.finish(number),
  });
  const figures = await inBulk(load, async (count) => {
    const finished = completions.more(count);
    for (const numbers of batchesOf(count, ADD_BATCH))
      await utils.addJobs(numbers.map((number) => ({ identifier: "run", payload: { number } })));
    await finished;
    await isEmpty(place);
  });
  await close();
  return figures;
}

async function single(place: Place, load: Load): Promise<Figures> {
  const completions = new Completions();
  const { utils, close } = await open(place, UNBATCHED, {
    onFinish: ({ number }) => completions.finish(number),
  });
  let next = 0;
  const figures = await oneByOne(load, async () => {
    const number = next++;
    const finished = completions.of(number);
    await utils.addJob("run", { number });
    await finished;
  });
  await close();
  return figures;
}

/** Jobs with `run_at`, written beforehand: from that instant to the start of their task. */
async function lateness(place: Place, load: Load): Promise<Figures> {
  const late = new Lateness(load);
  const { utils, close } = await open(
    place,
    { ...BATCHED, ...SOON },
    { onStart: ({ number, dueMs }) => late.record(number, dueMs ?? 0) },
  );
  const due = dueInstants(load, Date.now() + leadMsFor(load.warmUp + load.runs));
  for (const numbers of batchesOf(due.length, ADD_BATCH))
    await utils.addJobs(
      numbers.map((number) => {
        const dueMs = due[number] ?? 0;
        return { identifier: "run", payload: { number, dueMs }, runAt: new Date(dueMs) };
      }),
    );
  await late.finished;
  await close();
  return late.figures();
}

async function open(
  place: Place,
  settings: Settings,
  on: { onStart?: (payload: Payload) => void; onFinish?: (payload: Payload) => void },
): Promise<{ utils: WorkerUtils; runner: Runner; close: () => Promise<void> }> {
  const quiet = new Logger(() => (level, message) => {
    if (level === "error") process.stderr.write(`graphile-worker: ${message}\n`);
  });
  const preset = { worker: { ...settings, connectionString: place.databaseUrl, logger: quiet } };
  const utils = await makeWorkerUtils({ preset });
  await utils.migrate();
  const runner = await run({
    preset,
    noHandleSignals: true,
    taskList: { run: async (payload) => on.onStart?.(payload as Payload) },
  });
  // It does not wait for the database to know of the end: a little early, to its advantage.
  runner.events.on("job:complete", ({ job }) => on.onFinish?.(job.payload as Payload));
  const close = async () => {
    await runner.stop();
    await utils.release();
  };
  return { utils, runner, close };
}

/** Resolves when no job is left: the events of the last ones come before their rows are gone. */
async function isEmpty(place: Place): Promise<void> {
  const client = new pg.Client({ connectionString: place.databaseUrl });
  await client.connect();
  const look = () => client.query("select from graphile_worker._private_jobs limit 1");
  while ((await look()).rowCount !== 0) await delay(1);
  await client.end();
}
