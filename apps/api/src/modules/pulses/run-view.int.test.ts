import type { Pulse, PulsePreview, Run } from "@pulsekeep/contracts/api/pulses";
import type { AuditEntry } from "@pulsekeep/contracts/api/identity";
import type { Page } from "@pulsekeep/contracts/api/shared";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { newId } from "../../platform/ids.js";
import { RetentionJobs } from "../../platform/retention.jobs.js";
import { startTestApp, type TestApp } from "../../testing/test-app.js";
import type { TestClient } from "../../testing/test-client.js";
import { createPulse, getRun, runNow } from "../../testing/test-pulse.js";
import { enrolTestWorker, type TestWorker } from "../../testing/test-worker.js";

let test: TestApp;
let alice: TestClient;
let worker: TestWorker;
let pulse: Pulse;
beforeAll(async () => {
  // Without the engine's loops: what a run is changes only by what a test says.
  test = await startTestApp({ roles: ["http"], standIn: { runner: false } });
  alice = await test.signUp("Alice");
  worker = await enrolTestWorker(test, alice);
});
afterAll(() => test.close());
beforeEach(async () => {
  pulse = await createPulse(alice, worker);
});

const set = (run: Run, change: string) => test.sql(`update runs set ${change} where id = $1`, [run.id]);
const end = (run: Run, state: string, reason: string | null = null) =>
  test.sql("update runs set state = $2, reason = $3, ended_at = now(), next_action_at = null where id = $1", [
    run.id,
    state,
    reason,
  ]);
const condition = async () => (await alice.get<Pulse>(`/api/v1/pulses/${pulse.id}`)).body.condition;

describe("a late run", () => {
  it.each([
    ["planned", "server_was_down"],
    ["queued", "waits_for_turn"],
    ["offered", "waits_for_worker"],
    ["claimed", "in_progress"],
  ])("that is %s says why, and when its worker looks for work next", async (state, reason) => {
    const run = await runNow(alice, pulse);
    expect(await getRun(alice, run.id)).toMatchObject({ late: false, reason: null });
    await set(run, `state = '${state}', late_after = now() - interval '1 second'`);
    await test.sql("update workers set next_check_in_at = '2031-01-01T10:17:00Z' where id = $1", [worker.id]);
    const seen = await getRun(alice, run.id);
    expect(seen).toMatchObject({ late: true, reason, workerNextCheckInAt: "2031-01-01T10:17:00.000Z" });
    expect(Date.parse(seen.windowEndsAt)).toBeGreaterThan(Date.parse(seen.plannedAt));
    await end(run, "missed", "worker_did_not_come");
    expect(await getRun(alice, run.id)).toMatchObject({
      late: false,
      reason: "worker_did_not_come",
      workerNextCheckInAt: null,
    });
  });

  it("that failed before names that failure and its next try", async () => {
    const run = await runNow(alice, pulse);
    await set(
      run,
      "attempts = 2, reason = 'github_unavailable', late_after = now() - interval '1 ms', next_action_at = '2031-01-01T10:00:00Z'",
    );
    expect(await getRun(alice, run.id)).toMatchObject({
      late: true,
      reason: "github_unavailable",
      attempts: 2,
      retryAt: "2031-01-01T10:00:00.000Z",
    });
  });
});

it("a missed run and its recovery name each other", async () => {
  const missed = await runNow(alice, pulse);
  expect(missed).toMatchObject({ generation: 0, recoversRunId: null, recoveredBy: null });
  await end(missed, "missed", "server_was_down");
  const recovery = await runNow(alice, pulse);
  await test.sql("update runs set slot = $2, generation = 1, recovers_run_id = $3 where id = $1", [
    recovery.id,
    missed.slot,
    missed.id,
  ]);
  expect(await getRun(alice, missed.id)).toMatchObject({
    recoveredBy: { runId: recovery.id, state: "queued", plannedAt: recovery.plannedAt },
  });
  expect(await getRun(alice, recovery.id)).toMatchObject({
    generation: 1,
    recoversRunId: missed.id,
    recoveredBy: null,
  });
});

