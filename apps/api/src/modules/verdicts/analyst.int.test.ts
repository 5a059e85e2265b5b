import { readFileSync } from "node:fs";
import type { Verdict } from "@pulsekeep/verdict";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { Databases } from "../../platform/database.js";
import { startTestApp, type TestApp } from "../../testing/test-app.js";
import {
  insertDeployment,
  insertProject,
  insertSamples,
  type TestProject,
} from "../metrics/test-watched-project.js";
import { SamplesQueries } from "../metrics/samples.queries.js";
import { HttpMetrics } from "../observability/observability.ports.js";
import { AnalystJobs } from "./analyst.jobs.js";
import { ENGINE_VERSION } from "./keep-verdict.js";
import { VerdictsService } from "./verdicts.service.js";

type VerdictRow = {
  state: string;
  confidence: number;
  final: boolean;
  document: Verdict;
  engine_version: string;
  missed_scrapes: number;
  decided_at: Date;
};
type DeploymentRow = {
  state: string;
  verdict_state: string;
  confidence: number | null;
  ended_at: Date | null;
  next_action_at: Date | null;
};

let test: TestApp;
let project: TestProject;
let analyst: AnalystJobs;
beforeAll(async () => {
  // No loops: the tests turn the analyst by hand.
  test = await startTestApp({ roles: ["http"] });
  analyst = test.get(AnalystJobs);
});
afterAll(() => test.close());
beforeEach(async () => {
  await test.sql("delete from workspaces");
  await test.sql("delete from outbox");
  project = await insertProject(test, { url: "http://127.0.0.1:4999/seqpulse-metrics" });
});

const evaluate = (id: string) => test.get(VerdictsService).evaluateDeployment(id);
const deploymentOf = async (id: string) =>
  (await test.sql<DeploymentRow>("select * from deployments where id = $1", [id]))[0];
const verdictOf = async (id: string) =>
  (await test.sql<VerdictRow>("select * from verdicts where deployment_id = $1", [id]))[0];

/** Sixty seconds of baseline, and an observation of sixty seconds that began `finishedIn` seconds from now. */
async function observe(options: {
  finishedIn: number;
  post?: Parameters<typeof insertSamples>[2]["values"];
}) {
  const { finishedIn } = options;
  const id = await insertDeployment(test, project, {
    state: "observing",
    startedIn: finishedIn - 5,
    finishedIn,
    observeUntilIn: finishedIn + 60,
    nextActionIn: finishedIn + 60,
  });
  await insertSamples(test, project, { fromSeconds: finishedIn - 85, toSeconds: finishedIn - 6 });
  const toSeconds = Math.min(-0.1, finishedIn + 60);
  await insertSamples(test, project, { fromSeconds: finishedIn + 1, toSeconds, values: options.post });
  return id;
}

