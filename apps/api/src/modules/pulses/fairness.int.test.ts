import { afterAll, beforeAll, expect, it } from "vitest";
import { startTestApp, type TestApp } from "../../testing/test-app.js";
import { eventually } from "../../testing/test-eventually.js";
import { createPulse } from "../../testing/test-pulse.js";
import { enrolTestWorker } from "../../testing/test-worker.js";

const MANY = 30_000;

let test: TestApp;
beforeAll(async () => {
  test = await startTestApp();
});
afterAll(() => test.close());

it("one tenant's thousands of due runs do not stand before another's one", async () => {
  const [alice, bob] = [await test.signUp("Alice"), await test.signUp("Bob")];
  const crowd = await createPulse(alice, await enrolTestWorker(test, alice));
  const lone = await createPulse(bob, await enrolTestWorker(test, bob));
  const due = {
    schedule: { kind: "every", everyMinutes: 1_440, anchorAt: new Date(Date.now() - 60_000).toISOString() },
    jitter: { shape: "uniform", windowMinutes: 0, minimumGapMinutes: 0 },
    cursorAt: new Date(Date.now() - 120_000),
  };
  await test.sql(
    `insert into pulses (id, workspace_id, worker_id, lane_id, kind, name, schedule, time_zone, jitter, rest, message,
       change, recovery, jitter_secret, cursor_at, next_due_at)
     select gen_random_uuid(), workspace_id, worker_id, lane_id, kind, name, $3, time_zone, $4, rest, message, change,
       recovery, jitter_secret, $5, $5
     from pulses, generate_series(1, $2) where id = $1`,
    [crowd.id, MANY, due.schedule, due.jitter, due.cursorAt],
  );
  const plannedOf = async (pulse: { workerId: string }) =>
    (
      await test.sql<{ runs: number }>("select count(*)::int as runs from runs where worker_id = $1", [
        pulse.workerId,
      ])
    )[0]?.runs ?? 0;
  // The planner is in the middle of it: the backlog is long, and known to be one tenant's.
  await eventually(async () => (await plannedOf(crowd)) >= 2_000);
  await test.sql(
    "update pulses set schedule = $2, jitter = $3, cursor_at = $4, next_due_at = now() - interval '1 ms' where id = $1",
    [lone.id, due.schedule, due.jitter, due.cursorAt],
  );
  await eventually(
    async () => (await test.sql("select 1 from runs where pulse_id = $1", [lone.id])).length > 0,
  );
  expect(await plannedOf(crowd)).toBeLessThan(MANY / 2);
  await eventually(async () => (await plannedOf(crowd)) === MANY, { timeoutMs: 50_000 });
});
