import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Pulse } from "@pulsekeep/contracts/api/pulses";
import { eventually } from "../../testing/test-eventually.js";
import { createPulse, getRun, listRuns, runNow } from "../../testing/test-pulse.js";
import { enrolTestWorker } from "../../testing/test-worker.js";
import { selectLastRecoveries } from "./planner.statements.js";
import { selectRecoverable } from "./sweeper.statements.js";
import { startTestOpenPulse, type TestOpenPulse } from "./test-open-pulse.js";

const MANY = 30_000;
const NO_JITTER = { shape: "uniform", windowMinutes: 0, minimumGapMinutes: 0 } as const;

let at: TestOpenPulse;
beforeAll(async () => {
  at = await startTestOpenPulse();
});
afterAll(() => at.close());
beforeEach(() => at.openPulse());

describe("a window", () => {
  it("that closes before anybody came leaves a missed run, and a second generation of it", async () => {
    const run = await runNow(at.alice, at.pulse);
    await at.closeWindow(run.id);
    await eventually(async () => (await getRun(at.alice, run.id)).state === "missed");
    const [recovery] = (await listRuns(at.alice, at.pulse)).filter(({ id }) => id !== run.id);
    expect(recovery).toMatchObject({ state: "planned", slot: run.slot });
    const rows = await at.sql("select generation, recovers_run_id from runs where id = $1", [recovery?.id]);
    expect(rows).toEqual([{ generation: 1, recovers_run_id: run.id }]);
    await at.sql("update runs set next_action_at = now() - interval '1 ms' where id = $1", [recovery?.id]);
    expect((await at.claimOne()).runId).toBe(recovery?.id);
  });

  it("asks of recoveries only those that another could be too near to: a pulse's history may be long", async () => {
    const [old, fresh] = [await runNow(at.alice, at.pulse), await runNow(at.alice, at.pulse)];
    const lastOf = async () => {
      const values = [[at.pulse.id], [new Date()], 86_400];
      const [found] = await at.sql<{ last_recovery_at: Date | null }>(selectRecoverable.text, values);
      const [planned] = await at.sql<{ at: Date }>(selectLastRecoveries.text, [[at.pulse.id]]);
      return [found?.last_recovery_at ?? null, planned?.at ?? null];
    };
    const recoverAt =
      "update runs set generation = 1, planned_at = now() + $2::interval where id = $1 returning planned_at";
    await at.sql(recoverAt, [old.id, "-13 hours"]);
    expect(await lastOf()).toEqual([null, null]);
    const [row] = await at.sql<{ planned_at: Date }>(recoverAt, [fresh.id, "20 hours"]);
    expect(await lastOf()).toEqual([row?.planned_at, row?.planned_at]);
  });

  it("is not reopened by a pulse that skips", async () => {
    const skipping = await createPulse(at.alice, at.worker, { recovery: "skip" });
    const run = await runNow(at.alice, skipping);
    await at.closeWindow(run.id);
    await eventually(async () => (await getRun(at.alice, run.id)).state === "missed");
    expect(await listRuns(at.alice, skipping)).toHaveLength(1);
  });

  it("that closes on a run whose pulse cannot be planned any more holds up nobody", async () => {
    const broken = await createPulse(at.alice, at.worker, { target: { repository: "octo-alice/broken" } });
    const [lost, other] = [await runNow(at.alice, broken), await runNow(at.alice, at.pulse)];
    await at.sql("update pulses set time_zone = 'Mars/Olympus_Mons' where id = $1", [broken.id]);
    for (const { id } of [lost, other]) await at.closeWindow(id);
    for (const { id } of [lost, other]) expect(await getRun(at.alice, id)).toMatchObject({ state: "missed" });
    expect(await listRuns(at.alice, broken)).toHaveLength(1);
    expect(await listRuns(at.alice, at.pulse)).toHaveLength(2);
    await at.sql("delete from pulses where id = $1", [broken.id]);
  });

  it("never takes a run from the worker that has claimed it", async () => {
    const run = await runNow(at.alice, at.pulse);
    const claimed = await at.claimOne();
    await at.sql("update runs set window_ends_at = now() - interval '1 minute' where id = $1", [run.id]);
    expect(await at.worker.report(claimed)).toMatchObject({ body: { state: "succeeded" } });
  });

  it("that closes while its run is claimed is no reason to look before the lease is over", async () => {
    const { runId } = await runNow(at.alice, at.pulse).then(() => at.claimOne());
    await at.closeWindow(runId);
    await eventually(
      async () =>
        (await at.sql("select 1 from runs where id = $1 and next_action_at = lease_expires_at", [runId]))
          .length === 1,
    );
    expect(await getRun(at.alice, runId)).toMatchObject({ state: "claimed" });
  });

  it("that closes on the only run of a pulse leaves a second generation too", async () => {
    const once = await createPulse(at.alice, at.worker, {
      schedule: { kind: "once", runAt: new Date(Date.now() + 3_600_000).toISOString() },
      jitter: NO_JITTER,
    });
    await at.sql(
      `update pulses set schedule = $2, cursor_at = now() - interval '1 day', next_due_at = now() - interval '1 ms'
       where id = $1`,
      [once.id, { kind: "once", runAt: new Date(Date.now() - 1_000).toISOString() }],
    );
    const [run] = await eventually(async () => {
      const found = await listRuns(at.alice, once);
      return found.length > 0 && found;
    });
    await at.closeWindow(run?.id ?? "");
    await eventually(async () => (await listRuns(at.alice, once)).length === 2);
    expect((await at.alice.get<Pulse>(`/api/v1/pulses/${once.id}`)).body.state).toBe("finished");
  });

  it("that closed while nobody looked is no worker's fault, unless it was late to come before", async () => {
    const [lost, late] = [await runNow(at.alice, at.pulse), await runNow(at.alice, at.pulse)];
    await at.sql(
      "insert into run_notices (run_id, kind, workspace_id) select id, 'late', workspace_id from runs where id = $1",
      [late.id],
    );
    await at.sql(
      `update runs set window_ends_at = now() - interval '2 minutes', next_action_at = now() - interval '1 ms'
       where id = any($1)`,
      [[lost.id, late.id]],
    );
    for (const [{ id }, reason] of [
      [lost, "server_was_down"],
      [late, "worker_did_not_come"],
    ] as const) {
      await eventually(async () => (await getRun(at.alice, id)).state === "missed");
      expect(await getRun(at.alice, id)).toMatchObject({ reason });
    }
  });

  it("that closes on a run behind one that a worker has says that its turn never came", async () => {
    const [first, second] = [await runNow(at.alice, at.pulse), await runNow(at.alice, at.pulse)];
    expect((await at.claimOne()).runId).toBe(first.id);
    await at.closeWindow(second.id);
    await eventually(async () => (await getRun(at.alice, second.id)).state === "missed");
    expect(await getRun(at.alice, second.id)).toMatchObject({ reason: "turn_did_not_come" });
  });

  it("that closes after an attempt nobody reported leaves the run unknown, and repeats nothing", async () => {
    const run = await runNow(at.alice, at.pulse);
    const claimed = await at.claimOne();
    await at.expireLease(claimed);
    await eventually(async () => (await getRun(at.alice, run.id)).state === "offered");
    await at.closeWindow(run.id);
    await eventually(async () => (await getRun(at.alice, run.id)).endedAt !== null);
    expect(await getRun(at.alice, run.id)).toMatchObject({ state: "unknown", reason: "lease_expired" });
    expect(await listRuns(at.alice, at.pulse)).toHaveLength(1);
  });
});

