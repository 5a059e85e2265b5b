import type { SamplesPushed } from "@pulsekeep/contracts/api/metrics";
import type { EndpointTest, Project } from "@pulsekeep/contracts/api/projects";
import type { Page } from "@pulsekeep/contracts/api/shared";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { startTestApp, type TestApp } from "../../testing/test-app.js";
import type { TestClient } from "../../testing/test-client.js";
import { createTestProject, type TestProject } from "../../testing/test-project.js";
import { CollectorJobs } from "./collector.jobs.js";
import { startTestPrometheus } from "./test-prometheus.js";

const METRICS = {
  requests_per_sec: 20,
  latency_p95: 80,
  error_rate: 0.01,
  cpu_usage: 0.3,
  memory_usage: 0.4,
};
type Refusal = { code: string; errors?: { path: string; message: string }[] };

let test: TestApp;
let alice: TestClient;
let prometheus: Awaited<ReturnType<typeof startTestPrometheus>>;
beforeAll(async () => {
  prometheus = await startTestPrometheus();
  test = await startTestApp({ roles: ["http"], env: { SCRAPE_ALLOW: prometheus.hostAndPort } });
  alice = await test.signUp("Alice");
});
afterAll(async () => {
  await test.close();
  await prometheus.close();
});
beforeEach(() => test.sql("delete from outbox"));

const keyOf = (project: TestProject) => ({ cookie: "", "x-api-key": project.apiKeyPlain });
const push = (project: TestProject, body: unknown) =>
  alice.call<SamplesPushed & Refusal>("POST", "/api/v1/samples", { body, headers: keyOf(project) });
const ago = (seconds: number) =>
  new Date(Math.floor(Date.now() / 1_000) * 1_000 - seconds * 1_000).toISOString();
const kept = (project: TestProject) =>
  test.sql<Record<string, unknown>>("select * from metric_samples where project_id = $1 order by at", [
    project.id,
  ]);
const topics = async () =>
  (
    await test.sql<{ topic: string; body: Record<string, string> }>(
      "select topic, body from outbox order by id",
    )
  ).map(({ topic, body }) => (topic === "notices" ? body["topic"] : `${topic} ${body["deploymentId"]}`));

