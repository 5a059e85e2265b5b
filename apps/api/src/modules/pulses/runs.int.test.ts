import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Pulse } from "@pulsekeep/contracts/api/pulses";
import { createRedisForTest } from "../../testing/test-redis-client.js";
import { Relay } from "../../platform/relay.js";
import { TRANSPORT, type Transport } from "../../platform/transport.js";
import { newSecret } from "../../platform/ids.js";
import { startTestApp, type TestApp } from "../../testing/test-app.js";
import type { TestClient } from "../../testing/test-client.js";
import { eventually } from "../../testing/test-eventually.js";
import { createPulse, getRun, listRuns, pulseOf, runNow } from "../../testing/test-pulse.js";
import { DONE, enrolTestWorker, type TestWorker } from "../../testing/test-worker.js";

let test: TestApp;
let alice: TestClient;
let worker: TestWorker;
let pulse: Pulse;
beforeAll(async () => {
  test = await startTestApp();
  alice = await test.signUp("Alice");
});
afterAll(() => test.close());
beforeEach(async () => {
  worker = await enrolTestWorker(test, alice);
  await worker.hello();
  pulse = await createPulse(alice, worker);
});

type Claimed = Awaited<ReturnType<TestWorker["claim"]>>[number];

const claimOne = (claimId = newSecret(16)): Promise<Claimed> =>
  eventually(async () => (await worker.claim({ claimId, max: 1 }))[0], { what: "a run to claim" });
const failed = { outcome: "failed", reason: { code: "github_unavailable", detail: "502" } } as const;