describe("a deployment under observation", () => {
  it("is collecting until its window is over", async () => {
    const id = await observe({ finishedIn: -30 });
    await evaluate(id);
    expect(await deploymentOf(id)).toMatchObject({
      state: "observing",
      verdict_state: "collecting",
      confidence: null,
    });
    expect(await verdictOf(id)).toMatchObject({ state: "collecting", final: false, missed_scrapes: 0 });
  });

  it("is ok, for good, when nothing changed", async () => {
    const id = await observe({ finishedIn: -70 });
    await analyst.sweepOnce();
    const deployment = await deploymentOf(id);
    expect(deployment).toMatchObject({ state: "analyzed", verdict_state: "ok", next_action_at: null });
    expect(deployment?.ended_at).toBeInstanceOf(Date);
    const verdict = await verdictOf(id);
    expect(verdict).toMatchObject({
      state: "ok",
      final: true,
      engine_version: ENGINE_VERSION,
      missed_scrapes: 0,
    });
    expect(verdict?.document.quality).toMatchObject({ preSamples: 40, postSamples: 30, postExpected: 30 });
    expect(deployment?.confidence).toBe(verdict?.confidence);
    const { registry } = test.get(HttpMetrics);
    expect(
      await registry.getSingleMetricAsString("seqpulse_analysis_verdict_hint_consistency_total"),
    ).toContain('{verdict="ok",consistency="consistent"}');
  });

  it("is expected to bring what its service usually pushes, not what would be asked for", async () => {
    await test.sql("update metric_endpoints set source = 'push', active_url = null");
    const id = await insertDeployment(test, project, {
      state: "observing",
      startedIn: -75,
      finishedIn: -70,
      observeUntilIn: -10,
    });
    await insertSamples(test, project, { fromSeconds: -195, toSeconds: -76, stepSeconds: 6 });
    await insertSamples(test, project, { fromSeconds: -69, toSeconds: -11, stepSeconds: 6 });
    await evaluate(id);
    const verdict = await verdictOf(id);
    expect(verdict).toMatchObject({ state: "ok", missed_scrapes: 0 });
    expect(verdict?.document.quality).toMatchObject({ coverage: 1, postSamples: 10, issues: [] });
  });

  it("shows a rollback before the window is over, keeps it, and is analyzed at the end", async () => {
    const id = await observe({ finishedIn: -30, post: { error_rate: 0.3, latency_p95: 200 } });
    await evaluate(id);
    expect(await deploymentOf(id)).toMatchObject({
      state: "observing",
      verdict_state: "rollback_recommended",
    });
    const early = await verdictOf(id);
    expect(early).toMatchObject({ state: "rollback_recommended", final: true });
    expect(early?.document.hints.some(({ severity }) => severity === "critical")).toBe(true);
    // The service recovers, the window ends: what was recommended stays.
    await insertSamples(test, project, { fromSeconds: 0, toSeconds: 29 });
    await test.sql(
      "update deployments set observe_until = clock_timestamp() - interval '9 seconds', next_action_at = now() - interval '1 second' where id = $1",
      [id],
    );
    await analyst.sweepOnce();
    expect(await deploymentOf(id)).toMatchObject({
      state: "analyzed",
      verdict_state: "rollback_recommended",
    });
    expect(await verdictOf(id)).toEqual(early);
  });

  it("never gets ok from scrapes that brought nothing", async () => {
    const id = await observe({ finishedIn: -70 });
    await test.sql(
      "delete from metric_samples where at > (select finished_at from deployments where id = $1)",
      [id],
    );
    await test.sql(
      `insert into metric_samples (project_id, workspace_id, at, missing_reason)
       select $1, $2, clock_timestamp() - make_interval(secs => at), 'timeout' from generate_series(40, 69, 2) at`,
      [project.projectId, project.workspaceId],
    );
    await analyst.sweepOnce();
    expect(await deploymentOf(id)).toMatchObject({ state: "analyzed", verdict_state: "inconclusive" });
    expect((await verdictOf(id))?.missed_scrapes).toBe(30);
  });

  it("is not measured against what an earlier deployment broke", async () => {
    const broken = await insertDeployment(test, project, {
      state: "superseded",
      startedIn: -300,
      finishedIn: -295,
      observeUntilIn: -235,
      endedIn: -235,
    });
    await test.sql("update deployments set verdict_state = 'rollback_recommended' where id = $1", [broken]);
    await insertSamples(test, project, { fromSeconds: -295, toSeconds: -236, values: { error_rate: 0.5 } });
    const id = await observe({ finishedIn: -70, post: { error_rate: 0.3 } });
    await analyst.sweepOnce();
    expect((await verdictOf(id))?.document.quality.preSamples).toBe(40);
    expect(await deploymentOf(id)).toMatchObject({ verdict_state: "rollback_recommended" });
  });
});

describe("a baseline", () => {
  it("has nothing of a version that was found wanting and replaced, unless that was a false alarm", async () => {
    const ran = async (startedIn: number, verdict: string) => {
      const [finishedIn, observeUntilIn] = [startedIn + 10, startedIn + 70];
      const id = await insertDeployment(test, project, {
        state: "observing",
        startedIn,
        finishedIn,
        observeUntilIn,
      });
      await test.sql("update deployments set state = 'analyzed', verdict_state = $2 where id = $1", [
        id,
        verdict,
      ]);
      return id;
    };
    const bad = await ran(-1_000, "rollback_recommended");
    await ran(-610, "ok");
    await insertSamples(test, project, { fromSeconds: -1_195, toSeconds: -5, stepSeconds: 10 });
    const now = Date.now();
    const listed = async (beforeIn: number) => {
      const source = { projectId: project.projectId, environment: "" };
      const rows = await test
        .get(Databases)
        .inEngine((tx) =>
          test.get(SamplesQueries).listBaseline(tx, source, new Date(now + beforeIn * 1_000)),
        );
      const seconds = rows.map(({ at }) => (at - now) / 1_000);
      const countOf = (from: number, to: number) => seconds.filter((at) => at > from && at < to).length;
      return {
        before: countOf(-1_200, -1_000),
        watched: countOf(-1_000, -930),
        stayed: countOf(-930, -600),
        replaced: countOf(-600, 0),
      };
    };
    const whole = { before: 20, watched: 7, stayed: 33, replaced: 60 };
    expect(await listed(0)).toEqual({ ...whole, watched: 0, stayed: 0 });
    // It still runs: that is how the service is.
    expect(await listed(-620)).toEqual({ ...whole, watched: 0, stayed: 31, replaced: 0 });
    await test.sql("update deployments set verdict_state = 'warning' where id = $1", [bad]);
    expect(await listed(0)).toEqual({ ...whole, watched: 0 });
    await test.sql("update deployments set verdict_state = 'ok' where id = $1", [bad]);
    await test.sql(
      `insert into verdict_follow_ups (deployment_id, look, workspace_id, due_at, state, document)
       values ($1, 'hour', $2, now(), 'warning', '{"state":"rollback_recommended"}')`,
      [bad, project.workspaceId],
    );
    expect(await listed(0)).toEqual({ ...whole, stayed: 0 });
    await test.sql("update deployments set verdict_state = 'rollback_recommended' where id = $1", [bad]);
    await test.sql(
      `insert into verdict_feedback (deployment_id, workspace_id, judgement, given_at)
       values ($1, $2, 'false_alarm', now())`,
      [bad, project.workspaceId],
    );
    expect(await listed(0)).toEqual(whole);
  });
});

