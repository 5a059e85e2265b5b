import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import type { Pulse } from "@pulsekeep/contracts/api/pulses";
import type { Jitter, Schedule } from "@pulsekeep/contracts/schedule";
import { nextRun, type PlannedRun } from "@pulsekeep/schedule";
import { startTestApp, type TestApp } from "../../testing/test-app.js";
import type { TestClient } from "../../testing/test-client.js";
import { besideTransaction, untilWaiting } from "../../testing/test-locks.js";
import { createPulse, listRuns, pulseOf, runNow } from "../../testing/test-pulse.js";
import { enrolTestWorker, type TestWorker } from "../../testing/test-worker.js";
import { Databases } from "../../platform/database.js";
import { PlannerJobs } from "./planner.jobs.js";
import { WorkerRunsService } from "./worker-runs.service.js";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const NO_JITTER: Jitter = { shape: "uniform", windowMinutes: 0, minimumGapMinutes: 0 };

let test: TestApp;
let alice: TestClient;
let worker: TestWorker;
let startedMs: number;
// No planner but the one that an edit needs: what is due stays due.
beforeAll(async () => {
  test = await startTestApp({ roles: ["http"] });
  alice = await test.signUp("Alice");
});
afterAll(() => test.close());
beforeEach(async () => {
  worker = await enrolTestWorker(test, alice);
  startedMs = Date.now();
});

/** Half past an hour of this pulse, so that no test runs over an occurrence. */
const hourly = (): Schedule => ({
  kind: "every",
  everyMinutes: 60,
  anchorAt: new Date(startedMs - 1000 * HOUR_MS - 30 * MINUTE_MS).toISOString(),
});

/** Where midnight is far: no delay leaves its date, and what comes shortly before it may give way to what comes after. */
function zoneAtNoon(): string {
  const hoursPast = new Date(startedMs).getUTCHours() - 12;
  return `Etc/GMT${hoursPast < 0 ? hoursPast : `+${hoursPast}`}`;
}

const createHourly = (changes: Record<string, unknown>): Promise<Pulse> =>
  createPulse(alice, worker, { schedule: hourly(), timeZone: zoneAtNoon(), ...changes });

const edit = async (pulse: Pulse, changes: Record<string, unknown>): Promise<Pulse> => {
  const answer = await alice.patch<Pulse>(`/api/v1/pulses/${pulse.id}`, changes);
  expect(answer.status).toBe(200);
  return answer.body;
};

const scheduledRuns = async (pulse: Pulse) =>
  (await listRuns(alice, pulse)).filter(({ slot }) => !slot.startsWith("now:"));

/** What the planner goes on with, walked from the cursor as it does. */
async function goesOnWith(pulse: Pulse): Promise<PlannedRun | undefined> {
  const [row] = await test.sql<{
    schedule: Schedule;
    time_zone: string;
    jitter: Jitter;
    jitter_secret: string;
    cursor_at: Date;
  }>("select schedule, time_zone, jitter, jitter_secret, cursor_at from pulses where id = $1", [pulse.id]);
  if (!row) throw new Error("no such pulse");
  const { schedule, time_zone: timeZone, jitter, jitter_secret: jitterSecret, cursor_at: after } = row;
  return nextRun({ schedule, timeZone, jitter, jitterSecret, pulseId: pulse.id, after });
}

/** As if nothing had planned the pulse for so long. */
async function leaveFor(pulse: Pulse, ms: number): Promise<void> {
  await test.sql("update pulses set cursor_at = $2 where id = $1", [pulse.id, new Date(startedMs - ms)]);
  await test.sql("update pulses set next_due_at = $2 where id = $1", [
    pulse.id,
    (await goesOnWith(pulse))?.plannedAt,
  ]);
}

it("an edit keeps the run whose occurrence has passed and whose delay has not", async () => {
  const jitter: Jitter = { shape: "uniform", windowMinutes: 50, minimumGapMinutes: 0 };
  const pulse = await createHourly({ jitter });
  // Of all delays one that has minutes to go.
  let waiting: PlannedRun | undefined;
  for (let secret = 0; secret < 200; secret += 1) {
    await test.sql("update pulses set jitter_secret = $2 where id = $1", [pulse.id, `secret ${secret}`]);
    await leaveFor(pulse, 31 * MINUTE_MS);
    waiting = await goesOnWith(pulse);
    if (waiting && waiting.plannedAt.getTime() > startedMs + 5 * MINUTE_MS) break;
  }
  expect(waiting?.occurrenceAt.getTime()).toBe(startedMs - 30 * MINUTE_MS);
  const edited = await edit(pulse, {
    rest: { restWeekdays: [], skipDates: ["2001-01-01"], freezes: [], pausedUntil: null },
  });
  expect(edited.nextRun?.plannedAt).toBe(waiting?.plannedAt.toISOString());
  expect((await goesOnWith(pulse))?.slot).toBe(waiting?.slot);
  expect(await scheduledRuns(pulse)).toEqual([]);
});