describe("a run", () => {
  it("queued by hand is offered, claimed with a signal of its own, and ends as reported", async () => {
    const run = await runNow(alice, pulse);
    const claimed = await claimOne();
    expect(claimed).toMatchObject({ runId: run.id, fence: 1 });
    expect(claimed.opened).toMatchObject({
      runId: run.id,
      workerId: worker.clientId,
      kind: "commit",
      params: { owner: "octo-alice", repo: "keepstreak-pulse", branch: "main" },
    });
    const lifeSeconds = (claimed.opened.expiresAt.getTime() - claimed.opened.notBefore.getTime()) / 1_000;
    expect(lifeSeconds).toBeLessThanOrEqual(900);
    expect(await getRun(alice, run.id)).toMatchObject({ state: "claimed", attempts: 1 });
    expect(await worker.report(claimed)).toMatchObject({ status: 200, body: { state: "succeeded" } });
    expect(await getRun(alice, run.id)).toMatchObject({ state: "succeeded", commitSha: "a".repeat(40) });
  });

  it("is claimed by a worker that was already waiting for it", async () => {
    const waiting = worker.claim({ waitSeconds: 20 });
    const startedAt = performance.now();
    const run = await runNow(alice, pulse);
    expect((await waiting).map(({ runId }) => runId)).toEqual([run.id]);
    expect(performance.now() - startedAt).toBeLessThan(10_000);
  });

  it("comes again with the same claim, signed anew, and counts as one attempt", async () => {
    await runNow(alice, pulse);
    const claimId = newSecret(16);
    const first = await claimOne(claimId);
    const [second] = await worker.claim({ claimId });
    expect(second).toMatchObject({ runId: first.runId, fence: first.fence });
    expect(second?.opened.params).toEqual(first.opened.params);
    expect(second?.opened.signalId).not.toBe(first.opened.signalId);
    expect(await worker.claim()).toEqual([]);
    expect(await getRun(alice, first.runId)).toMatchObject({ attempts: 1 });
  });

  it("never comes with more than the worker asked for", async () => {
    for (const repository of ["octo-alice/one", "octo-alice/two", "octo-alice/three"])
      await runNow(alice, await createPulse(alice, worker, { target: { repository } }));
    await eventually(
      async () =>
        (
          await test.sql("select 1 from runs where worker_id = $1 and state in ('queued', 'offered')", [
            worker.id,
          ])
        ).length === 3,
    );
    expect(await worker.claim({ max: 1 })).toHaveLength(1);
    expect(await worker.claim({ max: 10 })).toHaveLength(2);
  });

  it("is given to one of twenty claims that come together", async () => {
    await runNow(alice, pulse);
    await eventually(
      async () =>
        (
          await test.sql("select 1 from runs where worker_id = $1 and state in ('queued', 'offered')", [
            worker.id,
          ])
        ).length === 1,
    );
    const claims = await Promise.all(Array.from({ length: 20 }, () => worker.claim()));
    expect(claims.flat()).toHaveLength(1);
  });

  it("takes the same report twice and a third with another outcome, and stays as it ended", async () => {
    await runNow(alice, pulse);
    const claimed = await claimOne();
    const first = await worker.report(claimed);
    expect(await worker.report(claimed)).toMatchObject({ status: 200, body: { state: "succeeded" } });
    expect(await worker.report(claimed, failed)).toMatchObject({ status: 200, body: { state: "succeeded" } });
    expect(first.body.state).toBe("succeeded");
  });

  it("refuses the report of a claim that is no longer the latest", async () => {
    await runNow(alice, pulse);
    const first = await claimOne();
    await expireLease(first);
    const second = await claimOne();
    expect(second).toMatchObject({ runId: first.runId, fence: first.fence + 1 });
    expect(await worker.report(first)).toMatchObject({
      status: 409,
      body: { code: "stale_claim" },
      signed: true,
    });
    expect(await worker.report(second)).toMatchObject({ status: 200, body: { state: "succeeded" } });
  });

  it("still counts a late report while nobody else has claimed it", async () => {
    await runNow(alice, pulse);
    const claimed = await claimOne();
    await expireLease(claimed);
    await eventually(async () => (await getRun(alice, claimed.runId)).state !== "claimed");
    expect(await worker.report(claimed)).toMatchObject({ status: 200, body: { state: "succeeded" } });
  });

  it("whose last lease ran out is unknown until the late report comes", async () => {
    await runNow(alice, pulse);
    const claimed = await claimOne();
    await test.sql("update runs set attempts = 5 where id = $1", [claimed.runId]);
    await expireLease(claimed);
    await eventually(async () => (await getRun(alice, claimed.runId)).state === "unknown");
    expect(await worker.report(claimed)).toMatchObject({ status: 200, body: { state: "succeeded" } });
    expect(await getRun(alice, claimed.runId)).toMatchObject({ state: "succeeded", reason: null });
  });

  it("that was given back is offered at once, and asks for the very same commit", async () => {
    await runNow(alice, pulse);
    const first = await claimOne();
    expect(await worker.release(first)).toMatchObject({
      status: 200,
      body: { releasedRunIds: [first.runId] },
    });
    expect(await worker.release(first)).toMatchObject({ body: { releasedRunIds: [] } });
    const second = await claimOne();
    expect(second.runId).toBe(first.runId);
    expect(second.opened.params).toEqual(first.opened.params);
  });

  it("that failed for now is tried again after a pause, five times at most", async () => {
    const run = await runNow(alice, pulse);
    for (let attempt = 1; attempt <= 5; attempt++) {
      const claimed = await claimOne();
      const { body } = await worker.report(claimed, failed);
      expect(body.state).toBe(attempt < 5 ? "queued" : "failed");
      if (attempt === 5) break;
      expect(await worker.claim()).toEqual([]);
      await test.sql("update runs set next_action_at = now() - interval '1 second' where id = $1", [run.id]);
    }
    expect(await getRun(alice, run.id)).toMatchObject({ state: "failed", reason: "github_unavailable" });
  });

  it("that the worker refuses or cannot judge is not repeated", async () => {
    for (const outcome of ["refused", "unknown"] as const) {
      const run = await runNow(alice, pulse);
      await worker.report(await claimOne(), { outcome, reason: { code: "not_allowed", detail: "" } });
      expect(await getRun(alice, run.id)).toMatchObject({
        state: outcome === "refused" ? "failed" : "unknown",
      });
    }
    expect(await worker.claim()).toEqual([]);
  });

  it("that nothing can be written for ends alone, and the others are claimed", async () => {
    const other = await createPulse(alice, worker, {
      name: "Other",
      target: { repository: "octo-alice/notes", branch: "main" },
    });
    await test.sql("update pulses set target_branch = '../evil' where id = $1", [other.id]);
    const broken = await runNow(alice, other);
    const fine = await runNow(alice, pulse);
    expect((await claimOne()).runId).toBe(fine.id);
    await eventually(async () => (await getRun(alice, broken.id)).state === "failed");
    expect(await getRun(alice, broken.id)).toMatchObject({ reason: "invalid_params" });
  });
});

