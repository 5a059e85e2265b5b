import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Pulse } from "@pulsekeep/contracts/api/pulses";
import { newSecret } from "../../platform/ids.js";
import { startTestApp, type TestApp } from "../../testing/test-app.js";
import type { TestClient } from "../../testing/test-client.js";
import { eventually } from "../../testing/test-eventually.js";
import { createPulse, getRun, runNow } from "../../testing/test-pulse.js";
import { DONE, enrolTestWorker, type TestWorker } from "../../testing/test-worker.js";
import { Announcer } from "./announcer.js";
import { ClaimsService } from "./claims.service.js";
import { RunRules } from "./run-rules.js";
import { Databases } from "../../platform/database.js";
import { createLogger } from "../../platform/logger.js";

const CAP = 5;
const WRITES = 20;
const PULSES = 30;
const NOTES = { repository: "octo-alice/notes" };

let test: TestApp;
let alice: TestClient;
let worker: TestWorker;
/** As another process has it: nothing shared but the database. */
let another: ClaimsService;
let databases: Databases;
let names = 0;
beforeAll(async () => {
  test = await startTestApp({
    env: {
      PULSEKEEP_MAX_COMMITS_PER_DAY: String(CAP),
      PULSEKEEP_MAX_WRITES_PER_MINUTE: String(WRITES),
      PULSEKEEP_MAX_PULSES: String(PULSES),
      PULSEKEEP_RUN_LEASE_SECONDS: "20",
    },
  });
  databases = new Databases(test.env);
  const logger = createLogger("silent", { write: () => undefined });
  another = new ClaimsService(databases, test.get(Announcer), new RunRules(test.env), logger);
});
afterAll(async () => {
  await databases.onApplicationShutdown();
  await test.close();
});
// Counts are by workspace, so each test has its own.
beforeEach(async () => {
  names += 1;
  alice = await test.signUp(`Alice${names}`);
  worker = await enrolTestWorker(test, alice);
  await worker.hello();
});

const countOf = async (state: string): Promise<number> =>
  (await test.sql("select 1 from runs where workspace_id = $1 and state = $2", [worker.workspaceId, state]))
    .length;

/** Heads of lanes that nobody has claimed. */
const countClaimable = async (): Promise<number> =>
  (
    await test.sql(
      `select 1 from runs r where workspace_id = $1 and state in ('queued', 'offered')
         and seq = (select min(seq) from runs o where o.lane_id = r.lane_id and o.ended_at is null)`,
      [worker.workspaceId],
    )
  ).length;

const claimable = (count: number) =>
  eventually(async () => (await countClaimable()) === count, { what: `${count} claimable runs` });

/** One run in each of many branches: what can be claimed at once. */
async function offerInBranches(count: number, target: Record<string, string> = NOTES): Promise<Pulse[]> {
  const pulses: Pulse[] = [];
  for (let branch = 0; branch < count; branch += 1) {
    const pulse = await createPulse(alice, worker, { target: { ...target, branch: `b${branch}` } });
    await runNow(alice, pulse);
    pulses.push(pulse);
  }
  await claimable(count);
  return pulses;
}

async function claimAndReport(): Promise<string> {
  const [claimed] = await eventually(async () => {
    const claimed = await worker.claim({ max: 1 });
    return claimed.length > 0 && claimed;
  });
  if (!claimed) throw new Error("nothing was claimed");
  await worker.report(claimed, DONE);
  return claimed.runId;
}

it("BOMB-07 a workspace has no more pulses than it may, also when they come together", async () => {
  const attempts = Array.from({ length: PULSES + 5 }, (_, index) =>
    createPulse(alice, worker, { name: `Pulse ${index}` }).then(
      () => "created",
      (error: Error) => error.message,
    ),
  );
  const answers = await Promise.all(attempts);
  expect(answers.filter((answer) => answer === "created")).toHaveLength(PULSES);
  expect(answers.filter((answer) => answer.includes("too_many_pulses"))).toHaveLength(5);
  const [first] = (await alice.get<{ rows: Pulse[] }>("/api/v1/pulses?limit=1")).body.rows;
  await alice.call("DELETE", `/api/v1/pulses/${first?.id}`);
  await createPulse(alice, worker, { name: "In its place" });
});

