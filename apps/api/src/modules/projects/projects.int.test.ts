import type { EndpointTest, Project, ProjectCreated, SecretShown } from "@pulsekeep/contracts/api/projects";
import type { Page } from "@pulsekeep/contracts/api/shared";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { Databases } from "../../platform/database.js";
import type { TestClient } from "../../testing/test-client.js";
import { eventually } from "../../testing/test-eventually.js";
import { startMetricsService } from "../../testing/test-metrics-service.js";
import { startTestApp, type TestApp } from "../../testing/test-app.js";
import { createTestProject, type TestProject } from "../../testing/test-project.js";
import { lockProject } from "./lock-project.js";

let test: TestApp;
let alice: TestClient;
let charlie: TestClient;
let metrics: Awaited<ReturnType<typeof startMetricsService>>;

beforeAll(async () => {
  metrics = await startMetricsService();
  test = await startTestApp({ roles: ["http"], env: { SCRAPE_ALLOW: metrics.hostAndPort } });
  alice = await test.signUp("Alice");
  charlie = await test.signUp("Charlie");
});
afterAll(async () => {
  await test.close();
  await metrics.close();
});
beforeEach(() => {
  Object.assign(metrics.state, { status: 200, secret: undefined });
});

const PROD = { env: "prod" };
const auditOf = async (project: { id: string }) =>
  (
    await test.sql<{ action: string }>(
      "select action from audit_entries where subject_id = $1 order by recorded_at, id",
      [project.id],
    )
  ).map(({ action }) => action);

const testEndpoint = (project: TestProject) =>
  alice.post<EndpointTest & { code?: string }>(`${project.path}/endpoint/test`);
const setEndpoint = (project: TestProject, url: string) =>
  alice.call<Project & { code?: string }>("PUT", `${project.path}/endpoint`, { body: { url } });

/** Every row of every table as text; bytes as hex. */
async function dumpTables(): Promise<string> {
  const tables = await test.sql<{ name: string }>(
    `select quote_ident(table_name) as name from information_schema.tables
     where table_schema = 'public' and table_type = 'BASE TABLE'`,
  );
  const rows = await Promise.all(
    tables.map(({ name }) => test.sql<{ row: string }>(`select t::text as row from ${name} t`)),
  );
  return rows
    .flat()
    .map(({ row }) => row)
    .join("\n");
}

const isIn = (text: string, secret: string): boolean =>
  text.includes(secret) || text.includes(Buffer.from(secret).toString("hex"));

it("shows the API key once and keeps nothing that it could be read from", async () => {
  const project = await createTestProject(alice);
  const rotated = await alice.post<SecretShown>(`${project.path}/api-key/rotate`);
  const hmac = await alice.post<SecretShown>(`${project.path}/hmac/enable`);
  await project.trigger(PROD, { "x-api-key": rotated.body.secretPlain });
  const kept = [await dumpTables(), test.logs.join("\n"), JSON.stringify(await project.read())];
  for (const secret of [project.apiKeyPlain, rotated.body.secretPlain, hmac.body.secretPlain])
    for (const text of kept) expect(isIn(text, secret)).toBe(false);
  // The search finds what is there, written as text or as bytes.
  await test.sql("update projects set name = $1 where id = $2", [project.apiKeyPlain, project.id]);
  await test.sql("update metric_endpoints set hmac_secret_sealed = $1 where project_id = $2", [
    Buffer.from(hmac.body.secretPlain),
    project.id,
  ]);
  const planted = await dumpTables();
  expect([isIn(planted, project.apiKeyPlain), isIn(planted, hmac.body.secretPlain)]).toEqual([true, true]);
});

it("gives keys of 256 random bits, known by their beginning and their end", async () => {
  const { body, headers } = await alice.post<ProjectCreated>("/api/v1/projects", { name: "Keys" });
  expect(body.apiKeyPlain).toMatch(/^SP_[A-Za-z0-9_-]{43}$/);
  expect(body.project.apiKey).toEqual({
    prefix: body.apiKeyPlain.slice(0, 7),
    lastFour: body.apiKeyPlain.slice(-4),
    lastUsedAt: null,
    previous: [],
  });
  expect(headers.get("cache-control")).toBe("no-store");
});

it("refuses the old key at once after a rotation", async () => {
  const project = await createTestProject(alice);
  expect((await project.trigger(PROD)).status).toBe(200);
  const { body } = await alice.post<SecretShown>(`${project.path}/api-key/rotate`);
  expect((await project.trigger(PROD)).status).toBe(401);
  expect((await project.trigger(PROD, { "x-api-key": body.secretPlain })).status).toBe(200);
  expect((await project.read()).apiKey.lastFour).toBe(body.secretPlain.slice(-4));
  expect(await auditOf(project)).toEqual(["project.created", "api_key.created", "api_key.rotated"]);
});