describe("a lane", () => {
  it("offers its head alone, and the next one after the report", async () => {
    const [first, second, third] = [
      await runNow(alice, pulse),
      await runNow(alice, pulse),
      await runNow(alice, pulse),
    ];
    for (const run of [first, second, third]) {
      const claimed = await claimOne();
      expect(claimed.runId).toBe(run.id);
      expect(await worker.claim()).toEqual([]);
      await worker.report(claimed);
    }
  });

  it("does not hold up another lane of the same worker", async () => {
    const elsewhere = await createPulse(alice, worker, {
      target: { repository: "octo-alice/notes", branch: "main" },
    });
    const [here, there] = [await runNow(alice, pulse), await runNow(alice, elsewhere)];
    const claimed = [await claimOne(), await claimOne()];
    expect(claimed.map(({ runId }) => runId).sort()).toEqual([here.id, there.id].sort());
  });

  it("keeps a head in backoff before the next one", async () => {
    const [first, second] = [await runNow(alice, pulse), await runNow(alice, pulse)];
    await worker.report(await claimOne(), failed);
    expect(await worker.claim()).toEqual([]);
    await test.sql("update runs set next_action_at = now() - interval '1 second' where id = $1", [first.id]);
    const again = await claimOne();
    expect(again.runId).toBe(first.id);
    await worker.report(again);
    expect((await claimOne()).runId).toBe(second.id);
  });
});

describe("a window", () => {
  it("that closes before anybody came leaves a missed run, and a second generation of it", async () => {
    const run = await runNow(alice, pulse);
    await closeWindow(run.id);
    await eventually(async () => (await getRun(alice, run.id)).state === "missed");
    const [recovery] = (await listRuns(alice, pulse)).filter(({ id }) => id !== run.id);
    expect(recovery).toMatchObject({ state: "planned", slot: run.slot });
    const rows = await test.sql("select generation, recovers_run_id from runs where id = $1", [recovery?.id]);
    expect(rows).toEqual([{ generation: 1, recovers_run_id: run.id }]);
    await test.sql("update runs set next_action_at = now() - interval '1 ms' where id = $1", [recovery?.id]);
    expect((await claimOne()).runId).toBe(recovery?.id);
  });

  it("is not reopened by a pulse that skips", async () => {
    const skipping = await createPulse(alice, worker, { recovery: "skip" });
    const run = await runNow(alice, skipping);
    await closeWindow(run.id);
    await eventually(async () => (await getRun(alice, run.id)).state === "missed");
    expect(await listRuns(alice, skipping)).toHaveLength(1);
  });

  it("never takes a run from the worker that has claimed it", async () => {
    const run = await runNow(alice, pulse);
    const claimed = await claimOne();
    await test.sql("update runs set window_ends_at = now() - interval '1 minute' where id = $1", [run.id]);
    expect(await worker.report(claimed)).toMatchObject({ body: { state: "succeeded" } });
  });

  it("that closes after an attempt nobody reported leaves the run unknown, and repeats nothing", async () => {
    const run = await runNow(alice, pulse);
    const claimed = await claimOne();
    await expireLease(claimed);
    await eventually(async () => (await getRun(alice, run.id)).state === "offered");
    await closeWindow(run.id);
    await eventually(async () => (await getRun(alice, run.id)).endedAt !== null);
    expect(await getRun(alice, run.id)).toMatchObject({ state: "unknown", reason: "lease_expired" });
    expect(await listRuns(alice, pulse)).toHaveLength(1);
  });
});

