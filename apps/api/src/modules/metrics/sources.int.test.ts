import type { Page } from "@pulsekeep/contracts/api/shared";
import { execFile } from "node:child_process";
import { createServer, type Server } from "node:http";
import { connect } from "node:net";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";
import type { ProjectSeries, SamplesPushed } from "@pulsekeep/contracts/api/metrics";
import type { EndpointTest, Project } from "@pulsekeep/contracts/api/projects";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { startTestApp, type TestApp } from "../../testing/test-app.js";
import type { TestClient } from "../../testing/test-client.js";
import { closeServer, listen } from "../../testing/test-ports.js";
import { createTestProject, type TestProject } from "../../testing/test-project.js";
import { CollectorJobs } from "./collector.jobs.js";
import { RollUpJobs } from "./roll-up.jobs.js";

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
let prometheus: Awaited<ReturnType<typeof startPrometheus>>;
beforeAll(async () => {
  prometheus = await startPrometheus();
  test = await startTestApp({ roles: ["http"], env: { SCRAPE_ALLOW: prometheus.hostAndPort } });
  alice = await test.signUp("Alice");
});
afterAll(async () => {
  await test.close();
  await closeServer(prometheus.server);
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

/** Sends what is too much, from a process of its own: what it makes of memory is not the server's. */
const ATTACKER = `
  const [url, key] = process.argv.slice(1);
  const keys = (count) => Array.from({ length: count }, (_, n) => '"k' + n + '":1').join(",");
  const metrics = (text) => '{"samples":[{"metrics":{' + text + "}}]}";
  const bodies = [
    '{"samples":["' + "x".repeat(2_000_000) + '"]}',
    metrics(keys(1_000_000)),
    '{"samples":' + "[".repeat(100_000) + "]".repeat(100_000) + "}",
    metrics(keys(60_000)),
    '{"samples":[{"at":"' + "9".repeat(1_000_000) + '","metrics":{}}]}',
  ];
  const answers = [];
  for (const body of bodies) {
    const headers = { "x-api-key": key, "content-type": "application/json" };
    // Whoever is refused while they still send may see the connection cut.
    const response = await fetch(url, { method: "POST", headers, body }).catch(() => undefined);
    answers.push(response ? { status: response.status, ...(await response.json()) } : { status: 413 });
  }
  console.log(JSON.stringify(answers));
`;

/**
 * What work does to this process: the longest that it held its loop, and how much it grew. Held is counted in time of the
 * processor, which is the same while other tests want it too.
 */
async function watchProcess(work: () => Promise<void>): Promise<{ heldMs: number; grownBytes: number }> {
  const before = process.memoryUsage().rss;
  let heldMs = 0;
  let last = process.threadCpuUsage();
  const watch = setInterval(() => {
    const { user, system } = process.threadCpuUsage(last);
    heldMs = Math.max(heldMs, (user + system) / 1_000);
    last = process.threadCpuUsage();
  }, 5);
  await work();
  clearInterval(watch);
  return { heldMs, grownBytes: process.memoryUsage().rss - before };
}

describe("bodies that are too much", () => {
  it("BOMB-01 are refused without growing the process or holding its loop", async () => {
    const project = await createTestProject(alice);
    await push(project, { samples: [{ metrics: METRICS }] });
    let answers: (Refusal & { status: number })[] = [];
    const { heldMs, grownBytes } = await watchProcess(async () => {
      const script = [
        "--input-type=module",
        "-e",
        ATTACKER,
        `${test.url}/api/v1/samples`,
        project.apiKeyPlain,
      ];
      answers = JSON.parse((await promisify(execFile)(process.execPath, script)).stdout);
    });
    const [long, aMillionKeys, deep, manyKeys, wide] = answers;
    expect([long?.status, aMillionKeys?.status, wide?.status]).toEqual([413, 413, 422]);
    expect([400, 422]).toContain(deep?.status);
    expect(manyKeys?.errors?.[0]).toMatchObject({ message: "unknown_metric" });
    expect(grownBytes).toBeLessThan(50 * 1_024 ** 2);
    expect(heldMs).toBeLessThan(200);
    expect((await push(project, { samples: [{ metrics: METRICS }] })).status).toBe(200);
  });

  it("BOMB-01 are not decompressed, and not read beyond the limit when they announce no length", async () => {
    const project = await createTestProject(alice);
    const headers = { "x-api-key": project.apiKeyPlain, "content-type": "application/json" };
    const zipped = gzipSync(Buffer.alloc(20_000_000, 0x20));
    const compressed = await fetch(`${test.url}/api/v1/samples`, {
      method: "POST",
      headers: { ...headers, "content-encoding": "gzip" },
      body: zipped,
    });
    expect(compressed.status).toBe(415);
    expect(await compressed.json()).toMatchObject({ detail: "Send the body uncompressed" });
    let sent = 0;
    const endless = new ReadableStream<Uint8Array>({
      pull(controller) {
        sent += 65_536;
        if (sent > 200_000_000) controller.close();
        else controller.enqueue(Buffer.alloc(65_536, 0x20));
      },
    });
    const chunked = fetch(`${test.url}/api/v1/samples`, {
      method: "POST",
      headers,
      body: endless,
      duplex: "half",
    } as RequestInit);
    const status = await chunked.then((answer) => answer.status).catch(() => 413);
    expect(status).toBe(413);
    expect(sent).toBeLessThan(50_000_000);
  });

  it("BOMB-06 are no passwords: what is longer than 256 characters is refused unhashed, what is shorter counts to its end", async () => {
    const signUp = (name: string, password: string) =>
      test
        .newClient()
        .post<Refusal>("/api/auth/sign-up/email", { name, email: `${name}@example.test`, password });
    const signIn = (name: string, password: string) =>
      test.newClient().post<Refusal>("/api/auth/sign-in/email", { email: `${name}@example.test`, password });
    const startedMs = performance.now();
    for (const length of [257, 100_000])
      expect((await signUp("dora", "p4".repeat(length))).status).toBeGreaterThanOrEqual(400);
    expect(performance.now() - startedMs).toBeLessThan(2_000);
    const password = `${"correct-horse-battery-".repeat(5)}9`;
    expect((await signUp("emil", password)).status).toBe(200);
    expect((await signIn("emil", password)).status).toBe(200);
    // A hash that reads 72 bytes would take both.
    for (const wrong of [password.slice(0, 72), `${password.slice(0, -1)}8`])
      expect((await signIn("emil", wrong)).status).toBe(401);
  });

  it("BOMB-05 in headers and addresses are refused before any route", async () => {
    const { port } = new URL(test.url);
    const ask = (head: string) =>
      new Promise<string>((resolve, reject) => {
        const socket = connect(Number(port), "localhost", () =>
          socket.write(`${head}\r\nHost: localhost\r\n\r\n`),
        );
        let text = "";
        socket.on("data", (chunk) => (text += chunk.toString("latin1")));
        socket.on("close", () => resolve(text));
        socket.on("error", (error) => (text === "" ? reject(error) : resolve(text)));
        socket.setTimeout(3_000, () => socket.destroy());
      });
    const many = (line: (n: number) => string, joint: string) =>
      Array.from({ length: 10_000 }, (_, n) => line(n)).join(joint);
    for (const head of [
      `GET /health HTTP/1.1\r\n${many((n) => `x-${n}: y`, "\r\n")}`,
      `GET /health HTTP/1.1\r\ncookie: ${many((n) => `c${n}=1`, "; ")}`,
      `GET /health?${many((n) => `q${n}=1`, "&")} HTTP/1.1`,
    ])
      expect((await ask(head)).slice(0, 12), head.slice(0, 40)).toMatch(/^HTTP\/1\.1 (431|400|414)$|^$/);
    expect((await fetch(`${test.url}/health`)).status).toBeLessThan(600);
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
  beforeEach(() => Object.assign(prometheus.state, { status: 200, token: undefined, values: undefined }));

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
    prometheus.state.values = [];
    await test.sql(
      "update metric_endpoints set next_scrape_at = now() - interval '1 ms' where project_id = $1",
      [project.id],
    );
    await collect();
    expect((await kept(project)).at(-1)).toMatchObject({ missing_reason: "no_data", requests_per_sec: null });
    expect((await project.read()).lastScrapeErrorCode).toBe("no_data");
  });
});

describe("long views", () => {
  type Series = ProjectSeries & Refusal;
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
    await push(project, { samples: [{ at: ago(10), metrics: METRICS }] });
    await alice.call("DELETE", project.path, { body: { confirmationName: "Shop" } });
    expect((await alice.get(`${project.path}/samples`)).status).toBe(404);
    const left = () => test.sql("select 1 from metric_samples where project_id = $1", [project.id]);
    expect(await left()).toHaveLength(1);
    await test.sql("select drop_old_samples(now() + interval '32 days', 30)");
    expect(await left()).toEqual([]);
    await test.sql("select ensure_partitions(now())");
  });
});