it("leaves one key after ten rotations at once, and to one who knew which key it was", async () => {
  const project = await createTestProject(alice);
  const expectedLastFour = project.apiKeyPlain.slice(-4);
  const rotate = () => alice.post<SecretShown>(`${project.path}/api-key/rotate`, { expectedLastFour });
  const answers = await Promise.all(Array.from({ length: 10 }, rotate));
  expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([
    200,
    ...Array<number>(9).fill(409),
  ]);
  expect((await rotate()).status).toBe(409);
  const statuses = await Promise.all(
    answers.map(async ({ body }) => (await project.trigger(PROD, { "x-api-key": body.secretPlain })).status),
  );
  expect(statuses.filter((status) => status === 200)).toHaveLength(1);
});

it.each(["/api-key/rotate", "/hmac/rotate"])("lets one of two win that rotate at once: %s", async (route) => {
  const project = await createTestProject(alice);
  await alice.post(`${project.path}/hmac/enable`);
  const [row] = await test.sql<{ id: string }>("select workspace_id as id from projects where id = $1", [
    project.id,
  ]);
  for (const overlapSeconds of [0, 3_600]) {
    const bothWait = async () => {
      const waiting = await test.sql(
        "select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'",
      );
      return waiting.length === 2;
    };
    let answers: Promise<{ status: number }[]> = Promise.resolve([]);
    await test.get(Databases).inTenant({ workspaceId: row?.id ?? "" }, async (tx) => {
      await lockProject(tx, project.id);
      answers = Promise.all([0, 1].map(() => alice.post(`${project.path}${route}`, { overlapSeconds })));
      await eventually(bothWait);
    });
    expect((await answers).map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 409]);
  }
  const done = route.startsWith("/hmac") ? "hmac.rotated" : "api_key.rotated";
  expect((await auditOf(project)).filter((action) => action === done)).toHaveLength(2);
});

it.each([
  ["empty", "", 422],
  ["blank", " ", 422],
  ["of another form", "Bearer abc", 401],
  ["too long", `SP_${"a".repeat(5_000)}`, 401],
  ["not a letter", `SP_${"é".repeat(40)}`, 401],
  ["two in one", `SP_${"a".repeat(43)}, SP_${"b".repeat(43)}`, 401],
])("refuses a key that is %s", async (_, key, status) => {
  const project = await createTestProject(alice);
  expect((await project.trigger(PROD, { "x-api-key": key })).status).toBe(status);
});

it("does not take the key from the address", async () => {
  const { apiKeyPlain } = await createTestProject(alice);
  const path = `/deployments/trigger?api_key=${apiKeyPlain}&X-API-Key=${apiKeyPlain}`;
  expect((await test.newClient().post(path, PROD)).status).toBe(422);
  expect(test.logs.join("\n")).not.toContain(apiKeyPlain);
});

it("refuses the key of a project that is gone", async () => {
  const project = await createTestProject(alice);
  await alice.call("DELETE", project.path, { body: { confirmationName: "Shop" } });
  expect((await project.trigger(PROD)).status).toBe(401);
});

it("notes the use of a key at most once a minute", async () => {
  const project = await createTestProject(alice);
  await project.trigger(PROD);
  const first = (await project.read()).apiKey.lastUsedAt;
  expect(first).not.toBeNull();
  await project.trigger(PROD);
  expect((await project.read()).apiKey.lastUsedAt).toBe(first);
  await test.sql("update project_api_keys set last_used_at = now() - interval '61 s' where project_id = $1", [
    project.id,
  ]);
  // A process remembers for a minute what it has noted; another one does not know.
  await test.restart();
  await project.trigger(PROD);
  expect(Date.parse((await project.read()).apiKey.lastUsedAt ?? "")).toBeGreaterThanOrEqual(
    Date.parse(first ?? ""),
  );
});

it("activates a candidate that answers, and the baseline begins", async () => {
  const project = await createTestProject(alice, { metricsEndpoint: metrics.url });
  expect(project.endpoint).toMatchObject({ state: "pending", activeUrl: null, candidateUrl: metrics.url });
  const { status, body } = await testEndpoint(project);
  expect({ status, body }).toMatchObject({
    status: 200,
    body: {
      ok: true,
      errorCode: null,
      endpoint: { state: "active", activeUrl: metrics.url, candidateUrl: null, lastTestErrorCode: null },
      sample: {
        requestsPerSec: 12.5,
        latencyP95Ms: 131.2,
        errorRate: 0.002,
        cpuUsage: 0.42,
        memoryUsage: 0.51,
      },
    },
  });
  const due = await test.sql(
    "select next_scrape_at <= now() as due, interval_seconds from metric_endpoints where project_id = $1",
    [project.id],
  );
  expect(due).toEqual([{ due: true, interval_seconds: project.observation.baselineSeconds }]);
  expect(await auditOf(project)).toContain("endpoint.activated");
});