describe("the planner", () => {
  it("puts what is due into the ledger once, and says when it is due next", async () => {
    await test.sql(
      "update pulses set cursor_at = now() - interval '2 days', next_due_at = now() - interval '1 ms' where id = $1",
      [pulse.id],
    );
    const runs = await eventually(async () => {
      const found = await listRuns(alice, pulse);
      return found.length > 0 && found;
    });
    expect(new Set(runs.map(({ slot }) => slot)).size).toBe(
      runs.filter(({ state }) => state !== "planned").length,
    );
    const { body } = await alice.get<Pulse>(`/api/v1/pulses/${pulse.id}`);
    expect(Date.parse(body.nextRun?.plannedAt ?? "")).toBeGreaterThan(Date.now());
  });

  it("catches up a long absence in parts, without two recoveries at once", async () => {
    const anchorAt = new Date(Date.now() - 3 * 86_400_000).toISOString();
    const often = await createPulse(alice, worker, {
      schedule: { kind: "every", everyMinutes: 5, anchorAt },
      jitter: { shape: "uniform", windowMinutes: 0, minimumGapMinutes: 0 },
      recovery: "catch_up_all",
    });
    await test.sql(
      "update pulses set cursor_at = now() - interval '3 days', next_due_at = now() - interval '1 ms' where id = $1",
      [often.id],
    );
    await eventually(
      async () =>
        (
          await test.sql("select 1 from pulses where id = $1 and cursor_at > now() - interval '1 hour'", [
            often.id,
          ])
        ).length === 1,
    );
    const [found] = await test.sql<{ missed: number; recoveries: number; closest: number }>(
      `select count(*) filter (where state = 'missed')::int as missed,
              count(*) filter (where generation > 0)::int as recoveries,
              (select extract(epoch from min(gap))::int from (
                 select planned_at - lag(planned_at) over (order by planned_at) as gap
                 from runs where pulse_id = $1 and generation > 0) as gaps) as closest
       from runs where pulse_id = $1`,
      [often.id],
    );
    expect(found?.missed).toBeGreaterThan(600);
    expect(found?.recoveries).toBeGreaterThan(100);
    expect(found?.closest).toBeGreaterThanOrEqual(60);
    await alice.del(`/api/v1/pulses/${often.id}`);
  });

  it("plans the others when one pulse cannot be planned", async () => {
    const broken = await createPulse(alice, worker, { name: "Broken" });
    await test.sql('update pulses set schedule = \'{"kind":"nothing"}\' where id = $1', [broken.id]);
    await test.sql(
      "update pulses set cursor_at = now() - interval '2 days', next_due_at = now() - interval '1 ms' where id = any($1)",
      [[broken.id, pulse.id]],
    );
    await eventually(async () => (await listRuns(alice, pulse)).length > 0);
    const [row] = await test.sql<{ later: boolean }>(
      "select next_due_at > now() as later from pulses where id = $1",
      [broken.id],
    );
    expect(row?.later).toBe(true);
    await test.sql("delete from pulses where id = $1", [broken.id]);
  });
});

describe("a pulse", () => {
  it("that is deleted takes its open runs with it, and not its history", async () => {
    const done = await runNow(alice, pulse);
    await worker.report(await claimOne());
    const open = await runNow(alice, pulse);
    expect((await alice.del(`/api/v1/pulses/${pulse.id}`)).status).toBe(204);
    expect(await getRun(alice, open.id)).toMatchObject({
      state: "cancelled",
      reason: "pulse_deleted",
      pulseId: null,
    });
    expect(await getRun(alice, done.id)).toMatchObject({ state: "succeeded", pulseId: null });
    expect(await worker.claim()).toEqual([]);
    expect((await alice.del(`/api/v1/pulses/${pulse.id}`)).status).toBe(404);
  });

  it("has no run left when its lane goes, ended or not, and other lanes keep theirs", async () => {
    const elsewhere = await createPulse(alice, worker, { target: { repository: "octo-alice/elsewhere" } });
    const kept = await runNow(alice, elsewhere);
    await runNow(alice, pulse);
    await eventually(async () => (await worker.claim()).length === 2);
    await test.sql("delete from lanes where id = (select lane_id from pulses where id = $1)", [pulse.id]);
    expect(await listRuns(alice, pulse)).toEqual([]);
    expect(await getRun(alice, kept.id)).toMatchObject({ state: "claimed" });
  });

  it("that is deleted while its run is claimed lets it end, and tries nothing again", async () => {
    const run = await runNow(alice, pulse);
    const claimed = await claimOne();
    await alice.del(`/api/v1/pulses/${pulse.id}`);
    expect(await worker.report(claimed, failed)).toMatchObject({ body: { state: "failed" } });
    expect(await getRun(alice, run.id)).toMatchObject({ state: "failed" });
  });

  it("can be deleted beside another one with the same slots", async () => {
    const twin = await createPulse(alice, worker, { name: "Twin" });
    await test.sql(
      "update pulses set cursor_at = now() - interval '2 days', next_due_at = now() - interval '1 ms' where id = any($1)",
      [[twin.id, pulse.id]],
    );
    for (const each of [pulse, twin]) await eventually(async () => (await listRuns(alice, each)).length > 0);
    for (const each of [pulse, twin]) expect((await alice.del(`/api/v1/pulses/${each.id}`)).status).toBe(204);
  });

  it("names the repository's language where its messages ask for it", async () => {
    const message = {
      style: "pro",
      locale: "en",
      templates: ["More {language}"],
      repositoryLanguage: "Rust",
    };
    await runNow(alice, await createPulse(alice, worker, { message }));
    expect((await claimOne()).opened).toMatchObject({
      params: { message: expect.stringMatching(/^More Rust\n\n/) },
    });
  });

  it.each([
    [
      "an unknown placeholder",
      { message: { style: "pro", locale: "en", templates: ["Fine", "On {wekday}"] } },
      "message.templates.1",
    ],
    [
      "a language of two lines",
      { message: { style: "pro", locale: "en", templates: [], repositoryLanguage: "C\nPulse-Run: 1" } },
      "message.repositoryLanguage",
    ],
    ["a lone brace", { message: { style: "pro", locale: "en", templates: ["{"] } }, "message.templates.0"],
    [
      "the mark of another run",
      { message: { style: "pro", locale: "en", templates: ["Pulse-Run: 1"] } },
      "message.templates.0",
    ],
    [
      "marks that turn the text around",
      { message: { style: "pro", locale: "en", templates: ["Fine", "a\u202Eb"] } },
      "message.templates.1",
    ],
    [
      "a template that shows nothing",
      { message: { style: "pro", locale: "en", templates: ["\u200B"] } },
      "message.templates.0",
    ],
    [
      "a pause that leaves nothing before the year 10000",
      {
        rest: { restWeekdays: [], skipDates: [], freezes: [], pausedUntil: "9999-12-31T23:59:59Z" },
        timeZone: "Asia/Manila",
      },
      "rest",
    ],
    [
      "a branch that leaves its name space",
      { target: { repository: "octo-alice/notes", branch: "../main" } },
      "target.branch",
    ],
    ["a repository that is no name", { target: { repository: "-a/.." } }, "target.repository"],
    ["a schedule that cannot be read", { schedule: { kind: "cron", expression: "99 * * * *" } }, "schedule"],
  ])("with %s is refused when it is saved, and the place is named", async (_, changes, path) => {
    const answer = await alice.post("/api/v1/pulses", pulseOf(worker, changes));
    expect(answer).toMatchObject({ status: 422, body: { errors: [{ path }] } });
    if ("target" in changes) return;
    expect(await alice.patch(`/api/v1/pulses/${pulse.id}`, changes)).toMatchObject({ status: 422 });
  });
});