/** A Prometheus that knows one series per query: the minute of the hour; no errors at all. */
async function startPrometheus() {
  const asked: { query: string; token: string | undefined }[] = [];
  const state = {
    status: 200,
    token: undefined as string | undefined,
    values: undefined as [number, string][] | undefined,
  };
  const server: Server = createServer((request, response) => {
    const url = new URL(request.url ?? "", "http://localhost");
    const query = url.searchParams.get("query") ?? "";
    asked.push({ query, token: request.headers.authorization });
    const isAllowed = state.token === undefined || request.headers.authorization === `Bearer ${state.token}`;
    const [start, end, step] = ["start", "end", "step"].map((name) => Number(url.searchParams.get(name))) as [
      number,
      number,
      number,
    ];
    const values: [number, string][] = [];
    for (let at = start; at <= end; at += step) values.push([at, query.startsWith("errors") ? "NaN" : "5"]);
    response.writeHead(isAllowed ? state.status : 401, { "content-type": "application/json" });
    const result = state.values ? [] : [{ metric: {}, values }];
    const good = { status: "success", data: { resultType: "matrix", result } };
    response.end(JSON.stringify(state.status === 200 ? good : { status: "error", error: "no" }));
  });
  const port = await listen(server);
  return {
    server,
    asked,
    state,
    url: `http://127.0.0.1:${port}/prom`,
    alias: `http://localhost:${port}/prom`,
    hostAndPort: `127.0.0.1:${port},localhost:${port}`,
  };
}

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