it("an edit does not plan again what is planned", async () => {
  const pulse = await createHourly({ jitter: NO_JITTER });
  await leaveFor(pulse, HOUR_MS);
  await test.get(PlannerJobs).planDue(pulse.id);
  const [planned] = await scheduledRuns(pulse);
  const edited = await edit(pulse, { jitter: { shape: "uniform", windowMinutes: 40, minimumGapMinutes: 0 } });
  expect(edited.nextRun?.earliestAt).not.toBe(planned?.nominalAt);
  expect(Date.parse(edited.nextRun?.plannedAt ?? "")).toBeGreaterThan(Date.now());
  expect(await scheduledRuns(pulse)).toHaveLength(1);
});

it.each([
  ["new schedule", { schedule: { kind: "cron", expression: "7 4 * * *" } }],
  ["pause", { state: "paused" }],
  ["new name", { name: "Other" }],
])("what is due before a %s runs by the old settings, once", async (_, changes) => {
  const pulse = await createHourly({ jitter: NO_JITTER });
  await leaveFor(pulse, 3 * HOUR_MS);
  await edit(pulse, changes);
  const slots = (await scheduledRuns(pulse)).map(({ nominalAt }) => startedMs - Date.parse(nominalAt));
  expect(slots.sort((one, other) => one - other)).toEqual([0.5, 1.5, 2.5].map((hours) => hours * HOUR_MS));
  await test.get(PlannerJobs).planDue(pulse.id);
  expect(await scheduledRuns(pulse)).toHaveLength(3);
});

it("plans an absence of many parts before the edit", async () => {
  const anchorAt = new Date(startedMs - 1000 * HOUR_MS - 2 * MINUTE_MS).toISOString();
  const schedule = { kind: "every", everyMinutes: 5, anchorAt };
  const pulse = await createPulse(alice, worker, { schedule, jitter: NO_JITTER, recovery: "skip" });
  await leaveFor(pulse, 100 * HOUR_MS);
  await edit(pulse, { schedule: { kind: "cron", expression: "7 4 * * *" } });
  const [row] = await test.sql<{ runs: number }>(
    "select count(*)::int as runs from runs where pulse_id = $1",
    [pulse.id],
  );
  expect(row?.runs).toBe(1200);
});

it("keeps the distance to the last run that the old schedule gave, and not to one asked for by hand", async () => {
  const pulse = await createHourly({ jitter: NO_JITTER });
  await leaveFor(pulse, HOUR_MS);
  await runNow(alice, pulse);
  const every = (minimumGapMinutes: number) => ({
    schedule: {
      kind: "every",
      everyMinutes: 5,
      anchorAt: new Date(startedMs - HOUR_MS + 120_000).toISOString(),
    },
    jitter: { shape: "uniform", windowMinutes: 0, minimumGapMinutes },
  });
  const near = await edit(pulse, every(20));
  expect(Date.parse(near.nextRun?.plannedAt ?? "")).toBe(startedMs + 2 * MINUTE_MS);
  const far = await edit(pulse, every(45));
  expect(Date.parse(far.nextRun?.plannedAt ?? "")).toBeGreaterThanOrEqual(startedMs + 15 * MINUTE_MS);
  expect((await goesOnWith(pulse))?.plannedAt.toISOString()).toBe(far.nextRun?.plannedAt);
});

it("resumes from now on, whatever the pause left out", async () => {
  const jitter: Jitter = { shape: "uniform", windowMinutes: 50, minimumGapMinutes: 0 };
  const pulse = await createHourly({ jitter });
  await edit(pulse, { state: "paused" });
  await leaveFor(pulse, 48 * HOUR_MS);
  const resumed = await edit(pulse, { state: "active" });
  expect(Date.parse(resumed.nextRun?.earliestAt ?? "")).toBe(startedMs + 30 * MINUTE_MS);
  await test.get(PlannerJobs).planDue(pulse.id);
  expect(await scheduledRuns(pulse)).toEqual([]);
});

it("is not resumed without a worker that could do it", async () => {
  const pulse = await createHourly({ jitter: NO_JITTER });
  await edit(pulse, { state: "paused" });
  await test.sql("update workers set state = 'removed' where id = $1", [worker.id]);
  const { status, body } = await alice.patch<{ code: string }>(`/api/v1/pulses/${pulse.id}`, {
    state: "active",
  });
  expect({ status, code: body.code }).toEqual({ status: 409, code: "worker_not_ready" });
  await edit(pulse, { name: "Of a worker that is gone" });
});

