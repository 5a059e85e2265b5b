import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import type { Pulse } from "@pulsekeep/contracts/api/pulses";
import { startTestApp, type TestApp } from "../../testing/test-app.js";
import type { TestClient } from "../../testing/test-client.js";
import { besideTransaction, untilWaiting } from "../../testing/test-locks.js";
import { createPulse, listRuns, runNow } from "../../testing/test-pulse.js";
import { enrolTestWorker } from "../../testing/test-worker.js";

let test: TestApp;
let alice: TestClient;
let pulse: Pulse;
let twin: Pulse;
// Whoever else takes numbers in the lane is the test.
beforeAll(async () => {
  test = await startTestApp({ roles: ["http"] });
  alice = await test.signUp("Alice");
});
afterAll(() => test.close());
beforeEach(async () => {
  const worker = await enrolTestWorker(test, alice);
  [pulse, twin] = [await createPulse(alice, worker), await createPulse(alice, worker, { name: "Twin" })];
});

const runOf = (of: Pulse) => `/api/v1/pulses/${of.id}/run`;

/** Numbers of the runs in the lane of both pulses. */
async function takenSeqs(): Promise<number[]> {
  const rows = await test.sql<{ seq: number }>(
    "select seq::int from runs where lane_id = (select lane_id from pulses where id = $1) order by seq",
    [pulse.id],
  );
  return rows.map(({ seq }) => seq);
}

it("gives each of many a place of its own in their lane", async () => {
  const answers = await Promise.all(
    Array.from({ length: 40 }, (_, place) => alice.post(runOf(place % 2 === 0 ? pulse : twin))),
  );
  expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 40 }, () => 201));
  expect(await takenSeqs()).toEqual(Array.from({ length: 40 }, (_, place) => place + 1));
  expect(await listRuns(alice, twin)).toHaveLength(20);
});

it("comes after what took a number while it waited for the lane", async () => {
  await besideTransaction(test, async (other) => {
    await other.query("update lanes set next_seq = 9 where id = (select lane_id from pulses where id = $1)", [
      pulse.id,
    ]);
    const waiting = [runNow(alice, pulse), runNow(alice, twin)];
    await untilWaiting(test);
    await other.query("commit");
    await Promise.all(waiting);
  });
  await runNow(alice, pulse);
  expect(await takenSeqs()).toEqual([9, 10, 11]);
});

it("queues nothing for a pulse that is deleted meanwhile, and what came with it", async () => {
  await besideTransaction(test, async (other) => {
    await other.query("select from lanes where id = (select lane_id from pulses where id = $1) for update", [
      pulse.id,
    ]);
    const [deleted, kept] = [alice.post(runOf(pulse)), alice.post(runOf(twin))];
    await untilWaiting(test);
    await test.sql("delete from pulses where id = $1", [pulse.id]);
    await other.query("commit");
    expect((await deleted).status).toBe(404);
    expect((await kept).status).toBe(201);
  });
  expect(await listRuns(alice, twin)).toHaveLength(1);
});

it("knows no pulse of another account, also in a batch with its owner's", async () => {
  const bob = await test.signUp("Bob");
  const answers = await Promise.all([
    alice.post(runOf(pulse)),
    bob.post(runOf(pulse)),
    bob.post(runOf(twin)),
  ]);
  expect(answers.map(({ status }) => status)).toEqual([201, 404, 404]);
  expect(await takenSeqs()).toEqual([1]);
});
