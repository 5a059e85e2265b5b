import { randomUUID } from "node:crypto";
import { verifyScrapeV2 } from "@pulsekeep/signing";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { Databases } from "../../platform/database.js";
import { startTestApp, type TestApp } from "../../testing/test-app.js";
import { eventually } from "../../testing/test-eventually.js";
import { besideTransaction, untilWaiting } from "../../testing/test-locks.js";
import { findFreePort } from "@pulsekeep/database/embedded";
import { VaultService } from "../vault/vault.service.js";
import { CollectorJobs } from "./collector.jobs.js";
import { SamplesService } from "./samples.service.js";
import { SamplesQueries } from "./samples.queries.js";
import {
  HEALTHY,
  insertDeployment,
  insertProject,
  insertSamples,
  startTestEndpoint,
  type TestEndpoint,
  type TestProject,
} from "./test-watched-project.js";

type Sample = {
  at: Date;
  missing_reason: string | null;
  requests_per_sec: number | null;
  error_rate: number | null;
};

let test: TestApp;
let endpoint: TestEndpoint;
let hanging: TestEndpoint;
let collector: CollectorJobs;
beforeAll(async () => {
  const port = await findFreePort();
  endpoint = await startTestEndpoint(port);
  const hangingPort = await findFreePort();
  hanging = await startTestEndpoint(hangingPort);
  hanging.now.isSilent = true;
  // No loops: the tests turn the collector by hand.
  test = await startTestApp({
    roles: ["http"],
    env: { SCRAPE_ALLOW: `127.0.0.1:${port},127.0.0.1:${hangingPort}` },
  });
  collector = test.get(CollectorJobs);
});
afterAll(async () => {
  await test.close();
  await endpoint.close();
  await hanging.close();
});
beforeEach(async () => {
  await test.sql("delete from workspaces");
  await test.sql("delete from outbox");
  await test.sql("delete from metric_samples");
  endpoint.asked.length = 0;
  Object.assign(endpoint.now, { answer: { metrics: HEALTHY }, status: 200, isSilent: false });
});

const collect = async () => {
  await collector.collectOnce();
  await collector.settle();
};
const samplesOf = ({ projectId }: TestProject) =>
  test.sql<Sample>("select * from metric_samples where project_id = $1 order by at", [projectId]);
const endpointOf = async ({ projectId }: TestProject) => {
  const [row] = await test.sql<{
    next_scrape_at: Date;
    interval_seconds: number;
    last_sample_at: Date | null;
    last_scrape_error_code: string | null;
  }>("select * from metric_endpoints where project_id = $1", [projectId]);
  if (!row) throw new Error("The project has no endpoint");
  return row;
};
const dueAgo = ({ projectId }: TestProject, seconds: number, intervalSeconds = 2) =>
  test.sql(
    `update metric_endpoints set next_scrape_at = date_trunc('milliseconds', clock_timestamp()) - make_interval(secs => $2::float8),
       interval_seconds = $3 where project_id = $1`,
    [projectId, seconds, intervalSeconds],
  );
const messages = () =>
  test.sql<{ topic: string; body: Record<string, string> }>("select topic, body from outbox order by id");