describe("a pulse", () => {
  it("is planned, late, failed and planned again, as its runs are", async () => {
    expect(await condition()).toBe("planned");
    const first = await runNow(alice, pulse);
    await set(first, "late_after = now() - interval '1 ms'");
    expect(await condition()).toBe("late");
    for (const state of ["failed", "missed", "unknown"]) {
      await end(first, state);
      expect(await condition()).toBe("failed");
    }
    const second = await runNow(alice, pulse);
    await end(second, "succeeded");
    expect(await condition()).toBe("planned");
    const third = await runNow(alice, pulse);
    await end(third, "cancelled");
    expect(await condition()).toBe("planned");
  });

  it("is paused, finished or active by its state when nothing else speaks", async () => {
    const run = await runNow(alice, pulse);
    await end(run, "failed");
    for (const state of ["paused", "finished"] as const) {
      await test.sql("update pulses set state = $2 where id = $1", [pulse.id, state]);
      expect(await condition()).toBe(state);
    }
    await end(run, "succeeded");
    await test.sql("update pulses set state = 'active', next_due_at = null where id = $1", [pulse.id]);
    expect(await condition()).toBe("active");
  });
});

describe("cancelling a run", () => {
  const cancel = (run: { id: string }) => alice.post<Run>(`/api/v1/runs/${run.id}/cancel`);
  const messages = (run: Run) =>
    test.sql<{ topic: string }>(
      "select topic from outbox where body ->> 'workerId' = (select worker_id::text from runs where id = $1)",
      [run.id],
    );

  it.each(["planned", "queued", "offered"])(
    "ends one that is %s, frees its lane, and the audit says so",
    async (state) => {
      const run = await runNow(alice, pulse);
      await set(run, `state = '${state}'`);
      await test.sql("delete from outbox");
      expect(await cancel(run)).toMatchObject({
        status: 200,
        body: { state: "cancelled", reason: "cancelled_by_user" },
      });
      expect(await messages(run)).toEqual([{ topic: "runs.queued" }]);
      expect(await cancel(run)).toMatchObject({ status: 200, body: { state: "cancelled" } });
      expect(await messages(run)).toHaveLength(1);
      const entries = (await alice.get<Page<AuditEntry>>("/api/v1/audit?limit=100")).body.rows;
      expect(
        entries.filter(({ action, subject }) => action === "run.cancelled" && subject.id === run.id),
      ).toHaveLength(1);
    },
  );

  it.each(["claimed", "succeeded", "failed", "missed", "unknown"])("leaves one that is %s", async (state) => {
    const run = await runNow(alice, pulse);
    await set(run, `state = '${state}'`);
    expect(await cancel(run)).toMatchObject({ status: 409, body: { code: "run_not_cancellable" } });
    expect(await getRun(alice, run.id)).toMatchObject({ state });
  });

  it("leaves a worker's first run, and finds none that is not there", async () => {
    const run = await runNow(alice, pulse);
    await set(run, "kind = 'verify'");
    expect((await cancel(run)).status).toBe(409);
    expect((await cancel({ id: newId() })).status).toBe(404);
  });
});

it("a preview shows fifty runs and what is left out between them", async () => {
  const { status, body } = await alice.post<PulsePreview>("/api/v1/pulses/preview", {
    schedule: { kind: "cron", expression: "0 9 * * *" },
    timeZone: "Europe/Paris",
    rest: { restWeekdays: ["sun"], skipDates: [], freezes: [], pausedUntil: null },
    count: 50,
  });
  expect(status).toBe(200);
  expect(body.runs).toHaveLength(50);
  expect(body.gaps.length).toBeGreaterThanOrEqual(7);
  expect(body.gaps.every(({ reason }) => reason === "rest_day")).toBe(true);
});