describe("the way from ledger to worker", () => {
  it("delivers twice when the relay dies after it has appended, and the run is offered once", async () => {
    const transport = test.app.get<Transport>(TRANSPORT);
    const append = transport.append.bind(transport);
    let appended = 0;
    const [first, next] = [await runNow(alice, pulse), await runNow(alice, pulse)];
    transport.append = async (...args) => {
      await append(...args);
      appended += 1;
      if (appended === 1) throw new Error("killed before the commit");
    };
    try {
      expect((await alice.post(`/api/v1/runs/${first.id}/cancel`)).status).toBe(200);
      await eventually(() => appended >= 2);
      expect((await claimOne()).runId).toBe(next.id);
      expect(await worker.claim()).toEqual([]);
      expect(await getRun(alice, next.id)).toMatchObject({ attempts: 1 });
    } finally {
      transport.append = append;
    }
    expect(await test.get(Relay).relayOnce()).toBe("idle");
  });

  it("loses no run with the whole stream", async () => {
    const redis = await createRedisForTest(test.redis?.url ?? "");
    const transport = test.app.get<Transport>(TRANSPORT);
    const append = transport.append.bind(transport);
    transport.append = async () => undefined;
    const runs = [await runNow(alice, pulse)];
    await redis.flushall();
    transport.append = append;
    redis.disconnect();
    for (const run of runs) {
      const claimed = await claimOne();
      expect(claimed.runId).toBe(run.id);
      await worker.report(claimed, DONE);
    }
    const after = await runNow(alice, pulse);
    expect((await claimOne()).runId).toBe(after.id);
  });
});

async function expireLease(claimed: { runId: string }): Promise<void> {
  await test.sql(
    "update runs set lease_expires_at = now() - interval '1 second', next_action_at = now() - interval '1 second' where id = $1",
    [claimed.runId],
  );
}

async function closeWindow(runId: string): Promise<void> {
  await test.sql(
    "update runs set window_ends_at = now() - interval '1 second', next_action_at = now() - interval '1 second' where id = $1",
    [runId],
  );
}
