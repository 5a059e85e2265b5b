import { randomUUID } from "node:crypto";
import type { NestFastifyApplication } from "@nestjs/platform-fastify";
import { shardOf } from "@pulsekeep/streams";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createApp } from "../create-app.js";
import { parseEnv } from "../env.js";
import { insertDeployment, insertProject } from "../modules/metrics/test-watched-project.js";
import { type DurableRedis, startDurableRedis } from "../testing/test-durable-redis.js";
import { startTestApp, type TestApp } from "../testing/test-app.js";
import { eventually } from "../testing/test-eventually.js";
import { enrolTestWorker, type TestWorker } from "../testing/test-worker.js";
import { Jobs } from "./jobs.js";
import { createLogger } from "./logger.js";
import { Reconciler } from "./reconciler.jobs.js";
import { StreamMarks } from "./stream-marks.js";
import { TRANSPORT, type Transport } from "./transport.js";

const LANES = 40;

type StreamJob = Parameters<Jobs["consume"]>[0];

let redis: DurableRedis;
let test: TestApp;
let worker: TestWorker;
let engine: NestFastifyApplication | undefined;
let logs: string[];
/** Lanes that the dispatcher was told of. */
let told: Set<string>;

beforeEach(async () => {
  redis = await startDurableRedis();
  // Requests only; the engine is a server of its own beside it. No scheduler anywhere, so no sweeper.
  test = await startTestApp({ roles: ["http"], transport: "postgres", env: { REDIS_URL: redis.url } });
  worker = await enrolTestWorker(test, await test.signUp("Alice"));
  await worker.hello();
  told = new Set();
  const consume = Reflect.get(Jobs.prototype, "consume") as (this: Jobs, job: StreamJob) => void;
  vi.spyOn(Jobs.prototype, "consume").mockImplementation(function (this: Jobs, consumer) {
    const handle: StreamJob["handle"] = (entries) => {
      if (consumer.topic === "runs.queued") for (const { key } of entries) told.add(key);
      return consumer.handle(entries);
    };
    consume.call(this, { ...consumer, handle });
  });
  logs = [];
});
afterEach(async () => {
  vi.restoreAllMocks();
  await engine?.close();
  engine = undefined;
  await test.close();
  await redis.stop();
});

async function startEngine(): Promise<void> {
  const source = { ...test.source, PULSEKEEP_ROLES: "dispatcher,analyst" };
  engine = await createApp(
    parseEnv(source),
    createLogger("debug", { write: (line: string) => void logs.push(line) }),
  );
}

/** Queued runs, each in a lane of its own, whose entries were lost on their way. */
async function insertQueued(count = LANES): Promise<{ laneId: string; runId: string }[]> {
  const runs = Array.from({ length: count }, () => ({ laneId: randomUUID(), runId: randomUUID() }));
  await test.sql(
    `with wanted as (select * from unnest($3::uuid[], $4::uuid[]) as wanted (lane_id, run_id)), new_lanes as (
       insert into lanes (id, workspace_id, worker_id, target, next_seq)
       select lane_id, $1, $2, lane_id::text, 2 from wanted
     )
     insert into runs (id, workspace_id, worker_id, lane_id, kind, state, slot, seq, nominal_at, planned_at,
       late_after, window_ends_at, next_action_at)
     select run_id, $1, $2, lane_id, 'verify', 'queued', run_id::text, 1, now(), now(),
       now() + interval '1 hour', now() + interval '2 hours', now() + interval '1 hour' from wanted`,
    [worker.workspaceId, worker.id, runs.map(({ laneId }) => laneId), runs.map(({ runId }) => runId)],
  );
  return runs;
}

const transport = (): Transport => test.app.get<Transport>(TRANSPORT);
const append = (runs: readonly { laneId: string }[]) =>
  transport().append(
    "runs.queued",
    runs.map(({ laneId }) => ({ key: laneId, body: { workerId: worker.id } })),
  );
const toldOf = (runs: readonly { laneId: string }[]) => runs.filter(({ laneId }) => told.has(laneId));
const allTold = (runs: readonly { laneId: string }[], timeoutMs: number) =>
  eventually(() => Promise.resolve(toldOf(runs).length === runs.length), {
    timeoutMs,
    what: "an entry of every lane",
  });

/** Whatever the reconciler would do now, it has done. */
async function lookTwice(): Promise<void> {
  for (let look = 0; look < 2; look++) await engine?.get(Reconciler).reconcileOnce();
}

