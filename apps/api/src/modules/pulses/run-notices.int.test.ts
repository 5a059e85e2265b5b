import type { Pulse, Run, RunNotice } from "@pulsekeep/contracts/api/pulses";
import type { Page } from "@pulsekeep/contracts/api/shared";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { newId } from "../../platform/ids.js";
import { startTestApp, type TestApp } from "../../testing/test-app.js";
import type { TestClient } from "../../testing/test-client.js";
import { createPulse, runNow } from "../../testing/test-pulse.js";
import { enrolTestWorker, type TestWorker } from "../../testing/test-worker.js";

let test: TestApp;
let alice: TestClient;
let mallory: TestClient;
let worker: TestWorker;
let pulse: Pulse;
beforeAll(async () => {
  // Without the engine's loops: a notice is there because a test raised it.
  test = await startTestApp({ roles: ["http"], standIn: { runner: false } });
  [alice, mallory] = [await test.signUp("Alice"), await test.signUp("Mallory")];
  worker = await enrolTestWorker(test, alice);
});
afterAll(() => test.close());
beforeEach(async () => {
  await test.sql("delete from run_notices");
  pulse = await createPulse(alice, worker);
});

/** As the engine does it, `secondsAgo`. */
const raise = (run: Run, kind: RunNotice["kind"], secondsAgo = 0) =>
  test.sql(
    `insert into run_notices (run_id, kind, workspace_id, pulse_id, raised_at)
     select id, $2, workspace_id, pulse_id, date_trunc('day', now()) - make_interval(secs => $3) from runs where id = $1`,
    [run.id, kind, secondsAgo],
  );
const list = async (query = "", client = alice): Promise<Page<RunNotice>> =>
  (await client.get<Page<RunNotice>>(`/api/v1/notices${query}`)).body;
const shown = (page: Page<RunNotice>) => page.rows.map(({ kind, run }) => [run.id, kind]);
const dismiss = (run: { id: string }, kind: string, client = alice) =>
  client.post(`/api/v1/notices/${run.id}/${kind}/dismiss`);

it("notices come newest first, with the run as it is now, each on one page", async () => {
  const [first, second] = [await runNow(alice, pulse), await runNow(alice, pulse)];
  await raise(first, "missed", 30);
  await raise(first, "recovered", 30);
  await raise(second, "failed", 10);
  await test.sql("update runs set state = 'failed', reason = 'not_allowed', ended_at = now() where id = $1", [
    second.id,
  ]);
  const page = await list("?limit=2");
  expect(shown(page)).toEqual([
    [second.id, "failed"],
    [first.id, "recovered"],
  ]);
  expect(page.rows[0]?.run).toMatchObject({
    state: "failed",
    reason: "not_allowed",
    pulseName: "Daily note",
  });
  const rest = await list(`?limit=2&cursor=${page.nextCursor}`);
  expect(shown(rest)).toEqual([[first.id, "missed"]]);
  expect(rest.nextCursor).toBeNull();
});

it("lateness is over when the run has ended, and can still be asked for", async () => {
  const run = await runNow(alice, pulse);
  await raise(run, "late");
  expect(shown(await list())).toEqual([[run.id, "late"]]);
  await test.sql("update runs set state = 'succeeded', ended_at = now() where id = $1", [run.id]);
  expect(shown(await list())).toEqual([]);
  expect(shown(await list("?kind=late"))).toEqual([[run.id, "late"]]);
  expect(shown(await list("?kind=missed"))).toEqual([]);
});

it("can be asked for by pulse", async () => {
  const other = await createPulse(alice, worker);
  const [run, foreign] = [await runNow(alice, pulse), await runNow(alice, other)];
  await raise(run, "unknown");
  await raise(foreign, "unknown");
  expect(shown(await list(`?pulseId=${pulse.id}`))).toEqual([[run.id, "unknown"]]);
});

it("a dismissed notice is gone, and dismissing it again changes nothing", async () => {
  const run = await runNow(alice, pulse);
  await raise(run, "missed");
  await raise(run, "recovered");
  expect((await dismiss(run, "missed")).status).toBe(204);
  const [at] = await test.sql("select dismissed_at from run_notices where kind = 'missed'");
  expect((await dismiss(run, "missed")).status).toBe(204);
  expect(await test.sql("select dismissed_at from run_notices where kind = 'missed'")).toEqual([at]);
  expect(shown(await list())).toEqual([[run.id, "recovered"]]);
  expect((await dismiss(run, "failed")).status).toBe(404);
  expect((await dismiss(run, "nonsense")).status).toBe(422);
  expect((await dismiss({ id: newId() }, "missed")).status).toBe(404);
});

it("dismissing all leaves what came later, and other pulses when one is named", async () => {
  const other = await createPulse(alice, worker);
  const [old, fresh, foreign] = [
    await runNow(alice, pulse),
    await runNow(alice, pulse),
    await runNow(alice, other),
  ];
  await raise(old, "missed", 60);
  await raise(fresh, "missed", 0);
  await raise(foreign, "missed", 60);
  const raisedUntil = new Date(Date.parse((await list()).rows[0]?.raisedAt ?? "") - 1_000).toISOString();
  expect((await alice.post("/api/v1/notices/dismiss", { raisedUntil, pulseId: pulse.id })).status).toBe(204);
  expect(shown(await list())).toEqual([
    [fresh.id, "missed"],
    [foreign.id, "missed"],
  ]);
  expect((await alice.post("/api/v1/notices/dismiss", { raisedUntil })).status).toBe(204);
  expect(shown(await list())).toEqual([[fresh.id, "missed"]]);
});

it("a stranger sees none, dismisses none, and learns nothing", async () => {
  const run = await runNow(alice, pulse);
  await raise(run, "missed");
  const { raisedAt } = (await list()).rows[0] ?? { raisedAt: "" };
  expect(await list("", mallory)).toEqual({ rows: [], nextCursor: null });
  const foreign = await dismiss(run, "missed", mallory);
  const missing = await dismiss({ id: newId() }, "missed", mallory);
  expect({ ...foreign.body, requestId: "" }).toEqual({ ...missing.body, requestId: "" });
  expect(foreign.status).toBe(404);
  await mallory.post("/api/v1/notices/dismiss", { raisedUntil: raisedAt });
  expect(shown(await list())).toEqual([[run.id, "missed"]]);
  expect((await test.newClient().get("/api/v1/notices")).status).toBe(401);
});

it.each(["nonsense", ".missed", `${Buffer.from("[1]").toString("base64url")}.late`])(
  "refuses the cursor %s, which is none of its own",
  async (cursor) => {
    expect((await alice.get(`/api/v1/notices?cursor=${cursor}`)).status).toBe(422);
  },
);