describe("collecting", () => {
  it("keeps one sample of an endpoint that is due and moves it one interval on", async () => {
    const project = await insertProject(test, { url: endpoint.url, baselineSeconds: 60 });
    const before = await endpointOf(project);
    await collect();
    await collect();
    const after = await endpointOf(project);
    expect(after.next_scrape_at.getTime() - before.next_scrape_at.getTime()).toBe(60_000);
    expect(await samplesOf(project)).toMatchObject([
      { missing_reason: null, requests_per_sec: 40, error_rate: 0 },
    ]);
    expect(after).toMatchObject({ last_scrape_error_code: null, last_sample_at: expect.any(Date) });
    expect(endpoint.asked).toHaveLength(1);
  });

  it("asks nobody whose tick has not come, and nobody whose endpoint is blocked", async () => {
    await insertProject(test, { url: endpoint.url, dueInMs: 60_000 });
    const blocked = await insertProject(test, { url: endpoint.url });
    await test.sql("update metric_endpoints set state = 'blocked' where project_id = $1", [
      blocked.projectId,
    ]);
    await collect();
    expect(endpoint.asked).toHaveLength(0);
  });

  it.each<[string, Partial<TestEndpoint["now"]>, string]>([
    ["that answers 500", { status: 500 }, "http_status"],
    ["that answers something else", { answer: { ok: true } }, "no_metrics"],
    ["with a share above one", { answer: { metrics: { ...HEALTHY, cpu_usage: 42 } } }, "out_of_range"],
    ["that does not answer in time", { isSilent: true }, "timeout"],
  ])("records a missing sample, never a zero, of an endpoint %s", async (_, change, reason) => {
    const project = await insertProject(test, { url: endpoint.url, baselineSeconds: 2 });
    Object.assign(endpoint.now, change);
    await collect();
    expect(await samplesOf(project)).toMatchObject([
      { missing_reason: reason, requests_per_sec: null, error_rate: null },
    ]);
    expect(await endpointOf(project)).toMatchObject({ last_scrape_error_code: reason, last_sample_at: null });
  });

  it("records a missing sample of an address that may not be reached", async () => {
    const project = await insertProject(test, { url: "http://127.0.0.1:4999/seqpulse-metrics" });
    await collect();
    expect(await samplesOf(project)).toMatchObject([{ missing_reason: "address_refused" }]);
  });

  it("signs its requests so that the receiver can verify them", async () => {
    const project = await insertProject(test, { url: endpoint.url });
    const secret = "spm_a-secret-of-this-test";
    const sealed = await test.get(Databases).inTenant({ workspaceId: project.workspaceId }, (tx) => {
      const place = { table: "metric_endpoints", column: "hmac_secret_sealed", row: project.projectId };
      return test.get(VaultService).seal(tx, project.workspaceId, place, Buffer.from(secret));
    });
    await test.sql(
      "update metric_endpoints set hmac_enabled = true, hmac_secret_sealed = $2 where project_id = $1",
      [project.projectId, sealed],
    );
    await collect();
    const [request] = endpoint.asked;
    const verified = await verifyScrapeV2({
      secret,
      method: "GET",
      path: request?.path ?? "",
      headers: request?.headers ?? {},
      now: new Date(),
      storeNonce: () => true,
    });
    expect(verified).toEqual({ ok: true });
    expect(request?.headers["x-seqpulse-project-id"]).toBe(project.projectId);
  });

  it("sends nothing unsigned when the secret does not open", async () => {
    const project = await insertProject(test, { url: endpoint.url });
    await test.sql(
      "update metric_endpoints set hmac_enabled = true, hmac_secret_sealed = '\\x00' where project_id = $1",
      [project.projectId],
    );
    await collect();
    expect(endpoint.asked).toHaveLength(0);
    expect(await samplesOf(project)).toMatchObject([{ missing_reason: "secret_unreadable" }]);
  });

  it("asks the analyst about each deployment that is watched, by its id alone", async () => {
    const project = await insertProject(test, { url: endpoint.url });
    const running = await insertDeployment(test, project, {
      state: "running",
      startedIn: -5,
      environment: "staging",
    });
    const observing = await insertDeployment(test, project, {
      state: "observing",
      startedIn: -9,
      finishedIn: -1,
      observeUntilIn: 59,
    });
    await collect();
    const sent = await messages();
    const asked = sent.filter(({ topic }) => topic === "deployments.evaluate").map(({ body }) => body);
    expect(asked).toHaveLength(2);
    expect(asked).toEqual(expect.arrayContaining([{ deploymentId: running }, { deploymentId: observing }]));
    expect(sent).toContainEqual({
      topic: "notices",
      body: { topic: "sample.recorded", id: observing, parentId: project.projectId },
    });
  });

  it("samples densely while a deployment is watched and goes back to the baseline's rate", async () => {
    const project = await insertProject(test, { url: endpoint.url, sampleSeconds: 2, baselineSeconds: 60 });
    const id = await insertDeployment(test, project, {
      state: "observing",
      startedIn: -9,
      finishedIn: -1,
      observeUntilIn: 59,
    });
    await collect();
    expect(await endpointOf(project)).toMatchObject({ interval_seconds: 2 });
    await test.sql("update deployments set state = 'analyzed' where id = $1", [id]);
    await dueAgo(project, 0);
    await collect();
    expect(await endpointOf(project)).toMatchObject({ interval_seconds: 60 });
  });

  it("defect 5: has a baseline of many samples before a deployment begins, and none of another address", async () => {
    const project = await insertProject(test, { url: endpoint.url });
    await insertSamples(test, project, { fromSeconds: -120, toSeconds: -2 });
    const baseline = () =>
      test
        .get(Databases)
        .inEngine((tx) =>
          test.get(SamplesQueries).listBaseline(tx, { ...project, environment: "" }, new Date()),
        );
    expect(await baseline()).toHaveLength(60);
    await test.sql(
      "update metric_endpoints set baseline_since = clock_timestamp() - interval '61 s' where project_id = $1",
      [project.projectId],
    );
    expect((await baseline()).length).toBeLessThan(32);
  });

  it("asks an endpoint once per tick however many collectors there are", async () => {
    await insertProject(test, { url: endpoint.url });
    const claims = await Promise.all([1, 2, 3, 4].map(() => collector.claimDue(10)));
    expect(claims.flat()).toHaveLength(1);
  });

  it("loses one tick, and nothing else, when it dies between claim and record", async () => {
    const project = await insertProject(test, { url: endpoint.url, baselineSeconds: 2 });
    expect(await collector.claimDue(10)).toHaveLength(1);
    expect(await collector.claimDue(10)).toHaveLength(0);
    await dueAgo(project, 0);
    await collect();
    expect(await samplesOf(project)).toHaveLength(1);
  });

  it("keeps nothing of a project that was deleted while its endpoint was asked", async () => {
    const project = await insertProject(test, { url: endpoint.url, baselineSeconds: 2 });
    endpoint.now.isSilent = true;
    await collector.collectOnce();
    await eventually(() => endpoint.asked.length === 1);
    await test.sql("delete from workspaces");
    await collector.settle();
    expect(await samplesOf(project)).toEqual([]);
    expect(test.logs.filter((line) => line.includes("a scrape was lost"))).toEqual([]);
  });
});