it("a saved pulse names the same bounds of its next run as its preview did, its hours among them", async () => {
  // Days away, so that it does not begin between the two answers.
  const weekday = ["wed", "thu", "fri", "sat", "sun", "mon", "tue"][new Date().getUTCDay()];
  const timing = {
    schedule: { kind: "times", count: 1, per: "day", fromHour: 9, untilHour: 10, weekdays: [weekday] },
    timeZone: "Europe/Paris",
    jitter: { shape: "uniform", windowMinutes: 720, minimumGapMinutes: 0 },
  };
  const { body } = await alice.post<PulsePreview>("/api/v1/pulses/preview", { ...timing, count: 1 });
  const { nextRun } = await createPulse(alice, worker, timing);
  expect(nextRun).toMatchObject({
    earliestAt: body.runs[0]?.earliestAt,
    latestAt: body.runs[0]?.latestAt,
  });
});

it("previews and runs beside the schedule are counted by user, and limited", async () => {
  const preview = { schedule: { kind: "cron", expression: "0 9 * * *" }, timeZone: "UTC" };
  for (const [path, body] of [
    ["/api/v1/pulses/preview", preview],
    [`/api/v1/pulses/${pulse.id}/run`, {}],
  ] as const) {
    const { headers } = await alice.post(path, body);
    expect(headers.get("x-ratelimit-limit")).toBe("240");
    expect(Number(headers.get("x-ratelimit-remaining"))).toBeLessThan(240);
  }
});

it("old runs go with their notices, but for what is open, young or still says something", async () => {
  const idOf = (daysAgo: number) => {
    const time = (Date.now() - daysAgo * 86_400_000).toString(16).padStart(12, "0");
    return `${time.slice(0, 8)}-${time.slice(8)}${newId().slice(13)}`;
  };
  const old = async (of: Pulse, state: string, days: number, change = "seq = null") => {
    const [run, id] = [await runNow(alice, of), idOf(days)];
    await test.sql(
      `update runs set id = $2, state = $3, ended_at = now() - make_interval(days => $4), next_action_at = null,
         planned_at = now() - make_interval(days => $4) where id = $1`,
      [run.id, id, state, days],
    );
    await test.sql(`update runs set ${change} where id = $1`, [id]);
    await test.sql(
      "insert into run_notices (run_id, kind, workspace_id) select id, 'late', workspace_id from runs where id = $1",
      [id],
    );
    return id;
  };
  const listLeft = async (ids: Record<string, string>) => {
    const rows = await test.sql<{ id: string }>("select id from runs where id = any($1)", [
      Object.values(ids),
    ]);
    const left = new Set(rows.map(({ id }) => id));
    return Object.keys(ids).filter((name) => left.has(ids[name] ?? ""));
  };
  const quiet = await createPulse(alice, worker);
  const ids = {
    first: await old(pulse, "succeeded", 500),
    missed: await old(pulse, "missed", 450, "slot = 'again'"),
    recovery: await old(pulse, "succeeded", 449, "slot = 'again', generation = 1"),
    open: await old(pulse, "claimed", 500, "ended_at = null"),
    slow: await old(pulse, "unknown", 500, "ended_at = now()"),
    release: await old(pulse, "failed", 500, "kind = 'update'"),
    young: await old(pulse, "succeeded", 399),
    month: await old(pulse, "succeeded", 29),
    before: await old(quiet, "succeeded", 700),
    skipped: await old(quiet, "skipped", 650),
    decided: await old(quiet, "failed", 600),
    cancelled: await old(quiet, "cancelled", 500),
  };
  await test.get(RetentionJobs).tidyOnce();
  const kept = ["missed", "open", "slow", "release", "young", "month", "decided", "cancelled"];
  expect(await listLeft(ids)).toEqual(kept);
  const notices = await test.sql("select from run_notices where run_id = any($1)", [Object.values(ids)]);
  expect(notices).toHaveLength(kept.length);
  const { body } = await alice.get<Pulse>(`/api/v1/pulses/${quiet.id}`);
  expect(body).toMatchObject({ condition: "failed", lastRun: { id: ids.cancelled } });
  // Another day, and by an operator who would keep nothing: a month stays in any case.
  await test.sql("select delete_old_runs('00000000-0000-0000-0000-000000000000', 0)");
  expect(await listLeft(ids)).toEqual(["open", "slow", "release", "month", "decided", "cancelled"]);
});
