import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createRedisForTest } from "../../testing/test-redis-client.js";
import { Relay } from "../../platform/relay.js";
import { TRANSPORT, type Transport } from "../../platform/transport.js";
import { newSecret } from "../../platform/ids.js";
import { eventually } from "../../testing/test-eventually.js";
import { besideTransaction, untilWaiting } from "../../testing/test-locks.js";
import { createPulse, getRun, runNow } from "../../testing/test-pulse.js";
import { DONE } from "../../testing/test-worker.js";
import { ClaimsService } from "./claims.service.js";
import { FAILED, startTestOpenPulse, type TestOpenPulse } from "./test-open-pulse.js";

let at: TestOpenPulse;
beforeAll(async () => {
  at = await startTestOpenPulse();
});
afterAll(() => at.close());
beforeEach(() => at.openPulse());

/** Without the way to the server, on which two reports may not stay together. */
function reportAtOnce({ runId, fence, opened: { signalId } }: Awaited<ReturnType<typeof at.claimOne>>) {
  const { id: workerId, workspaceId } = at.worker;
  const now = new Date().toISOString();
  return at.test
    .get(ClaimsService)
    .recordReport(
      { workerId, workspaceId },
      { runId, fence, signalId, startedAt: now, finishedAt: now, result: DONE },
      async () => undefined,
    );
}