it("keeps the active endpoint while a candidate fails its test, and says why", async () => {
  const project = await createTestProject(alice, { endpoint: metrics.url });
  const candidate = `${metrics.url}?candidate`;
  expect((await setEndpoint(project, candidate)).body.endpoint).toMatchObject({
    state: "active",
    candidateUrl: candidate,
  });
  metrics.state.status = 503;
  expect((await testEndpoint(project)).body).toMatchObject({
    ok: false,
    errorCode: "http_status",
    errorDetail: "503",
    sample: null,
    endpoint: { state: "active", activeUrl: metrics.url, lastTestErrorCode: "http_status" },
  });
  metrics.state.status = 200;
  expect((await testEndpoint(project)).body).toMatchObject({ ok: true, endpoint: { activeUrl: candidate } });
  expect((await auditOf(project)).slice(-3)).toEqual([
    "endpoint.candidate_set",
    "endpoint.test_failed",
    "endpoint.activated",
  ]);
});

it("has nothing to test before an endpoint is set", async () => {
  const project = await createTestProject(alice);
  expect(await testEndpoint(project)).toMatchObject({ status: 422, body: { code: "ENDPOINT_TEST_FAILED" } });
});

it.each([
  "http://localhost:8080/metrics",
  "ftp://app.example.com/metrics",
  "https://user:password@app.example.com/metrics",
  "https://app.example.com:6379/metrics",
])("refuses %s before anything is asked of it", async (url) => {
  const refusal = { status: 400, body: { code: "ENDPOINT_INVALID_FORMAT" } };
  const project = await createTestProject(alice);
  expect(await setEndpoint(project, url)).toMatchObject(refusal);
  expect(await alice.post("/api/v1/projects", { name: "Shop", metricsEndpoint: url })).toMatchObject(refusal);
  expect((await project.read()).endpoint.candidateUrl).toBeNull();
});

it("does not connect to a private address that nobody allowed", async () => {
  const project = await createTestProject(alice);
  const other = await startMetricsService();
  try {
    await setEndpoint(project, other.url);
    expect((await testEndpoint(project)).body).toMatchObject({ ok: false, errorCode: "address_refused" });
    expect(other.state.requests).toBe(0);
  } finally {
    await other.close();
  }
});

it("signs scrapes with the secret that it showed, and with the new one after a rotation", async () => {
  const project = await createTestProject(alice, { endpoint: metrics.url });
  const enabled = await alice.post<SecretShown>(`${project.path}/hmac/enable`);
  expect(enabled.body.secretPlain).toMatch(/^spm_[A-Za-z0-9_-]{43}$/);
  metrics.state.secret = enabled.body.secretPlain;
  expect((await testEndpoint(project)).body.ok).toBe(true);
  const rotated = await alice.post<SecretShown>(`${project.path}/hmac/rotate`);
  expect((await testEndpoint(project)).body).toMatchObject({ ok: false, errorDetail: "401" });
  metrics.state.secret = rotated.body.secretPlain;
  expect((await testEndpoint(project)).body.ok).toBe(true);
  expect((await alice.post(`${project.path}/hmac/enable`)).status).toBe(409);
  const disabled = await alice.post<Project>(`${project.path}/hmac/disable`);
  expect(disabled.body.hmacEnabled).toBe(false);
  expect((await testEndpoint(project)).body.ok).toBe(false);
  expect((await alice.post(`${project.path}/hmac/rotate`)).status).toBe(409);
  expect((await auditOf(project)).filter((action) => action.startsWith("hmac."))).toEqual([
    "hmac.enabled",
    "hmac.rotated",
    "hmac.disabled",
  ]);
});

it("changes name, environments and observation, and the pace of the baseline with them", async () => {
  const project = await createTestProject(alice);
  const { body } = await alice.patch<Project>(project.path, {
    name: "Till",
    environments: ["prod", "staging", "prod"],
    observation: { baselineSeconds: 5, windowSeconds: 60 },
  });
  expect(body).toMatchObject({
    name: "Till",
    environments: ["prod", "staging"],
    observation: { ...project.observation, baselineSeconds: 5, windowSeconds: 60 },
  });
  expect(
    await test.sql("select interval_seconds from metric_endpoints where project_id = $1", [project.id]),
  ).toEqual([{ interval_seconds: 5 }]);
  // Fewer than three samples fit in, and without three there is no verdict.
  for (const tooSlow of [{ sampleSeconds: 21 }, { windowSeconds: 30, sampleSeconds: 11 }])
    expect(await alice.patch(project.path, { observation: tooSlow })).toMatchObject({
      status: 422,
      body: { errors: [{ path: "observation.windowSeconds" }] },
    });
  const created = await alice.post("/api/v1/projects", {
    name: "Slow",
    observation: { sampleSeconds: 300, windowSeconds: 899 },
  });
  expect(created).toMatchObject({ status: 422, body: { errors: [{ path: "observation.windowSeconds" }] } });
});