describe("samples that are pushed", () => {
  it("are kept, and make pushing the source of a project that measured nothing yet", async () => {
    const project = await createTestProject(alice);
    await test.sql("delete from outbox");
    const newest = ago(10);
    const { status, body } = await push(project, {
      samples: [
        { at: ago(20), metrics: METRICS },
        { at: newest, metrics: { latency_p95: 90 } },
      ],
    });
    expect({ status, body }).toEqual({ status: 200, body: { accepted: 2, duplicates: 0, rejected: [] } });
    expect(await kept(project)).toMatchObject([
      { requests_per_sec: 20, latency_p95_ms: 80, cpu_usage: 0.3, missing_reason: null },
      { requests_per_sec: null, latency_p95_ms: 90, cpu_usage: null, missing_reason: null },
    ]);
    const { endpoint, lastSampleAt } = await project.read();
    expect(endpoint).toMatchObject({ source: "push", state: "active", activeUrl: null });
    expect(lastSampleAt).toBe(newest);
    expect(await topics()).toEqual(["project.changed", "sample.recorded"]);
  });

  it("change nothing when they are sent again, and cannot rewrite what was said", async () => {
    const project = await createTestProject(alice);
    // Named once each: between two calls another second may begin.
    const [first, newest] = [ago(20), ago(5)];
    const samples = [
      { at: first, metrics: METRICS },
      { at: ago(10), metrics: METRICS },
    ];
    await push(project, { samples });
    const before = await kept(project);
    expect((await push(project, { samples })).body).toEqual({ accepted: 0, duplicates: 2, rejected: [] });
    const other = { ...METRICS, error_rate: 0 };
    const again = await push(project, { samples: [...samples, { at: first, metrics: other }] });
    expect(again.body).toMatchObject({
      duplicates: 2,
      rejected: [{ index: 2, reason: "conflicting_sample" }],
    });
    const twice = await push(project, {
      samples: [
        { at: newest, metrics: METRICS },
        { at: newest, metrics: other },
      ],
    });
    expect(twice.body).toMatchObject({ accepted: 1, rejected: [{ index: 1, reason: "conflicting_sample" }] });
    expect((await kept(project)).slice(0, 2)).toEqual(before);
  });

  it("are judged row by row, with the reason of each; when none is good that is a refusal", async () => {
    const project = await createTestProject(alice);
    const bad = { at: ago(5), metrics: { ...METRICS, cpu_usage: 7 } };
    const some = await push(project, { samples: [bad, { at: ago(5), metrics: METRICS }, "x"] });
    expect(some.body).toEqual({
      accepted: 1,
      duplicates: 0,
      rejected: [
        { index: 0, reason: "out_of_range", detail: "cpu_usage" },
        { index: 2, reason: "invalid_row", detail: null },
      ],
    });
    const none = await push(project, { samples: [bad], sentAt: new Date().toISOString() });
    expect(none).toMatchObject({
      status: 422,
      body: {
        code: "invalid_input",
        errors: [{ path: "samples.0.metrics.cpu_usage", message: "out_of_range" }],
      },
    });
    expect((await project.read()).lastScrapeErrorCode).toBe("out_of_range");
    expect(await push(project, { samples: [] })).toMatchObject({ status: 422 });
    expect(
      await push(project, { samples: [{ at: ago(1), metrics: METRICS }], sentAt: ago(600) }),
    ).toMatchObject({
      body: { errors: [{ path: "samples.0", message: "clock_skew" }] },
    });
  });

  it("choose nothing while none of them is good", async () => {
    const project = await createTestProject(alice);
    const none = await push(project, { samples: [{ at: ago(5), metrics: { ...METRICS, cpu_usage: 7 } }] });
    expect(none.status).toBe(422);
    expect((await project.read()).endpoint).toMatchObject({ source: "endpoint", state: "none" });
  });

  it("are refused for the rest of a day in which the project has sent as many as it may", async () => {
    const project = await createTestProject(alice);
    await push(project, { samples: [{ at: ago(20), metrics: METRICS }] });
    const count = (sent: number, day: string) =>
      test.sql(
        `update metric_endpoints set pushed_samples = $2, pushed_on = (now() at time zone 'UTC')::date - $3::int
         where project_id = $1`,
        [project.id, sent, day],
      );
    await count(249_999, "0");
    expect((await push(project, { samples: [{ at: ago(10), metrics: METRICS }] })).status).toBe(200);
    const refused = await push(project, { samples: [{ at: ago(9), metrics: METRICS }] });
    expect(refused).toMatchObject({
      status: 429,
      body: { code: "sample_quota_reached", detail: expect.stringContaining("250000") },
    });
    expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
    expect(Number(refused.headers.get("retry-after"))).toBeLessThanOrEqual(86_400);
    const exported = await alice.call<Refusal>("POST", "/v1/metrics", {
      body: {
        resourceMetrics: [
          {
            scopeMetrics: [
              {
                metrics: [
                  {
                    name: "seqpulse.cpu_usage",
                    gauge: { dataPoints: [{ timeUnixNano: `${Date.now()}000000`, asDouble: 0.2 }] },
                  },
                ],
              },
            ],
          },
        ],
      },
      headers: keyOf(project),
    });
    expect([exported.status, exported.body.code]).toEqual([429, "sample_quota_reached"]);
    expect(await kept(project)).toHaveLength(2);
    await count(250_000, "1");
    expect((await push(project, { samples: [{ at: ago(8), metrics: METRICS }] })).status).toBe(200);
    // The new day's count has begun with what was new.
    await push(project, { samples: [{ at: ago(8), metrics: METRICS }] });
    const [endpoint] = await test.sql("select pushed_samples from metric_endpoints where project_id = $1", [
      project.id,
    ]);
    expect(endpoint).toEqual({ pushed_samples: 1 });
  });

  it("wake the analyst for each deployment that is watched", async () => {
    const project = await createTestProject(alice);
    await push(project, { samples: [{ metrics: METRICS }] });
    const { body } = await project.trigger({ env: "prod" });
    await test.sql("delete from outbox");
    await push(project, { samples: [{ at: ago(0), metrics: METRICS }] });
    expect(await topics()).toEqual([`deployments.evaluate ${body.deployment_id}`, "sample.recorded"]);
  });

  it("go to the project of their key, and are refused without one, or where another source is measured", async () => {
    const [one, other] = [await createTestProject(alice), await createTestProject(alice)];
    await push(one, { samples: [{ metrics: METRICS }] });
    expect(await kept(other)).toEqual([]);
    const body = { samples: [{ metrics: METRICS }] };
    expect((await test.newClient().post("/api/v1/samples", body)).status).toBe(422);
    expect((await alice.post("/api/v1/samples", body)).status).toBe(422);
    await test.sql(
      "update metric_endpoints set state = 'active', active_url = 'https://a.example/m' where project_id = $1",
      [other.id],
    );
    expect(await push(other, body)).toMatchObject({ status: 409, body: { code: "SOURCE_MISMATCH" } });
    await alice.call("PUT", `${one.path}/endpoint/block`, { body: { blocked: true } });
    expect(await push(one, body)).toMatchObject({ status: 423, body: { code: "PROJECT_ENDPOINT_BLOCKED" } });
  });
});

