import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import type { Pulse } from "@pulsekeep/contracts/api/pulses";
import { startTestApp, type TestApp } from "../../testing/test-app.js";
import type { TestClient } from "../../testing/test-client.js";
import { eventually } from "../../testing/test-eventually.js";
import { createPulse, getRun, listRuns, runNow } from "../../testing/test-pulse.js";
import { startTestProcess, type TestProcess } from "../../testing/test-process.js";
import { enrolTestWorker, type TestWorker } from "../../testing/test-worker.js";

let test: TestApp;
let alice: TestClient;
let worker: TestWorker;
let pulse: Pulse;
let server: TestProcess | undefined;
beforeAll(async () => {
  test = await startTestApp();
  alice = await test.signUp("Alice");
  worker = await enrolTestWorker(test, alice);
  pulse = await createPulse(alice, worker);
  await test.stop();
});
afterEach(() => server?.killHard());
afterAll(() => test.close());

const claimOne = () =>
  eventually(async () => (await worker.claim({ max: 1 }))[0], { what: "a run to claim" });

it("that is killed while a run is claimed takes the report afterwards, and the run ends once", async () => {
  server = await startTestProcess(test);
  await worker.hello();
  const run = await runNow(alice, pulse);
  const claimed = await claimOne();
  await server.killHard();
  await expect(worker.report(claimed)).rejects.toThrow();
  server = await startTestProcess(test);
  expect(await worker.report(claimed)).toMatchObject({
    status: 200,
    body: { state: "succeeded" },
    signed: true,
  });
  expect(await worker.report(claimed)).toMatchObject({ status: 200, body: { state: "succeeded" } });
  expect(await getRun(alice, run.id)).toMatchObject({ state: "succeeded", attempts: 1 });
  expect(await listRuns(alice, pulse)).toHaveLength(1);
  expect(await worker.claim()).toEqual([]);
});

it("that is killed with its worker offers the run again after the lease, with the same commit and another fence", async () => {
  server = await startTestProcess(test);
  await worker.hello();
  const run = await runNow(alice, pulse);
  const lost = await claimOne();
  await server.killHard();
  await test.sql(
    "update runs set lease_expires_at = now() - interval '1 second', next_action_at = now() - interval '1 second' where id = $1",
    [run.id],
  );
  server = await startTestProcess(test);
  const again = await claimOne();
  expect(again).toMatchObject({ runId: run.id, fence: lost.fence + 1 });
  expect(again.opened.params).toEqual(lost.opened.params);
  expect(await worker.report(lost)).toMatchObject({ status: 409, body: { code: "stale_claim" } });
  expect(await worker.report(again)).toMatchObject({ status: 200 });
  expect(await getRun(alice, run.id)).toMatchObject({ state: "succeeded", attempts: 2 });
});

it("that is killed right after a run was queued offers it after the restart", async () => {
  server = await startTestProcess(test);
  await worker.hello();
  const run = await runNow(alice, pulse);
  await server.killHard();
  server = await startTestProcess(test);
  const claimed = await claimOne();
  expect(claimed.runId).toBe(run.id);
  expect(await worker.report(claimed)).toMatchObject({ body: { state: "succeeded" } });
});

it("that is stopped in good order ends in seconds, though a worker waits and a page listens", async () => {
  server = await startTestProcess(test);
  await worker.hello();
  const waiting = worker.claim({ waitSeconds: 25 }).catch((error: unknown) => error);
  const page = await alice.fetch("GET", "/api/v1/events");
  const startedAt = performance.now();
  await server.stop();
  expect(performance.now() - startedAt).toBeLessThan(10_000);
  await waiting;
  await page.body?.cancel();
});