it("reads ten samples of a second at most, however many were pushed", async () => {
  const project = await insertProject(test, { url: endpoint.url });
  const [after, until] = [new Date(Date.UTC(2026, 0, 5)), new Date(Date.UTC(2026, 0, 5, 0, 0, 10))];
  await test.sql("select ensure_partitions($1)", [after]);
  await test.sql(
    `insert into metric_samples (project_id, workspace_id, at, latency_p95_ms)
     select $1, $2, $3::timestamptz + i * interval '1 ms', i from generate_series(1, 10000) i`,
    [project.projectId, project.workspaceId, after],
  );
  const read = await test
    .get(Databases)
    .inEngine((tx) =>
      test.get(SamplesQueries).listObserved(tx, { ...project, environment: "" }, { after, until }),
    );
  expect(read.length).toBeGreaterThanOrEqual(100);
  expect(read.length).toBeLessThanOrEqual(101);
  expect([read[0]?.latency_p95, read.at(-1)?.at]).toEqual([1, until.getTime()]);
});

it("locks endpoints in one order, whichever answered first", async () => {
  const projects = [];
  for (let n = 0; n < 3; n += 1) projects.push(await insertProject(test, { url: endpoint.url }));
  const [first, ...others] = projects.toSorted((a, b) => (a.workspaceId < b.workspaceId ? -1 : 1));
  await besideTransaction(test, async (holder) => {
    await holder.query("select from metric_endpoints where project_id = $1 for update", [first?.projectId]);
    const recorded = Promise.all(
      [...others, ...(first ? [first] : [])].map((project) =>
        test
          .get(SamplesService)
          .recordSample({ ...project, environment: "", at: new Date() }, { ok: false, reason: "timeout" }),
      ),
    );
    await untilWaiting(test);
    // Who waits for the first of them holds none of the others.
    const free = await test.sql("select from metric_endpoints for update skip locked");
    await holder.query("rollback");
    await recorded;
    expect(free).toHaveLength(others.length);
  });
});

describe("between workspaces", () => {
  const MANY = 80;

  /** One workspace with so many endpoints that never answer, all due before everybody else's. */
  async function insertHanging(): Promise<string> {
    const projects = await Promise.all(
      Array.from({ length: MANY }, () =>
        insertProject(test, { url: hanging.url, baselineSeconds: 2, dueInMs: -500 }),
      ),
    );
    const [{ workspaceId } = { workspaceId: "" }] = projects;
    const ids = projects.map(({ projectId }) => projectId);
    for (const [table, id] of [
      ["projects", "id"],
      ["metric_endpoints", "project_id"],
    ])
      await test.sql(`update ${table} set workspace_id = $1 where ${id} = any($2)`, [workspaceId, ids]);
    return workspaceId;
  }

  it("endpoints that hang fill their own workspace's share, and nobody else waits for them", async () => {
    hanging.asked.length = 0;
    await insertHanging();
    const others = [
      await insertProject(test, { url: endpoint.url }),
      await insertProject(test, { url: endpoint.url }),
    ];
    await collector.collectOnce();
    for (const other of others) await eventually(async () => (await samplesOf(other)).length === 1);
    expect(hanging.asked.length).toBeLessThanOrEqual(64);
    const late = await insertProject(test, { url: endpoint.url });
    await collector.collectOnce();
    await eventually(async () => (await samplesOf(late)).length === 1);
    expect(hanging.asked.length).toBeLessThanOrEqual(64);
    await collector.settle();
  });

  it("take turns: the second endpoint of one is not claimed before the first of another", async () => {
    const workspaceId = await insertHanging();
    const other = await insertProject(test, { url: endpoint.url, dueInMs: -1 });
    const claimed = await collector.claimDue(2);
    expect(new Set(claimed.map((scrape) => scrape.workspaceId))).toEqual(
      new Set([workspaceId, other.workspaceId]),
    );
  });
});