describe("the planner", () => {
  it("puts what is due into the ledger once, and says when it is due next", async () => {
    await at.sql(
      "update pulses set cursor_at = now() - interval '2 days', next_due_at = now() - interval '1 ms' where id = $1",
      [at.pulse.id],
    );
    const runs = await eventually(async () => {
      const found = await listRuns(at.alice, at.pulse);
      return found.length > 0 && found;
    });
    expect(new Set(runs.map(({ slot }) => slot)).size).toBe(
      runs.filter(({ generation }) => generation === 0).length,
    );
    const { body } = await at.alice.get<Pulse>(`/api/v1/pulses/${at.pulse.id}`);
    expect(Date.parse(body.nextRun?.plannedAt ?? "")).toBeGreaterThan(Date.now());
  });

  it("begins what is late after an absence one by one, and says at once that it is late", async () => {
    const often = await createPulse(at.alice, at.worker, {
      schedule: {
        kind: "every",
        everyMinutes: 30,
        anchorAt: new Date(Date.now() - 30_060_000).toISOString(),
      },
      jitter: NO_JITTER,
    });
    await at.sql(
      "update pulses set cursor_at = now() - interval '5 hours', next_due_at = now() - interval '1 ms' where id = $1",
      [often.id],
    );
    const runs = await eventually(async () => {
      const found = await at.sql<{ id: string; state: string; gap: number | null; late: number }>(
        `select id, state, extract(epoch from next_action_at - lag(next_action_at) over w)::float8 as gap,
           (select count(*)::int from run_notices n where n.run_id = runs.id and n.kind = 'late') as late
         from runs where pulse_id = $1 window w as (order by planned_at) order by planned_at`,
        [often.id],
      );
      return found.length > 0 && found;
    });
    // The first may begin at any moment from now on.
    const [first, ...others] = runs;
    expect(others.map(({ state }) => state)).toEqual(Array.from({ length: 9 }, () => "planned"));
    expect(Math.min(...others.slice(1).map(({ gap }) => gap ?? 0))).toBeGreaterThan(59.9);
    expect(runs.filter(({ late }) => late === 1)).toHaveLength(7);
    await at.sql(
      "update runs set next_action_at = now() - interval '1 ms' where id = $1 and state = 'planned'",
      [first?.id],
    );
    expect((await at.claimOne()).runId).toBe(first?.id);
    expect(await at.worker.claim()).toEqual([]);
  });

  it("catches up a long absence in parts, without two recoveries at once", async () => {
    const anchorAt = new Date(Date.now() - 3 * 86_400_000).toISOString();
    const often = await createPulse(at.alice, at.worker, {
      schedule: { kind: "every", everyMinutes: 5, anchorAt },
      jitter: NO_JITTER,
      recovery: "catch_up_all",
    });
    await at.sql(
      "update pulses set cursor_at = now() - interval '3 days', next_due_at = now() - interval '1 ms' where id = $1",
      [often.id],
    );
    await eventually(
      async () =>
        (
          await at.sql("select 1 from pulses where id = $1 and cursor_at > now() - interval '1 hour'", [
            often.id,
          ])
        ).length === 1,
    );
    const [found] = await at.sql<{ missed: number; recoveries: number; closest: number }>(
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
    await at.alice.del(`/api/v1/pulses/${often.id}`);
  });

  it("plans the others when one pulse cannot be planned", async () => {
    const broken = await createPulse(at.alice, at.worker, { name: "Broken" });
    await at.sql('update pulses set schedule = \'{"kind":"nothing"}\' where id = $1', [broken.id]);
    await at.sql(
      "update pulses set cursor_at = now() - interval '2 days', next_due_at = now() - interval '1 ms' where id = any($1)",
      [[broken.id, at.pulse.id]],
    );
    await eventually(async () => (await listRuns(at.alice, at.pulse)).length > 0);
    const [row] = await at.sql<{ later: boolean }>(
      "select next_due_at > now() as later from pulses where id = $1",
      [broken.id],
    );
    expect(row?.later).toBe(true);
    await at.sql("delete from pulses where id = $1", [broken.id]);
  });
});

it("one tenant's thousands of due runs do not stand before another's one", async () => {
  const [carol, bob] = [await at.test.signUp("Carol"), await at.test.signUp("Bob")];
  const crowd = await createPulse(carol, await enrolTestWorker(at.test, carol));
  const lone = await createPulse(bob, await enrolTestWorker(at.test, bob));
  const due = {
    schedule: { kind: "every", everyMinutes: 1_440, anchorAt: new Date(Date.now() - 60_000).toISOString() },
    jitter: NO_JITTER,
    cursorAt: new Date(Date.now() - 120_000),
  };
  await at.sql(
    `insert into pulses (id, workspace_id, worker_id, lane_id, kind, name, schedule, time_zone, jitter, rest, message,
       change, recovery, jitter_secret, cursor_at, next_due_at)
     select gen_random_uuid(), workspace_id, worker_id, lane_id, kind, name, $3, time_zone, $4, rest, message, change,
       recovery, jitter_secret, $5, $5
     from pulses, generate_series(1, $2) where id = $1`,
    [crowd.id, MANY, due.schedule, due.jitter, due.cursorAt],
  );
  const plannedOf = async (pulse: { workerId: string }) =>
    (
      await at.sql<{ runs: number }>("select count(*)::int as runs from runs where worker_id = $1", [
        pulse.workerId,
      ])
    )[0]?.runs ?? 0;
  // The planner is in the middle of it: the backlog is long, and known to be one tenant's.
  await eventually(async () => (await plannedOf(crowd)) >= 2_000);
  await at.sql(
    "update pulses set schedule = $2, jitter = $3, cursor_at = $4, next_due_at = now() - interval '1 ms' where id = $1",
    [lone.id, due.schedule, due.jitter, due.cursorAt],
  );
  await eventually(
    async () => (await at.sql("select 1 from runs where pulse_id = $1", [lone.id])).length > 0,
  );
  expect(await plannedOf(crowd)).toBeLessThan(MANY / 2);
  await eventually(async () => (await plannedOf(crowd)) === MANY, { timeoutMs: 50_000 });
});