describe("a verdict that is final", () => {
  it("never changes, whatever is measured afterwards and however often it is looked at", async () => {
    const id = await observe({ finishedIn: -70 });
    await analyst.sweepOnce();
    const decided = await verdictOf(id);
    await insertSamples(test, project, { fromSeconds: -60.5, toSeconds: -20, values: { error_rate: 0.9 } });
    await test.sql(
      "update deployments set state = 'observing', next_action_at = now() - interval '1 second' where id = $1",
      [id],
    );
    await Promise.all([evaluate(id), evaluate(id), analyst.sweepOnce()]);
    expect(await verdictOf(id)).toEqual(decided);
    expect(await deploymentOf(id)).toMatchObject({ state: "analyzed", verdict_state: "ok" });
  });

  it("defect 18: commits with what the deployment shows, or neither is there", async () => {
    const id = await observe({ finishedIn: -70 });
    await test.sql(
      `create function refuse() returns trigger language plpgsql as $$ begin raise exception 'refused'; end $$;
       create trigger refuse before update of verdict_state on deployments for each row execute function refuse()`,
    );
    await expect(evaluate(id)).rejects.toThrow();
    expect(await verdictOf(id)).toBeUndefined();
    await test.sql("drop trigger refuse on deployments; drop function refuse()");
    await test.sql("update deployments set next_action_at = now() - interval '1 second' where id = $1", [id]);
    await analyst.sweepOnce();
    const deployment = await deploymentOf(id);
    expect([deployment?.verdict_state, deployment?.confidence]).toEqual([
      (await verdictOf(id))?.state,
      (await verdictOf(id))?.confidence,
    ]);
  });

  it("is written once by analysts that run at the same time", async () => {
    const { registry } = test.get(HttpMetrics);
    registry.resetMetrics();
    const id = await observe({ finishedIn: -70 });
    await Promise.all([1, 2, 3, 4].map(() => evaluate(id)));
    expect(await test.sql("select * from verdicts")).toHaveLength(1);
    expect(await registry.getSingleMetricAsString("seqpulse_analysis_verdict_total")).toContain(
      'seqpulse_analysis_verdict_total{verdict="ok",created="true"} 1',
    );
  });
});

describe("what a verdict tells", () => {
  it("defect 8: is told once and by its own name: a warning is not critical, and a failed pipeline adds no second notice", async () => {
    const ended = async (post?: Parameters<typeof insertSamples>[2]["values"], result = "success") => {
      project = await insertProject(test, { url: "http://127.0.0.1:4999/seqpulse-metrics" });
      const id = await observe({ finishedIn: -70, post });
      await test.sql("update deployments set pipeline_result = $2 where id = $1", [id, result]);
      return id;
    };
    const failing = { error_rate: 0.2 };
    const warned = await ended({ cpu_usage: 0.6 });
    const called = [await ended(failing), await ended(failing, "failed")];
    const calm = [await ended(), await ended({}, "failed")];
    for (let times = 0; times < 2; times += 1)
      for (const id of [warned, ...called, ...calm]) await evaluate(id);
    await Promise.all([analyst.sweepOnce(), analyst.sweepOnce()]);
    const notices = await test.sql<{ deployment_id: string; kind: string }>(
      "select * from deployment_notices",
    );
    expect(new Map(notices.map((notice) => [notice.deployment_id, notice.kind]))).toEqual(
      new Map([[warned, "warning"], ...called.map((id): [string, string] => [id, "rollback_recommended"])]),
    );
    expect(notices).toHaveLength(3);
  });
});