describe("the daily cap of a repository", () => {
  it("is never exceeded by forty claims of two processes, over branches, pulses and workers", async () => {
    const other = await enrolTestWorker(test, alice, { repositoryFullName: "octo-alice/other" });
    await other.hello();
    await offerInBranches(8);
    // Case means nothing to GitHub.
    for (let branch = 0; branch < 4; branch += 1)
      await runNow(
        alice,
        await createPulse(alice, other, { target: { repository: "Octo-Alice/Notes", branch: `c${branch}` } }),
      );
    await claimable(12);
    const claims = await Promise.all(
      Array.from({ length: 40 }, (_, index) =>
        (index % 2 === 0 ? another : test.get(ClaimsService)).claimRuns(
          { workerId: index % 4 < 2 ? worker.id : other.id, workspaceId: worker.workspaceId },
          { claimId: newSecret(16), max: 1 + (index % 3) },
        ),
      ),
    );
    expect(claims.flat().length).toBeLessThanOrEqual(CAP);
    // What one process is looking at, the other leaves alone: it comes with the next claims.
    await eventually(async () => {
      await worker.claim();
      await other.claim();
      return (await countClaimable()) === 0;
    });
    expect([await countOf("claimed"), await countOf("skipped")]).toEqual([CAP, 12 - CAP]);
  });

  it("ends what is beyond it as skipped, with the reason, and the lane goes on", async () => {
    const pulse = await createPulse(alice, worker, { target: NOTES });
    const runs = [];
    for (let run = 0; run < CAP + 2; run += 1) runs.push(await runNow(alice, pulse));
    for (let run = 0; run < CAP; run += 1) await claimAndReport();
    expect(await worker.claim({ waitSeconds: 1 })).toEqual([]);
    await eventually(async () => (await countOf("skipped")) === 2);
    for (const { id } of runs.slice(CAP))
      expect(await getRun(alice, id)).toMatchObject({ state: "skipped", reason: "daily_cap", attempts: 0 });
    // Yesterday does not count.
    await test.sql(
      `update repository_commits set day_starts_at = day_starts_at - interval '25 hours',
         quarters = array(select q - interval '25 hours' from unnest(quarters) q)
       where workspace_id = $1`,
      [worker.workspaceId],
    );
    const next = await runNow(alice, pulse);
    expect(await claimAndReport()).toBe(next.id);
  });

  it("leaves other repositories alone", async () => {
    await offerInBranches(CAP);
    expect(await worker.claim()).toHaveLength(CAP);
    const elsewhere = await createPulse(alice, worker, { target: { repository: "octo-alice/else" } });
    const run = await runNow(alice, elsewhere);
    expect(await claimAndReport()).toBe(run.id);
  });

  it("counts the day of each pulse's own zone", async () => {
    await offerInBranches(CAP);
    expect(await worker.claim()).toHaveLength(CAP);
    // What was written 20 hours ago is today in no zone, or in the one whose day began before that.
    await test.sql(
      `update repository_commits set day_starts_at = day_starts_at - interval '20 hours',
         quarters = array(select q - interval '20 hours' from unnest(quarters) q)
       where workspace_id = $1`,
      [worker.workspaceId],
    );
    const hoursOfDay = (offset: number) => (new Date().getUTCHours() + offset + 24) % 24;
    const offsets = Array.from({ length: 25 }, (_, index) => index - 12);
    const young = offsets.find((offset) => hoursOfDay(offset) < 18) ?? 0;
    const old = offsets.find((offset) => hoursOfDay(offset) >= 22) ?? 0;
    const zoneOf = (offset: number) => `Etc/GMT${offset > 0 ? "-" : "+"}${Math.abs(offset)}`;
    const ask = async (offset: number) => {
      const target = { ...NOTES, branch: `zone${offset + 12}` };
      return runNow(alice, await createPulse(alice, worker, { target, timeZone: zoneOf(offset) }));
    };
    const late = await ask(old);
    expect(await worker.claim({ waitSeconds: 1 })).toEqual([]);
    await eventually(async () => (await getRun(alice, late.id)).state === "skipped");
    const early = await ask(young);
    expect(await claimAndReport()).toBe(early.id);
  });

  it("counts a run once, however often it is claimed, and not at all when the worker refuses it", async () => {
    const pulse = await createPulse(alice, worker, { target: NOTES });
    await runNow(alice, pulse);
    const claimOne = () =>
      eventually(async () => (await worker.claim({ max: 1 }))[0], { what: "a run to claim" });
    for (let again = 0; again < CAP; again += 1) await worker.release(await claimOne());
    await worker.report(await claimOne());
    for (let refused = 0; refused < CAP; refused += 1) {
      await runNow(alice, pulse);
      await worker.report(await claimOne(), {
        outcome: "refused",
        reason: { code: "not_allowed", detail: "" },
      });
    }
    for (let run = 1; run < CAP; run += 1) await runNow(alice, pulse);
    for (let run = 1; run < CAP; run += 1) await claimAndReport();
    const last = await runNow(alice, pulse);
    expect(await worker.claim({ waitSeconds: 1 })).toEqual([]);
    await eventually(async () => (await getRun(alice, last.id)).state === "skipped");
  });
});