describe("metrics that OpenTelemetry exports", () => {
  const nanos = (ms: number) => `${ms}000000`;
  const histogram = (atMs: number, changes: object = {}) => ({
    name: "http.server.request.duration",
    histogram: {
      aggregationTemporality: 1,
      dataPoints: [
        {
          startTimeUnixNano: nanos(atMs - 10_000),
          timeUnixNano: nanos(atMs),
          attributes: [{ key: "http.response.status_code", value: { intValue: "200" } }],
          count: "100",
          explicitBounds: [0.1, 0.2],
          bucketCounts: ["0", "100", "0"],
        },
      ],
      ...changes,
    },
  });
  const send = (project: TestProject, metrics: object[]) =>
    alice.call<{ partialSuccess?: { rejectedDataPoints: string; errorMessage: string } }>(
      "POST",
      "/v1/metrics",
      {
        body: { resourceMetrics: [{ scopeMetrics: [{ metrics }] }] },
        headers: keyOf(project),
      },
    );

  it("become samples once, however often they are sent", async () => {
    const project = await createTestProject(alice);
    const atMs = Math.floor(Date.now() / 10_000) * 10_000 - 5_000;
    for (let time = 0; time < 2; time += 1)
      expect(await send(project, [histogram(atMs)])).toMatchObject({ status: 200, body: {} });
    expect(await kept(project)).toMatchObject([
      { at: new Date(atMs), requests_per_sec: 10, error_rate: 0, latency_p95_ms: 195, cpu_usage: null },
    ]);
    expect((await project.read()).endpoint.source).toBe("push");
  });

  it("are refused in part with the reasons, as OTLP says it", async () => {
    const project = await createTestProject(alice);
    const atMs = Date.now() - 5_000;
    const { status, body } = await send(project, [
      histogram(atMs),
      histogram(atMs, { aggregationTemporality: 2 }),
      histogram(atMs + 3_600_000),
    ]);
    expect(status).toBe(200);
    expect(body.partialSuccess).toMatchObject({ rejectedDataPoints: "2" });
    expect(body.partialSuccess?.errorMessage).toMatch(/cumulative_temporality: 1.*from_future: 1/);
    expect(await kept(project)).toHaveLength(1);
  });
});