const streamsAreEmpty = () =>
  eventually(async () => (await transport().inspect("runs.queued")).length === 0, {
    what: "an empty stream",
  });

/** Entries that were handed out before the fault, and whose acknowledgement was lost with it, are handed out again. */
async function redeliverStale(): Promise<void> {
  const options = { consumer: "test", minIdleMs: 0, max: 500 };
  const { entries } = await transport().claimStale("runs.queued", options);
  await transport().append("runs.queued", entries);
  await transport().acknowledge(entries);
}

/** Claims and finishes everything that is queued. Each run may be handed out once. */
async function doAll(count: number): Promise<string[]> {
  const done: string[] = [];
  await eventually(
    async () => {
      for (const run of await worker.claim({ max: 10 })) {
        done.push(run.runId);
        expect(run.fence).toBe(1);
        expect(await worker.report(run)).toMatchObject({ status: 200 });
      }
      return done.length >= count;
    },
    { what: `${count} claimed runs` },
  );
  return done;
}

type Fault = { name: string; prepare?: () => Promise<void>; strike: () => Promise<void> };

let bytesBefore = 0;
const faults: Fault[] = [
  { name: "was flushed", strike: async () => void (await redis.admin.flushall()) },
  {
    name: "was restarted without its data",
    strike: async () => {
      await redis.losePower();
      await redis.dropData();
      await redis.start();
    },
  },
  {
    name: "was restarted from an old copy",
    prepare: () => redis.saveCopy(),
    strike: async () => {
      await redis.losePower();
      await redis.putCopyBack();
      await redis.start("no");
    },
  },
  {
    name: "got an old copy put back while it runs",
    prepare: () => redis.saveCopy(),
    strike: () => redis.reloadCopy(),
  },
  {
    // Whether something is missing cannot be seen then, so it counts as a loss.
    name: "was restarted and has all its data again",
    prepare: async () => void (await redis.appendedBytes()),
    strike: async () => {
      await redis.losePower();
      await redis.start();
    },
  },
  {
    name: "lost its power before the last second was on the disk",
    prepare: async () => {
      bytesBefore = await redis.appendedBytes();
    },
    strike: async () => {
      await redis.losePower();
      await redis.cutAppendOnlyFile(bytesBefore);
      await redis.start();
    },
  },
];

describe.each(faults)("a Redis that $name", ({ prepare, strike }) => {
  it("gets everything open again within three seconds, without the sweeper, and nothing is done twice", async () => {
    const doneBefore = await insertQueued();
    await startEngine();
    await allTold(doneBefore, 10_000);
    await append(doneBefore);
    await prepare?.();
    await doAll(LANES);
    await streamsAreEmpty();

    const waiting = await insertQueued();
    await lookTwice();
    expect(toldOf(waiting)).toEqual([]);
    await strike();
    await allTold(waiting, 3_000);

    expect((await doAll(LANES)).sort()).toEqual(waiting.map(({ runId }) => runId).sort());
    await redeliverStale();
    await streamsAreEmpty();
    await lookTwice();
    expect(await worker.claim({ max: 10 })).toEqual([]);
    expect(logs.filter((line) => line.includes("has lost its entries")).length).toBeGreaterThan(0);
  });
});

it("emits what a lost shard held, whichever key it lay there by", async () => {
  await startEngine();
  await lookTwice();
  const runs = await insertQueued();
  const shard = shardOf(worker.id, transport().shards);
  expect(toldOf(runs)).toEqual([]);
  await redis.admin.del(`pk:{runs.queued:${shard}}`, `pk:{runs.queued:${shard}}:epoch`);
  await allTold(runs, 3_000);
});

it("notices a loss that happened while nobody was there", async () => {
  await startEngine();
  await lookTwice();
  await engine?.close();
  const runs = await insertQueued();
  await append(runs);
  await redis.admin.flushall();
  await startEngine();
  await allTold(runs, 3_000);
  expect((await doAll(LANES)).sort()).toEqual(runs.map(({ runId }) => runId).sort());
});

it("does work once that comes back with an old copy, and was never finished in it", async () => {
  const runs = await insertQueued();
  await append(runs);
  await redis.saveCopy();
  await startEngine();
  await allTold(runs, 10_000);
  await doAll(LANES);
  await streamsAreEmpty();
  await engine?.close();
  await redis.reloadCopy();
  expect(await transport().inspect("runs.queued")).toMatchObject({ length: LANES, pending: 0 });
  await startEngine();
  await lookTwice();
  await streamsAreEmpty();
  expect(await worker.claim({ max: 10 })).toEqual([]);
});

