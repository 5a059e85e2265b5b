import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Pulse } from "@pulsekeep/contracts/api/pulses";
import type { HeartbeatResponse } from "@pulsekeep/contracts/worker-protocol";
import { startTestApp, type TestApp } from "../../testing/test-app.js";
import type { TestClient } from "../../testing/test-client.js";
import { eventually } from "../../testing/test-eventually.js";
import { createPulse, getRun, runNow } from "../../testing/test-pulse.js";
import { enrolTestWorker, type TestWorker } from "../../testing/test-worker.js";
import { MOST_LEASES } from "./run-rules.js";

const LEASE_SECONDS = 2;

let test: TestApp;
let alice: TestClient;
let worker: TestWorker;
let pulse: Pulse;
beforeAll(async () => {
  test = await startTestApp({ env: { PULSEKEEP_RUN_LEASE_SECONDS: String(LEASE_SECONDS) } });
  alice = await test.signUp("Alice");
});
afterAll(() => test.close());
beforeEach(async () => {
  worker = await enrolTestWorker(test, alice);
  await worker.hello();
  pulse = await createPulse(alice, worker);
});

type Claim = { runId: string; fence: number };

const claimOne = () =>
  eventually(async () => (await worker.claim({ max: 1 }))[0], { what: "a run to claim" });

async function beat(of: TestWorker, ...runs: Claim[]): Promise<HeartbeatResponse["held"]> {
  const answer = await of.call("heartbeat", { runs: runs.map(({ runId, fence }) => ({ runId, fence })) });
  expect(answer).toMatchObject({ status: 200, signed: true });
  return (answer.body as unknown as HeartbeatResponse).held;
}

const shiftClaim = (run: Claim, claimedAt: string, leaseExpiresAt: string) =>
  test.sql(`update runs set claimed_at = ${claimedAt}, lease_expires_at = ${leaseExpiresAt} where id = $1`, [
    run.runId,
  ]);

describe("a heartbeat", () => {
  it("keeps a run for longer than a lease, and the run is done at the first attempt", async () => {
    await runNow(alice, pulse);
    const claimed = await claimOne();
    const endsMs = performance.now() + 3 * LEASE_SECONDS * 1_000;
    await eventually(async () => {
      const [held] = await beat(worker, claimed);
      expect(held?.runId).toBe(claimed.runId);
      expect(Date.parse(held?.leaseExpiresAt ?? "")).toBeGreaterThan(Date.now());
      return performance.now() > endsMs;
    });
    expect(await getRun(alice, claimed.runId)).toMatchObject({ state: "claimed", attempts: 1 });
    expect(await worker.report(claimed)).toMatchObject({ status: 200, body: { state: "succeeded" } });
  });

  it("does not make a signal live longer", async () => {
    await runNow(alice, pulse);
    const claimed = await claimOne();
    await beat(worker, claimed);
    const [row] = await test.sql<{ signal_expires_at: Date }>(
      "select signal_expires_at from runs where id = $1",
      [claimed.runId],
    );
    const opened = claimed.opened.expiresAt.getTime();
    expect(Math.floor((row?.signal_expires_at.getTime() ?? 0) / 1_000) * 1_000).toBe(opened);
  });

  it("does not hold what somebody has claimed since, nor what is over", async () => {
    await runNow(alice, pulse);
    const first = await claimOne();
    // Nobody beats for it: the sweeper takes it back.
    const second = await claimOne();
    expect(second).toMatchObject({ runId: first.runId, fence: first.fence + 1 });
    expect(await beat(worker, first)).toEqual([]);
    expect(await beat(worker, first, second)).toMatchObject([{ runId: second.runId }]);
    await worker.report(second);
    expect(await beat(worker, second)).toEqual([]);
  });

  it("holds nothing of another worker", async () => {
    await runNow(alice, pulse);
    const claimed = await claimOne();
    const other = await enrolTestWorker(test, alice);
    await other.hello();
    expect(await beat(other, claimed)).toEqual([]);
  });

  it("holds a run for so many leases and no longer, and never shortens a lease", async () => {
    await runNow(alice, pulse);
    const claimed = await claimOne();
    const longestMs = MOST_LEASES * LEASE_SECONDS * 1_000;
    await shiftClaim(claimed, "now() - interval '11 seconds'", "now() + interval '0.2 seconds'");
    const [bounded] = await beat(worker, claimed);
    const [row] = await test.sql<{ claimed_at: Date }>("select claimed_at from runs where id = $1", [
      claimed.runId,
    ]);
    expect(Date.parse(bounded?.leaseExpiresAt ?? "")).toBe((row?.claimed_at.getTime() ?? 0) + longestMs);
    await shiftClaim(claimed, "now() - interval '1 hour'", "'2100-01-01T00:00:00Z'");
    expect(await beat(worker, claimed)).toMatchObject([{ leaseExpiresAt: "2100-01-01T00:00:00.000Z" }]);
  });

  it.each([
    [{ runs: [] }],
    [{ runs: [{ runId: "not an id", fence: 1 }] }],
    [{ runs: [{ runId: "0192f3c4-0004-7000-8000-000000000001", fence: 0 }] }],
  ])("refuses %j", async (body) => {
    expect(await worker.call("heartbeat", body)).toMatchObject({ status: 422, signed: true });
  });
});