describe("the writes of a workspace in a minute", () => {
  /** So far away that a test is over before the minute is. */
  const holdMinute = (startsAt: string) =>
    test.sql(
      `insert into workspace_writes values ($1, ${startsAt}, $2, 0)
       on conflict (workspace_id) do update set minute_starts_at = excluded.minute_starts_at, writes = excluded.writes`,
      [worker.workspaceId, WRITES - 3],
    );

  it("delay what is beyond their limit, and lose nothing", async () => {
    await holdMinute("now() + interval '1 hour'");
    for (let repository = 0; repository < 8; repository += 1) {
      const target = { repository: `octo-alice/r${repository}` };
      await runNow(alice, await createPulse(alice, worker, { target }));
    }
    await claimable(8);
    const claims = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        (index % 2 === 0 ? another : test.get(ClaimsService)).claimRuns(
          { workerId: worker.id, workspaceId: worker.workspaceId },
          { claimId: newSecret(16), max: 2 },
        ),
      ),
    );
    expect(claims.flat().length).toBeLessThanOrEqual(3);
    await worker.claim();
    expect(await worker.claim()).toEqual([]);
    expect([await countOf("claimed"), await countClaimable()]).toEqual([3, 5]);
    expect(
      await test.sql("select 1 from repository_commits where workspace_id = $1 and counts <> '{0}'", [
        worker.workspaceId,
      ]),
    ).toHaveLength(3);
    await holdMinute("now() - interval '1 hour'");
    expect(await worker.claim()).toHaveLength(5);
    expect(await countOf("skipped")).toBe(0);
  });

  it("do not count a worker's first run", async () => {
    await test.sql("insert into workspace_writes values ($1, now() + interval '1 hour', $2, 0)", [
      worker.workspaceId,
      WRITES,
    ]);
    const pulse = await createPulse(alice, worker, { target: NOTES });
    const run = await runNow(alice, pulse);
    await test.sql("update runs set kind = 'verify' where id = $1", [run.id]);
    await claimable(1);
    expect(await worker.claim()).toHaveLength(1);
  });

  it("let a long poll sleep until the minute is over, and then have what waited", async () => {
    const pulse = await createPulse(alice, worker, { target: NOTES });
    const run = await runNow(alice, pulse);
    await claimable(1);
    await test.sql("insert into workspace_writes values ($1, now() + interval '1 hour', $2, 0)", [
      worker.workspaceId,
      WRITES,
    ]);
    const claims = test.get(ClaimsService);
    let looks = 0;
    const claimRuns = claims.claimRuns.bind(claims);
    claims.claimRuns = (...args) => {
      looks += 1;
      return claimRuns(...args);
    };
    claims.msUntilRoom = () => 2_000;
    try {
      const waiting = worker.claim({ waitSeconds: 20 });
      await eventually(() => looks > 0);
      await test.sql("update workspace_writes set writes = 0 where workspace_id = $1", [worker.workspaceId]);
      expect((await waiting).map(({ runId }) => runId)).toEqual([run.id]);
      // One at the end of the minute, and one each for the dispatcher and the sweeper, which may wake it too.
      expect(looks).toBeLessThanOrEqual(4);
    } finally {
      Reflect.deleteProperty(claims, "claimRuns");
      Reflect.deleteProperty(claims, "msUntilRoom");
    }
  });

  it("are said to be full until the end of the minute, and of that workspace only", async () => {
    await holdMinute("date_trunc('minute', now()) + interval '1 minute'");
    await test.sql("update workspace_writes set writes = $2 where workspace_id = $1", [
      worker.workspaceId,
      WRITES,
    ]);
    await runNow(alice, await createPulse(alice, worker, { target: NOTES }));
    await claimable(1);
    expect(await worker.claim()).toEqual([]);
    const ms = test.get(ClaimsService).msUntilRoom(worker.workspaceId) ?? 0;
    expect(ms).toBeGreaterThan(55_000);
    expect(ms).toBeLessThanOrEqual(120_000);
    expect(test.get(ClaimsService).msUntilRoom("another")).toBeUndefined();
  });
});