describe("after the server was down", () => {
  it("marks the ticks of a deployment's watch that went by as missing, and waits for the next tick", async () => {
    const project = await insertProject(test, { url: endpoint.url });
    await insertDeployment(test, project, {
      state: "observing",
      startedIn: -25,
      finishedIn: -20.5,
      observeUntilIn: -10.5,
    });
    await dueAgo(project, 30);
    const { next_scrape_at: due } = await endpointOf(project);
    await collect();
    const samples = await samplesOf(project);
    expect(endpoint.asked).toHaveLength(0);
    expect(samples.map(({ at }) => (at.getTime() - due.getTime()) / 1_000)).toEqual([
      6, 8, 10, 12, 14, 16, 18,
    ]);
    for (const sample of samples)
      expect(sample).toMatchObject({ missing_reason: "server_down", requests_per_sec: null });
    const next = (await endpointOf(project)).next_scrape_at.getTime();
    expect((next - due.getTime()) / 2_000).toBe(16);
  });

  it("marks nothing while no deployment was watched", async () => {
    const project = await insertProject(test, { url: endpoint.url });
    await insertDeployment(test, project, {
      state: "observing",
      startedIn: -900,
      finishedIn: -800,
      observeUntilIn: -700,
    });
    await dueAgo(project, 30);
    await collect();
    expect(await samplesOf(project)).toEqual([]);
  });

  it("keeps a sample that is there already", async () => {
    const project = await insertProject(test, { url: endpoint.url });
    await insertDeployment(test, project, { state: "running", startedIn: -25, abandonIn: 100 });
    await dueAgo(project, 20);
    await test.sql(
      `insert into metric_samples (project_id, workspace_id, at, requests_per_sec)
       select project_id, workspace_id, next_scrape_at, 7 from metric_endpoints where project_id = $1`,
      [project.projectId],
    );
    await collect();
    expect((await samplesOf(project))[0]).toMatchObject({ requests_per_sec: 7, missing_reason: null });
  });
});

it("deletes what has expired and keeps what has not", async () => {
  const { RetentionJobs } = await import("../../platform/retention.jobs.js");
  const project = await insertProject(test, { url: endpoint.url });
  const insertKey = (key: string, seconds: number) =>
    test.sql(
      `insert into idempotency_keys (project_id, key, workspace_id, body_hash, deployment_id, expires_at)
       values ($1, $2, $3, '\\x00', $4, clock_timestamp() + make_interval(secs => $5))`,
      [project.projectId, key, project.workspaceId, randomUUID(), seconds],
    );
  await insertKey("old", -1);
  await insertKey("new", 60);
  await test.sql(
    "create table metric_samples_20200101 partition of metric_samples for values from ('2020-01-01 00:00+00') to ('2020-01-02 00:00+00')",
  );
  await test.get(RetentionJobs).tidyOnce();
  expect(await test.sql("select key from idempotency_keys")).toEqual([{ key: "new" }]);
  expect(await test.sql("select to_regclass('metric_samples_20200101') as found")).toEqual([{ found: null }]);
});

it("records what it has claimed before it ends, and claims nothing more", async () => {
  const project = await insertProject(test, { url: endpoint.url });
  const turn = collector.collectOnce();
  await collector.beforeApplicationShutdown();
  await turn;
  expect(await samplesOf(project)).toHaveLength(1);
  const late = await insertProject(test, { url: endpoint.url });
  await collector.collectOnce();
  expect((await endpointOf(late)).last_sample_at).toBeNull();
  expect(await collector.claimDue(10)).toHaveLength(1);
});