it("deletes a project with all it has, when its name is typed exactly", async () => {
  const project = await createTestProject(alice);
  const { body } = await project.trigger(PROD, { "x-idempotency-key": "k" });
  const remove = (confirmationName: string) =>
    alice.call("DELETE", project.path, { body: { confirmationName } });
  expect(await remove("shop")).toMatchObject({
    status: 422,
    body: { code: "PROJECT_DELETE_CONFIRMATION_MISMATCH" },
  });
  expect((await remove("Shop")).status).toBe(204);
  expect((await alice.get(project.path)).status).toBe(404);
  expect((await alice.get(`/api/v1/deployments/${body.deployment_id}`)).status).toBe(404);
  for (const table of ["project_api_keys", "metric_endpoints", "deployments", "idempotency_keys"])
    expect(await test.sql(`select 1 from ${table} where project_id = $1`, [project.id])).toEqual([]);
  expect((await auditOf(project)).at(-1)).toBe("project.deleted");
});

it("deletes nothing for a session that is older than ten minutes, and new keys need no fresh one", async () => {
  const project = await createTestProject(alice);
  const age = (interval: string) =>
    test.sql(
      `update sessions s set created_at = now() - $1::interval from workspace_members m, projects p
       where m.user_id = s.user_id and m.workspace_id = p.workspace_id and p.id = $2`,
      [interval, project.id],
    );
  const remove = () => alice.call("DELETE", project.path, { body: { confirmationName: "Shop" } });
  await age("11 minutes");
  try {
    expect(await remove()).toMatchObject({ status: 403, body: { code: "sign_in_again" } });
    expect((await alice.post(`${project.path}/api-key/rotate`)).status).toBe(200);
    expect((await auditOf(project)).at(-1)).toBe("api_key.rotated");
  } finally {
    await age("1 minute");
  }
  expect((await remove()).status).toBe(204);
});

it("answers a stranger on every route as if the project did not exist", async () => {
  const project = await createTestProject(alice, { endpoint: metrics.url });
  const calls: [string, string, object?][] = [
    ["GET", ""],
    ["PATCH", "", { name: "Mine" }],
    ["DELETE", "", { confirmationName: "Shop" }],
    ["POST", "/api-key/rotate", {}],
    ["POST", "/hmac/enable", {}],
    ["POST", "/hmac/rotate", {}],
    ["POST", "/hmac/disable", {}],
    ["PUT", "/endpoint", { url: "https://evil.example/metrics" }],
    ["POST", "/endpoint/test", {}],
  ];
  const before = await project.read();
  for (const [method, path, body] of calls) {
    const theirs = await charlie.call(method, `${project.path}${path}`, { body });
    const none = await charlie.call(method, `/api/v1/projects/01a200b9-e71c-72da-a69a-c89473143d4f${path}`, {
      body,
    });
    expect([method, path, theirs.status, theirs.body.code]).toEqual([method, path, 404, none.body.code]);
  }
  expect(await project.read()).toEqual(before);
  expect((await charlie.get<Page<Project>>("/api/v1/projects")).body.rows).toEqual([]);
  expect((await test.newClient().get(project.path)).status).toBe(401);
});

it("defect 9: lists projects page by page, each once, with the counts of their own verdicts", async () => {
  const bob = await test.signUp("Bob");
  const projects = [];
  for (const name of ["One", "Two", "Three"]) projects.push(await createTestProject(bob, { name }));
  await projects[0]?.trigger(PROD);
  await test.sql("update deployments set verdict_state = 'ok' where project_id = $1", [projects[0]?.id]);
  const first = (await bob.get<Page<Project>>("/api/v1/projects?limit=2")).body;
  const second = (await bob.get<Page<Project>>(`/api/v1/projects?limit=2&cursor=${first.nextCursor}`)).body;
  expect([...first.rows, ...second.rows].map(({ name }) => name)).toEqual(["Three", "Two", "One"]);
  expect(second.nextCursor).toBeNull();
  expect(second.rows[0]?.stats).toEqual({ deployments: 1, ok: 1, warning: 0, rollbackRecommended: 0 });
  expect(first.rows[0]?.stats.deployments).toBe(0);
});

it("tells the pages of its workspace that a project has changed", async () => {
  await test.sql("delete from outbox");
  const project = await createTestProject(alice);
  expect(await test.sql("select body from outbox where topic = 'notices' limit 1")).toEqual([
    { body: { topic: "project.changed", id: project.id } },
  ]);
});