it("leaves lanes alone whose head is offered, claimed or over, and emits more than one page", async () => {
  const runs = await insertQueued(1_203);
  const [offeredRun, claimedRun, overRun] = runs;
  await test.sql("update runs set state = 'offered' where id = $1", [offeredRun?.runId]);
  await test.sql("update runs set state = 'claimed' where id = $1", [claimedRun?.runId]);
  await test.sql("update runs set state = 'succeeded', ended_at = now() where id = $1", [overRun?.runId]);
  await test.get(Reconciler).reconcileOnce();
  const keys: string[] = [];
  for (;;) {
    const entries = await transport().consume("runs.queued", { consumer: "test", max: 500 });
    if (entries.length === 0) break;
    keys.push(...entries.map(({ key }) => key));
    await transport().acknowledge(entries);
  }
  expect(keys.sort()).toEqual(
    runs
      .slice(3)
      .map(({ laneId }) => laneId)
      .sort(),
  );
});

it("emits once for a loss, whichever of several processes notices it", async () => {
  const others = await Promise.all(
    [1, 2].map(() => createApp(parseEnv(test.source), createLogger("silent", { write: () => undefined }))),
  );
  const all = [test.app, ...others].map((app) => app.get(Reconciler));
  try {
    await insertQueued();
    await Promise.all(all.map((reconciler) => reconciler.reconcileOnce()));
    expect(await transport().inspect("runs.queued")).toMatchObject({ length: LANES });
    await redis.admin.flushall();
    for (let look = 0; look < 3; look++)
      await Promise.all(all.map((reconciler) => reconciler.reconcileOnce()));
    expect(await transport().inspect("runs.queued")).toMatchObject({ length: LANES });
  } finally {
    await Promise.all(others.map((other) => other.close()));
  }
});

it("takes over from a process that stopped while it emitted", async () => {
  const runs = await insertQueued();
  await test.get(Reconciler).reconcileOnce();
  await redis.admin.flushall();
  await test.sql("update stream_marks set claimed_until = now() + interval '1 second'");
  await test.get(Reconciler).reconcileOnce();
  expect(await transport().inspect("runs.queued")).toMatchObject({ length: 0 });
  await eventually(async () => {
    await test.get(Reconciler).reconcileOnce();
    return (await transport().inspect("runs.queued")).length === runs.length;
  });
});

it("brings deployments under observation up again", async () => {
  const project = await insertProject(test, { url: "http://127.0.0.1:4999/seqpulse-metrics" });
  const watched = await insertDeployment(test, project, {
    state: "observing",
    startedIn: -20,
    finishedIn: -10,
    observeUntilIn: 600,
    nextActionIn: 600,
  });
  await insertDeployment(test, project, { state: "superseded", startedIn: -500, endedIn: -400 });
  await test.get(Reconciler).reconcileOnce();
  const entries = await transport().consume("deployments.evaluate", { consumer: "test", max: 10 });
  expect(entries).toMatchObject([{ key: watched, body: { deploymentId: watched } }]);
});

it("emits again what PostgreSQL lost in a crash, where PostgreSQL is the transport", async () => {
  const without = await startTestApp({ roles: ["http"], transport: "postgres" });
  const sources = without.get(Reconciler);
  const inPostgres = without.app.get<Transport>(TRANSPORT);
  try {
    const project = await insertProject(without, { url: "http://127.0.0.1:4999/seqpulse-metrics" });
    await insertDeployment(without, project, { state: "running", startedIn: -20, nextActionIn: 600 });
    for (let look = 0; look < 3; look++) await sources.reconcileOnce();
    expect(await inPostgres.inspect("deployments.evaluate")).toMatchObject({ length: 1 });
    // What a crash does to unlogged tables.
    await without.sql("truncate stream_entries, stream_delayed, stream_epochs");
    for (let look = 0; look < 3; look++) await sources.reconcileOnce();
    expect(await inPostgres.inspect("deployments.evaluate")).toMatchObject({ length: 1 });
  } finally {
    await without.close();
  }
});

it("refuses two sources for one topic", () => {
  expect(() => test.get(Reconciler).register("runs.queued", async () => [])).toThrow("two sources");
});

it("keeps a process from starting that has a topic without a source", () => {
  const silent = createLogger("silent", { write: () => undefined });
  const bare = new Reconciler(transport(), test.get(StreamMarks), test.get(Jobs), silent);
  bare.register("runs.queued", async () => []);
  expect(() => bare.onApplicationBootstrap()).toThrow("deployments.evaluate");
});