describe("Prometheus as a source", () => {
  const QUERIES = {
    requests_per_sec: "sum(rate(requests_total{$labels}[$window]))",
    latency_p95: "latency{$labels}",
    error_rate: "errors{$labels}",
    cpu_usage: "",
    memory_usage: "",
  };
  const settings = (changes: object = {}) => ({
    baseUrl: prometheus.url,
    labels: { job: "shop" },
    windowSeconds: 60,
    queries: QUERIES,
    ...changes,
  });
  type Tested = EndpointTest & Refusal;
  const tryOut = (project: TestProject, body: object) =>
    alice.post<Tested>(`${project.path}/prometheus/test`, body);
  const activate = (project: TestProject, body: object) =>
    alice.call<Tested>("PUT", `${project.path}/prometheus`, { body });
  const collect = async () => {
    await test.get(CollectorJobs).collectOnce();
    await test.get(CollectorJobs).settle();
  };
  beforeEach(() => Object.assign(prometheus.state, { status: 200, token: undefined, isSilent: false }));

  it("is tried out without being kept, and says what is wrong", async () => {
    const project = await createTestProject(alice);
    expect((await tryOut(project, settings())).body).toMatchObject({
      ok: true,
      sample: { requestsPerSec: 5, latencyP95Ms: 5, errorRate: null, cpuUsage: null },
    });
    prometheus.state.status = 422;
    expect((await tryOut(project, settings())).body).toMatchObject({ ok: false, errorCode: "query_refused" });
    prometheus.state.status = 401;
    expect((await tryOut(project, settings())).body).toMatchObject({
      errorCode: "http_status",
      errorDetail: "401",
    });
    const inner = await tryOut(project, settings({ baseUrl: "http://127.0.0.1:9/" }));
    expect(inner).toMatchObject({ status: 400, body: { code: "ENDPOINT_INVALID_FORMAT" } });
    const hidden = await tryOut(project, settings({ baseUrl: "http://127.0.0.1:4999/" }));
    expect(hidden.body).toMatchObject({ ok: false, errorCode: "address_refused" });
    expect(await project.read()).toMatchObject({
      endpoint: { source: "endpoint", state: "none", prometheus: null },
    });
  });

  it("is measured with its token once it has answered, and its history is the first baseline", async () => {
    const project = await createTestProject(alice);
    prometheus.state.token = "prom-token-1";
    const body = settings({ token: "prom-token-1" });
    expect((await activate(project, settings())).body).toMatchObject({ ok: false, errorDetail: "401" });
    expect((await activate(project, body)).body).toMatchObject({
      ok: true,
      endpoint: { source: "prometheus" },
    });
    const audit = await alice.get<Page<{ action: string; subject: { id: string } }>>("/api/v1/audit");
    expect(audit.body.rows[0]).toMatchObject({ action: "endpoint.activated", subject: { id: project.id } });
    expect((await kept(project)).length).toBe(61);
    expect(JSON.stringify(await project.read())).not.toContain("prom-token-1");
    expect(await project.read()).toMatchObject({
      endpoint: { prometheus: { hasToken: true }, state: "active" },
    });
    prometheus.asked.length = 0;
    await test.sql(
      "update metric_endpoints set last_sample_at = now() - interval '61 s' where project_id = $1",
      [project.id],
    );
    await collect();
    expect((await kept(project)).length).toBe(62);
    const query = prometheus.asked.find(({ query: text }) => text.startsWith("sum"));
    expect(query).toMatchObject({
      query: 'sum(rate(requests_total{job="shop"}[60s]))',
      token: "Bearer prom-token-1",
    });
    // The kept token goes with changes of the queries, and not to another server.
    expect((await tryOut(project, settings())).body.ok).toBe(true);
    expect((await tryOut(project, settings({ baseUrl: prometheus.alias }))).body).toMatchObject({
      errorDetail: "401",
    });
  });

  it("fills what nobody asked for in time, and records silence as missing", async () => {
    const project = await createTestProject(alice, { observation: { baselineSeconds: 10 } });
    await activate(project, settings());
    await test.sql("delete from metric_samples where project_id = $1", [project.id]);
    // A millisecond ago: instants are kept in whole ones, and now would be rounded into the future half of the time.
    const [endpoint] = await test.sql<{ last_sample_at: Date }>(
      `update metric_endpoints set last_sample_at = now() - interval '41 s', next_scrape_at = now() - interval '1 ms'
       where project_id = $1 returning last_sample_at`,
      [project.id],
    );
    await collect();
    const atMs = (await kept(project)).map(({ at }) => (at as Date).getTime());
    // Four steps have passed since then, or more on a machine that is busy.
    expect(atMs.length).toBeGreaterThanOrEqual(4);
    const [firstMs = Number.NaN] = atMs;
    expect(atMs).toEqual(atMs.map((_, index) => firstMs + index * 10_000));
    expect(firstMs - (endpoint?.last_sample_at.getTime() ?? 0)).toBeLessThan(20_000);
    prometheus.state.isSilent = true;
    await test.sql(
      "update metric_endpoints set next_scrape_at = now() - interval '1 ms' where project_id = $1",
      [project.id],
    );
    await collect();
    expect((await kept(project)).at(-1)).toMatchObject({ missing_reason: "no_data", requests_per_sec: null });
    expect((await project.read()).lastScrapeErrorCode).toBe("no_data");
  });
});

it("says where samples come from", async () => {
  const project = await createTestProject(alice);
  const set = (source: string) =>
    alice.call<Project & Refusal>("PUT", `${project.path}/source`, { body: { source } });
  expect((await set("push")).body.endpoint).toMatchObject({
    source: "push",
    state: "active",
    baselineVersion: 1,
  });
  expect((await set("endpoint")).body.endpoint).toMatchObject({ source: "endpoint", state: "none" });
  expect((await set("carrier-pigeon")).status).toBe(422);
});