it("is not run by hand without a worker that could ever come for it", async () => {
  const pulse = await createPulse(alice, worker);
  await test.sql("update workers set state = 'removed' where id = $1", [worker.id]);
  const answer = await alice.post(`/api/v1/pulses/${pulse.id}/run`);
  expect(answer).toMatchObject({ status: 409, body: { code: "worker_not_ready" } });
  expect(await listRuns(alice, pulse)).toEqual([]);
});

it("edits that come together with the planner plan each slot once", async () => {
  const pulse = await createHourly({ jitter: NO_JITTER });
  await leaveFor(pulse, 20 * HOUR_MS);
  await Promise.all(
    [1, 2, 3, 4, 5].flatMap((minute) => [
      edit(pulse, { schedule: { kind: "cron", expression: `${minute} 4 * * *` } }),
      test.get(PlannerJobs).planDue(pulse.id),
    ]),
  );
  const first = (await scheduledRuns(pulse)).filter(({ generation }) => generation === 0);
  expect(first).toHaveLength(20);
  expect(new Set(first.map(({ slot }) => slot)).size).toBe(20);
});

it("tells once of all runs that end with their worker", async () => {
  const pulse = await createPulse(alice, worker);
  for (let run = 0; run < 3; run += 1) await runNow(alice, pulse);
  const { workspaceId } = worker;
  const ended = await test
    .get(Databases)
    .inTenant({ workspaceId }, (tx) =>
      test.get(WorkerRunsService).endRunsOf(tx, { id: worker.id, workspaceId }),
    );
  expect(ended).toEqual({ runsCancelled: 3, runsUnknown: 0, pulsesPaused: 1 });
  const told = await test.sql<{ topic: string }>(
    "select body ->> 'topic' as topic from outbox where topic = 'notices' and body ->> 'id' = any($1) order by 1",
    [[pulse.id, ...(await listRuns(alice, pulse)).map(({ id }) => id)]],
  );
  expect(told.filter(({ topic }) => topic === "run.changed")).toHaveLength(1);
});

it("ends with its worker what the planner wrote at that moment", async () => {
  const pulse = await createPulse(alice, worker);
  const { workspaceId } = worker;
  await besideTransaction(test, async (planner) => {
    await planner.query("select from pulses where id = $1 for update", [pulse.id]);
    await planner.query(
      `insert into runs (id, workspace_id, worker_id, pulse_id, lane_id, kind, slot, nominal_at, planned_at, late_after,
         window_ends_at, next_action_at)
       select gen_random_uuid(), workspace_id, worker_id, id, lane_id, kind, 'planned just now', now(), now(), now(), now(),
         now() from pulses where id = $1`,
      [pulse.id],
    );
    const ended = test
      .get(Databases)
      .inTenant({ workspaceId }, (tx) =>
        test.get(WorkerRunsService).endRunsOf(tx, { id: worker.id, workspaceId }),
      );
    await untilWaiting(test);
    await planner.query("commit");
    expect(await ended).toEqual({ runsCancelled: 1, runsUnknown: 0, pulsesPaused: 1 });
  });
  expect(await listRuns(alice, pulse)).toMatchObject([{ state: "cancelled", reason: "worker_removed" }]);
});

it("ends with its worker what was asked for by hand at that moment", async () => {
  const pulse = await createPulse(alice, worker);
  const { workspaceId } = worker;
  await besideTransaction(test, async (asking) => {
    await asking.query("select from lanes where worker_id = $1 for update", [worker.id]);
    const ended = test
      .get(Databases)
      .inTenant({ workspaceId }, (tx) =>
        test.get(WorkerRunsService).endRunsOf(tx, { id: worker.id, workspaceId }),
      );
    await untilWaiting(test);
    await asking.query(
      `insert into runs (id, workspace_id, worker_id, pulse_id, lane_id, kind, state, slot, seq, nominal_at, planned_at,
         late_after, window_ends_at, next_action_at)
       select gen_random_uuid(), workspace_id, worker_id, id, lane_id, kind, 'queued', 'now:', 1, now(), now(), now(), now(),
         now() from pulses where id = $1`,
      [pulse.id],
    );
    await asking.query("commit");
    expect(await ended).toEqual({ runsCancelled: 1, runsUnknown: 0, pulsesPaused: 1 });
  });
});

it("is not made for a worker that is removed at that moment", async () => {
  await besideTransaction(test, async (removal) => {
    await removal.query("select from workers where id = $1 for update", [worker.id]);
    await removal.query("update workers set state = 'removed' where id = $1", [worker.id]);
    const created = alice.post("/api/v1/pulses", pulseOf(worker));
    await untilWaiting(test);
    await removal.query("commit");
    expect(await created).toMatchObject({ status: 409, body: { code: "worker_not_ready" } });
  });
});