describe("a run", () => {
  it("queued by hand is offered, claimed with a signal of its own, and ends as reported", async () => {
    const run = await runNow(at.alice, at.pulse);
    const claimed = await at.claimOne();
    expect(claimed).toMatchObject({ runId: run.id, fence: 1 });
    expect(claimed.opened).toMatchObject({
      runId: run.id,
      workerId: at.worker.clientId,
      kind: "commit",
      params: { owner: "octo-alice", repo: "keepstreak-pulse", branch: "main" },
    });
    const lifeSeconds = (claimed.opened.expiresAt.getTime() - claimed.opened.notBefore.getTime()) / 1_000;
    expect(lifeSeconds).toBeLessThanOrEqual(900);
    expect(await getRun(at.alice, run.id)).toMatchObject({ state: "claimed", attempts: 1 });
    expect(await at.worker.report(claimed)).toMatchObject({ status: 200, body: { state: "succeeded" } });
    expect(await getRun(at.alice, run.id)).toMatchObject({ state: "succeeded", commitSha: "a".repeat(40) });
  });

  it("is claimed by a worker that was already waiting for it", async () => {
    const waiting = at.worker.claim({ waitSeconds: 20 });
    const startedAt = performance.now();
    const run = await runNow(at.alice, at.pulse);
    expect((await waiting).map(({ runId }) => runId)).toEqual([run.id]);
    expect(performance.now() - startedAt).toBeLessThan(10_000);
  });

  it("comes again with the same claim, signed anew, and counts as one attempt", async () => {
    await runNow(at.alice, at.pulse);
    const claimId = newSecret(16);
    const first = await at.claimOne(claimId);
    const [second] = await at.worker.claim({ claimId });
    expect(second).toMatchObject({ runId: first.runId, fence: first.fence });
    expect(second?.opened.params).toEqual(first.opened.params);
    expect(second?.opened.signalId).not.toBe(first.opened.signalId);
    expect(await at.worker.claim()).toEqual([]);
    expect(await getRun(at.alice, first.runId)).toMatchObject({ attempts: 1 });
  });

  it("never comes with more than the worker asked for", async () => {
    for (const repository of ["octo-alice/one", "octo-alice/two", "octo-alice/three"])
      await runNow(at.alice, await createPulse(at.alice, at.worker, { target: { repository } }));
    await eventually(
      async () =>
        (
          await at.sql("select 1 from runs where worker_id = $1 and state in ('queued', 'offered')", [
            at.worker.id,
          ])
        ).length === 3,
    );
    expect(await at.worker.claim({ max: 1 })).toHaveLength(1);
    expect(await at.worker.claim({ max: 10 })).toHaveLength(2);
  });

  it("is given to one of twenty claims that come together", async () => {
    await runNow(at.alice, at.pulse);
    await eventually(
      async () =>
        (
          await at.sql("select 1 from runs where worker_id = $1 and state in ('queued', 'offered')", [
            at.worker.id,
          ])
        ).length === 1,
    );
    const claims = await Promise.all(Array.from({ length: 20 }, () => at.worker.claim()));
    expect(claims.flat()).toHaveLength(1);
  });

  it("takes the same report twice and a third with another outcome, and stays as it ended", async () => {
    await runNow(at.alice, at.pulse);
    const claimed = await at.claimOne();
    const first = await at.worker.report(claimed);
    expect(await at.worker.report(claimed)).toMatchObject({ status: 200, body: { state: "succeeded" } });
    expect(await at.worker.report(claimed, FAILED)).toMatchObject({
      status: 200,
      body: { state: "succeeded" },
    });
    expect(first.body.state).toBe("succeeded");
  });

  it("refuses the report of a claim that is no longer the latest", async () => {
    await runNow(at.alice, at.pulse);
    const first = await at.claimOne();
    await at.expireLease(first);
    const second = await at.claimOne();
    expect(second).toMatchObject({ runId: first.runId, fence: first.fence + 1 });
    expect(await at.worker.report(first)).toMatchObject({
      status: 409,
      body: { code: "stale_claim" },
      signed: true,
    });
    expect(await at.worker.report(second)).toMatchObject({ status: 200, body: { state: "succeeded" } });
  });

  it("still counts a late report while nobody else has claimed it", async () => {
    await runNow(at.alice, at.pulse);
    const claimed = await at.claimOne();
    await at.expireLease(claimed);
    await eventually(async () => (await getRun(at.alice, claimed.runId)).state !== "claimed");
    expect(await at.worker.report(claimed)).toMatchObject({ status: 200, body: { state: "succeeded" } });
  });

  it("whose last lease ran out is unknown until the late report comes", async () => {
    await runNow(at.alice, at.pulse);
    const claimed = await at.claimOne();
    await at.sql("update runs set attempts = 5 where id = $1", [claimed.runId]);
    await at.expireLease(claimed);
    await eventually(async () => (await getRun(at.alice, claimed.runId)).state === "unknown");
    expect(await at.worker.report(claimed)).toMatchObject({ status: 200, body: { state: "succeeded" } });
    expect(await getRun(at.alice, claimed.runId)).toMatchObject({ state: "succeeded", reason: null });
    // It counts as others do: for the next message, which must not be the same, and the next number.
    const progress =
      "select run_count, cardinality(recent_subjects) as subjects from pulse_progress where pulse_id = $1";
    expect(await at.sql(progress, [at.pulse.id])).toEqual([{ run_count: 1, subjects: 1 }]);
  });

  it("that was given back is offered at once, and asks for the very same commit", async () => {
    await runNow(at.alice, at.pulse);
    const first = await at.claimOne();
    expect(await at.worker.release(first)).toMatchObject({
      status: 200,
      body: { releasedRunIds: [first.runId] },
    });
    expect(await at.worker.release(first)).toMatchObject({ body: { releasedRunIds: [] } });
    const second = await at.claimOne();
    expect(second.runId).toBe(first.runId);
    expect(second.opened.params).toEqual(first.opened.params);
  });

  it("that is given back after its pulse was deleted is asked of nobody again", async () => {
    const run = await runNow(at.alice, at.pulse);
    const claimed = await at.claimOne();
    expect((await at.alice.del(`/api/v1/pulses/${at.pulse.id}`)).status).toBe(204);
    expect(await at.worker.release(claimed)).toMatchObject({ body: { releasedRunIds: [run.id] } });
    expect(await getRun(at.alice, run.id)).toMatchObject({ state: "cancelled", reason: "pulse_deleted" });
    expect(await at.worker.claim()).toEqual([]);
  });

  it("is locked in one order with others that are reported together, whatever theirs is", async () => {
    const elsewhere = await createPulse(at.alice, at.worker, { target: { repository: "octo-alice/else" } });
    await Promise.all([runNow(at.alice, at.pulse), runNow(at.alice, elsewhere)]);
    const claimed = [await at.claimOne(), await at.claimOne()];
    const byId = claimed.sort((one, other) => (one.runId < other.runId ? -1 : 1));
    await besideTransaction(at.test, async (other) => {
      await other.query("select from runs where id = $1 for update", [byId[0]?.runId]);
      const reported = byId.toReversed().map(reportAtOnce);
      await untilWaiting(at.test);
      await other.query("select from runs where id = $1 for update nowait", [byId[1]?.runId]);
      await other.query("commit");
      expect(await Promise.all(reported)).toMatchObject([{ ended: true }, { ended: true }]);
    });
  });

  it("that failed for now is tried again after a pause, five times at most", async () => {
    const run = await runNow(at.alice, at.pulse);
    for (let attempt = 1; attempt <= 5; attempt++) {
      const claimed = await at.claimOne();
      const { body } = await at.worker.report(claimed, FAILED);
      expect(body.state).toBe(attempt < 5 ? "queued" : "failed");
      if (attempt === 5) break;
      expect(await at.worker.claim()).toEqual([]);
      await at.sql("update runs set next_action_at = now() - interval '1 second' where id = $1", [run.id]);
    }
    expect(await getRun(at.alice, run.id)).toMatchObject({ state: "failed", reason: "github_unavailable" });
  });

  it("that the worker refuses or cannot judge is not repeated", async () => {
    for (const outcome of ["refused", "unknown"] as const) {
      const run = await runNow(at.alice, at.pulse);
      await at.worker.report(await at.claimOne(), { outcome, reason: { code: "not_allowed", detail: "" } });
      expect(await getRun(at.alice, run.id)).toMatchObject({
        state: outcome === "refused" ? "failed" : "unknown",
      });
    }
    expect(await at.worker.claim()).toEqual([]);
  });

  it("that nothing can be written for ends alone, and the others are claimed", async () => {
    const other = await createPulse(at.alice, at.worker, {
      name: "Other",
      target: { repository: "octo-alice/notes", branch: "main" },
    });
    await at.sql("update pulses set target_branch = '../evil' where id = $1", [other.id]);
    const broken = await runNow(at.alice, other);
    const fine = await runNow(at.alice, at.pulse);
    expect((await at.claimOne()).runId).toBe(fine.id);
    await eventually(async () => (await getRun(at.alice, broken.id)).state === "failed");
    expect(await getRun(at.alice, broken.id)).toMatchObject({ reason: "invalid_params" });
  });
});

