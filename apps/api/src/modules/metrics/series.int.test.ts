import type { ProjectSeries } from "@pulsekeep/contracts/api/metrics";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Databases } from "../../platform/database.js";
import { Jobs } from "../../platform/jobs.js";
import { startTestApp, type TestApp } from "../../testing/test-app.js";
import type { TestClient } from "../../testing/test-client.js";
import { createTestProject } from "../../testing/test-project.js";
import { NOTHING_MEASURED } from "./metric-values.js";
import { RollUpJobs } from "./roll-up.jobs.js";
import { SamplesService } from "./samples.service.js";
import { insertSamples, toTestProject } from "./test-watched-project.js";

let test: TestApp;
let alice: TestClient;
beforeAll(async () => {
  test = await startTestApp({ roles: ["http"] });
  alice = await test.signUp("Alice");
});
afterAll(() => test.close());

describe("long views", () => {
  type Series = ProjectSeries & { code: string };
  const HOUR_MS = 3_600_000;
  const hour = (back: number) => new Date((Math.floor(Date.now() / HOUR_MS) - back) * HOUR_MS);

  it("read few points of any span, the same from hourly figures as from samples", async () => {
    const project = await createTestProject(alice);
    await test.sql(
      `insert into metric_samples (project_id, workspace_id, at, missing_reason, requests_per_sec, latency_p95_ms)
       select p.id, p.workspace_id, t, case when extract(minute from t) = 7 then 'timeout' end,
         case when extract(minute from t) <> 7 then extract(minute from t) end, 50
       from projects p, generate_series($2::timestamptz, $3::timestamptz - interval '1 minute', '1 minute') t where p.id = $1`,
      [project.id, hour(5), hour(-1)],
    );
    const view = async (points: number) => {
      const path = `${project.path}/samples?from=${hour(5).toISOString()}&to=${hour(-1).toISOString()}&points=${points}`;
      return (await alice.get<Series>(path)).body;
    };
    const fine = await view(300);
    expect(fine.stepSeconds).toBe(120);
    expect(fine.points).toHaveLength(180);
    expect(fine.points[0]).toMatchObject({
      samples: 2,
      missing: 0,
      requests_per_sec: { mean: 0.5, min: 0, max: 1 },
    });
    expect(fine.points[3]).toMatchObject({
      samples: 1,
      missing: 1,
      requests_per_sec: { mean: 6, min: 6, max: 6 },
    });
    const before = (await view(10)).points;
    expect(before).toHaveLength(6);
    // Kept before there was a largest value: their sum is no number, and may stop neither a view nor everybody's hours.
    const huge = await createTestProject(alice);
    await test.sql(
      `insert into metric_samples (project_id, workspace_id, at, latency_p95_ms)
       select p.id, p.workspace_id, t, 1.7e308 from projects p, unnest($2::timestamptz[]) t where p.id = $1`,
      [huge.id, [1, 2, 3].map((second) => new Date(hour(4).getTime() + second * 1_000))],
    );
    const peek = `${huge.path}/samples?from=${hour(5).toISOString()}&to=${hour(0).toISOString()}`;
    for (const points of [10, 300]) expect((await alice.get(`${peek}&points=${points}`)).status).toBe(200);
    while ((await test.get(RollUpJobs).rollUpOnce()) === "more");
    const rolled = await test.sql("select * from metric_rollups where project_id = $1", [project.id]);
    expect(rolled.length).toBeGreaterThanOrEqual(3);
    expect((await view(10)).points).toEqual(before);
    expect((await alice.get<Series>(`${peek}&points=10`)).body.points).toMatchObject([
      { samples: 3, latency_p95: { mean: 1e9 } },
    ]);
    // The hours stay when their samples are gone.
    await test.sql("delete from metric_samples where project_id = $1 and at < $2", [project.id, hour(3)]);
    expect((await view(10)).points.slice(0, 2)).toEqual(before.slice(0, 2));
  });

  it("lose no hour of anybody when one project's samples come late", async () => {
    const [late, other] = [await createTestProject(alice), await createTestProject(alice)];
    const push = async (apiKey: string, instants: readonly Date[]) => {
      const samples = instants.map((at) => ({ at: at.toISOString(), metrics: { latency_p95: 50 } }));
      const headers = { cookie: "", "x-api-key": apiKey };
      const { body } = await alice.post("/api/v1/samples", { samples }, headers);
      expect(body).toMatchObject({ accepted: samples.length });
    };
    const minutesAfter = (back: number, minutes: number) => new Date(hour(back).getTime() + minutes * 60_000);
    const rollUp = async () => {
      const jobs = new RollUpJobs(test.get(Databases), test.get(Jobs));
      while ((await jobs.rollUpOnce()) === "more");
    };
    const counts = async () => {
      const rows = await test.sql<{ samples: number }>(
        "select samples from metric_rollups where project_id = $1 order by at",
        [other.id],
      );
      return rows.map(({ samples }) => samples);
    };
    // As after a stop of some hours: nothing of these is summed up when the first late sample comes.
    await test.sql("delete from metric_rollups");
    await test.sql(
      `insert into metric_samples (project_id, workspace_id, at, latency_p95_ms)
       select p.id, p.workspace_id, t, 50 from projects p, unnest($2::timestamptz[]) t where p.id = $1`,
      [other.id, [hour(6), hour(5), hour(3)]],
    );
    await push(late.apiKeyPlain, [minutesAfter(3, 1)]);
    await rollUp();
    expect(await counts()).toEqual([1, 1, 1]);
    // Into an hour that has been summed up, and into one that had no sample then.
    await push(other.apiKeyPlain, [minutesAfter(5, 1), hour(4)]);
    expect(await counts()).toEqual([1, 2, 1, 1]);
  });

  it("keep nobody's samples from being kept when they cannot be written", async () => {
    const project = await createTestProject(alice);
    const { projectId, workspaceId } = await toTestProject(test, project);
    await test.sql(
      `insert into metric_rollups (project_id, environment, workspace_id, at, samples, missing)
       values ($1, '', $2, $3, 1, 0)`,
      [projectId, workspaceId, hour(1)],
    );
    await test.sql("revoke insert on metric_rollups from pulsekeep_engine");
    try {
      const at = hour(2);
      const values = { ...NOTHING_MEASURED, latency_p95: 50 };
      await test
        .get(SamplesService)
        .recordSample(
          { projectId, environment: "", workspaceId, at: new Date() },
          { ok: true, rows: [{ at, values }] },
        );
      expect(await test.sql("select at from metric_samples where project_id = $1", [projectId])).toEqual([
        { at },
      ]);
    } finally {
      await test.sql("grant insert on metric_rollups to pulsekeep_engine");
    }
  });

  it("show the hourly figures of days whose samples are gone, however short they are", async () => {
    const project = await createTestProject(alice);
    await test.sql(
      `insert into metric_rollups (project_id, environment, workspace_id, at, samples, missing, latency_p95_ms_mean)
       select p.id, '', p.workspace_id, t, 60, 0, 50
       from projects p, generate_series($2::timestamptz, $3::timestamptz, '1 hour') t where p.id = $1`,
      [project.id, hour(24 * 40 + 5), hour(24 * 40 + 1)],
    );
    const path = `${project.path}/samples?from=${hour(24 * 40 + 5).toISOString()}&to=${hour(24 * 40).toISOString()}`;
    const { stepSeconds, points } = (await alice.get<Series>(path)).body;
    expect([stepSeconds, points.length]).toEqual([3_600, 5]);
  });

  it("are of one's own projects, and of at most 400 days", async () => {
    const project = await createTestProject(alice);
    const bob = await test.signUp("Bob");
    expect((await bob.get(`${project.path}/samples`)).status).toBe(404);
    const long = await alice.get<Series>(`${project.path}/samples?from=2020-01-01T00:00:00Z`);
    expect(long).toMatchObject({ status: 422, body: { code: "invalid_input" } });
    expect((await alice.get<Series>(`${project.path}/samples`)).body).toEqual({
      stepSeconds: 300,
      points: [],
    });
  });

  it("end with the project, and its samples with the partition of their day", async () => {
    const project = await createTestProject(alice);
    await insertSamples(test, await toTestProject(test, project), { fromSeconds: -10, toSeconds: -10 });
    await alice.call("DELETE", project.path, { body: { confirmationName: "Shop" } });
    expect((await alice.get(`${project.path}/samples`)).status).toBe(404);
    const left = () => test.sql("select 1 from metric_samples where project_id = $1", [project.id]);
    expect(await left()).toHaveLength(1);
    await test.sql("select drop_old_samples(now() + interval '32 days', 30)");
    expect(await left()).toEqual([]);
    await test.sql("select ensure_partitions(now())");
  });

  it("are kept and dropped in time also where their day's partition came too late", async () => {
    const { id } = await createTestProject(alice);
    const insert = (days: number) =>
      test.sql(
        `insert into metric_samples (project_id, workspace_id, at, latency_p95_ms)
         select id, workspace_id, now() + make_interval(days => $2), 50 from projects where id = $1`,
        [id, days],
      );
    const left = () => test.sql("select from metric_samples where project_id = $1", [id]);
    await insert(9);
    await test.sql(
      `insert into audit_entries (id, workspace_id, action, actor_kind, subject_kind, facts, recorded_at)
       select gen_random_uuid(), workspace_id, 'project.created', 'system', 'project', '{}', now() + interval '4 months'
       from projects where id = $1`,
      [id],
    );
    for (const later of ["2 days", "4 months"])
      await test.sql(`select ensure_partitions(now() + interval '${later}')`);
    await insert(9);
    expect(await left()).toHaveLength(2);
    await test.sql("select drop_old_samples(now() + interval '38 days', 30)");
    expect(await left()).toHaveLength(2);
    await test.sql("select drop_old_samples(now() + interval '40 days', 30)");
    expect(await left()).toEqual([]);
    await test.sql("select ensure_partitions(now())");
  });
});