describe("deployments that end otherwise", () => {
  it("tries again later what cannot be judged, also when it was abandoned by the next trigger", async () => {
    const id = await insertDeployment(test, project, { state: "running", startedIn: -100 });
    await test.sql(
      "update deployments set state = 'abandoned', next_action_at = now() - interval '1 ms' where id = $1",
      [id],
    );
    await test.sql(
      `insert into verdict_policies (id, workspace_id, project_id, version, document)
       values (gen_random_uuid(), $1, $2, 1, '{}')`,
      [project.workspaceId, project.projectId],
    );
    await analyst.sweepOnce();
    const againAt = (await deploymentOf(id))?.next_action_at?.getTime() ?? 0;
    expect(againAt).toBeGreaterThan(Date.now() + 10_000);
  });

  it("abandons one that was never finished, without a judgement, and frees its environment", async () => {
    const running = { state: "running" as const, startedIn: -7_300, abandonIn: -100, nextActionIn: -100 };
    const id = await insertDeployment(test, project, running);
    await expect(insertDeployment(test, project, running)).rejects.toThrow(/deployments_one_running/);
    await analyst.sweepOnce();
    expect(await deploymentOf(id)).toMatchObject({
      state: "abandoned",
      verdict_state: "inconclusive",
      next_action_at: null,
    });
    expect(await verdictOf(id)).toMatchObject({ state: "inconclusive", final: true });
    await insertDeployment(test, project, running);
  });

  it("judges a superseded one on what there was when the newer one was triggered", async () => {
    const id = await observe({ finishedIn: -40, post: { error_rate: 0.4 } });
    await test.sql(
      "update deployments set state = 'superseded', next_action_at = now() - interval '1 second' where id = $1",
      [id],
    );
    await insertDeployment(test, project, { state: "running", startedIn: -20 });
    await analyst.sweepOnce();
    expect(await deploymentOf(id)).toMatchObject({
      state: "superseded",
      verdict_state: "rollback_recommended",
      next_action_at: null,
    });
    expect((await verdictOf(id))?.document.quality.postSamples).toBe(10);
  });

  it("gives one that a trigger abandoned its verdict too", async () => {
    const id = await insertDeployment(test, project, {
      state: "superseded",
      startedIn: -7_300,
      abandonIn: -100,
    });
    await test.sql("update deployments set state = 'abandoned', next_action_at = null where id = $1", [id]);
    await evaluate(id);
    expect(await verdictOf(id)).toMatchObject({ state: "inconclusive", final: true });
    expect(await deploymentOf(id)).toMatchObject({ state: "abandoned", verdict_state: "inconclusive" });
  });

  it("says inconclusive of a superseded one that was hardly measured", async () => {
    const id = await observe({ finishedIn: -3 });
    await test.sql(
      "update deployments set state = 'superseded', ended_at = clock_timestamp(), next_action_at = now() - interval '1 second' where id = $1",
      [id],
    );
    await analyst.sweepOnce();
    expect(await deploymentOf(id)).toMatchObject({ verdict_state: "inconclusive" });
  });

  it("keeps a running one waiting for its time-out", async () => {
    const id = await insertDeployment(test, project, { state: "running", startedIn: -5, nextActionIn: -1 });
    await analyst.sweepOnce();
    const deployment = await deploymentOf(id);
    expect(deployment).toMatchObject({ state: "running", verdict_state: "collecting" });
    expect(deployment?.next_action_at?.getTime()).toBeGreaterThan(Date.now());
    expect(await verdictOf(id)).toBeUndefined();
  });
});

it("names the version of the engine that it asks", () => {
  const file = new URL("../../../../../packages/verdict/package.json", import.meta.url);
  expect((JSON.parse(readFileSync(file, "utf8")) as { version: string }).version).toBe(ENGINE_VERSION);
});

it("tells the workspace's pages that the deployment changed", async () => {
  const id = await observe({ finishedIn: -70 });
  await analyst.sweepOnce();
  const notices = await test.sql<{ key: string; body: unknown }>(
    "select key, body from outbox where topic = 'notices'",
  );
  expect(notices).toContainEqual({
    key: project.workspaceId,
    body: { topic: "deployment.changed", id, parentId: project.projectId },
  });
});