describe("a lane", () => {
  it("offers its head alone, and the next one after the report", async () => {
    const [first, second, third] = [
      await runNow(at.alice, at.pulse),
      await runNow(at.alice, at.pulse),
      await runNow(at.alice, at.pulse),
    ];
    for (const run of [first, second, third]) {
      const claimed = await at.claimOne();
      expect(claimed.runId).toBe(run.id);
      expect(await at.worker.claim()).toEqual([]);
      await at.worker.report(claimed);
    }
  });

  it("does not hold up another lane of the same worker", async () => {
    const elsewhere = await createPulse(at.alice, at.worker, {
      target: { repository: "octo-alice/notes", branch: "main" },
    });
    const [here, there] = [await runNow(at.alice, at.pulse), await runNow(at.alice, elsewhere)];
    const claimed = [await at.claimOne(), await at.claimOne()];
    expect(claimed.map(({ runId }) => runId).sort()).toEqual([here.id, there.id].sort());
  });

  it("is not held by a head whose next attempt would come after its window", async () => {
    const [first, second] = [await runNow(at.alice, at.pulse), await runNow(at.alice, at.pulse)];
    const claimed = await at.claimOne();
    await at.sql("update runs set window_ends_at = now() + interval '20 seconds' where id = $1", [first.id]);
    expect(await at.worker.report(claimed, FAILED)).toMatchObject({ body: { state: "failed" } });
    expect(await getRun(at.alice, first.id)).toMatchObject({ state: "failed", reason: "github_unavailable" });
    expect((await at.claimOne()).runId).toBe(second.id);
  });

  it("keeps a head in backoff before the next one", async () => {
    const [first, second] = [await runNow(at.alice, at.pulse), await runNow(at.alice, at.pulse)];
    await at.worker.report(await at.claimOne(), FAILED);
    expect(await at.worker.claim()).toEqual([]);
    await at.sql("update runs set next_action_at = now() - interval '1 second' where id = $1", [first.id]);
    const again = await at.claimOne();
    expect(again.runId).toBe(first.id);
    await at.worker.report(again);
    expect((await at.claimOne()).runId).toBe(second.id);
  });
});

describe("the way from ledger to worker", () => {
  it("delivers twice when the relay dies after it has appended, and the run is offered once", async () => {
    const transport = at.test.app.get<Transport>(TRANSPORT);
    const append = transport.append.bind(transport);
    let appended = 0;
    const [first, next] = [await runNow(at.alice, at.pulse), await runNow(at.alice, at.pulse)];
    transport.append = async (...args) => {
      await append(...args);
      appended += 1;
      if (appended === 1) throw new Error("killed before the commit");
    };
    try {
      expect((await at.alice.post(`/api/v1/runs/${first.id}/cancel`)).status).toBe(200);
      await eventually(() => appended >= 2);
      expect((await at.claimOne()).runId).toBe(next.id);
      expect(await at.worker.claim()).toEqual([]);
      expect(await getRun(at.alice, next.id)).toMatchObject({ attempts: 1 });
    } finally {
      transport.append = append;
    }
    expect(await at.test.get(Relay).relayOnce()).toBe("idle");
  });

  it("loses no run with the whole stream", async () => {
    const redis = await createRedisForTest(at.test.redis?.url ?? "");
    const transport = at.test.app.get<Transport>(TRANSPORT);
    const append = transport.append.bind(transport);
    transport.append = async () => undefined;
    const runs = [await runNow(at.alice, at.pulse)];
    await redis.flushall();
    transport.append = append;
    redis.disconnect();
    for (const run of runs) {
      const claimed = await at.claimOne();
      expect(claimed.runId).toBe(run.id);
      await at.worker.report(claimed, DONE);
    }
    const after = await runNow(at.alice, at.pulse);
    expect((await at.claimOne()).runId).toBe(after.id);
  });
});
