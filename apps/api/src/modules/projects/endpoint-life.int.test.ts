import type { EndpointChange, EndpointTest, Project, SecretShown } from "@pulsekeep/contracts/api/projects";
import type { Page } from "@pulsekeep/contracts/api/shared";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { TestApp } from "../../testing/test-app.js";
import type { TestClient } from "../../testing/test-client.js";
import { startMetricsService } from "../../testing/test-metrics-service.js";
import { createTestProject, type TestProject } from "../../testing/test-project.js";
import { signUpAdmin, startTestAppWithAdmin } from "../admin/test-admin.js";
import { CollectorJobs } from "../metrics/collector.jobs.js";
import { readProjectAudit } from "./test-project-audit.js";
import { setTestQuotas } from "./test-quotas.js";
import { startTestReceiver, type TestReceiver } from "./test-receiver.js";

type Refusal = { code: string; detail?: string };
const PROD = { env: "prod" };

let test: TestApp;
let alice: TestClient;
let admin: TestClient;
let receiver: TestReceiver;
let metrics: Awaited<ReturnType<typeof startMetricsService>>;
beforeAll(async () => {
  [receiver, metrics] = [await startTestReceiver(), await startMetricsService()];
  const SCRAPE_ALLOW = `${receiver.hostAndPort},${metrics.hostAndPort}`;
  test = await startTestAppWithAdmin({ roles: ["http"], env: { SCRAPE_ALLOW } });
  [alice, admin] = [await test.signUp("Alice"), await signUpAdmin(test)];
});
afterAll(async () => {
  await test.close();
  await Promise.all([receiver.close(), metrics.close()]);
});
beforeEach(() => {
  receiver.reset();
  Object.assign(metrics.state, { status: 200, secret: undefined });
});

const setEndpoint = (project: TestProject, url: string, more: object = {}) =>
  alice.call<Project & Refusal>("PUT", `${project.path}/endpoint`, { body: { url, ...more } });
const testEndpoint = (project: TestProject) =>
  alice.post<EndpointTest & Refusal>(`${project.path}/endpoint/test`);
const historyOf = async (project: TestProject) =>
  (await alice.get<Page<EndpointChange>>(`${project.path}/endpoint/changes`)).body.rows;
const auditOf = (project: TestProject) => readProjectAudit(test, project);

describe("a metrics endpoint", () => {
  it("SSRF-07 is locked to its host, and moves only when that is said and the new host has answered", async () => {
    const project = await createTestProject(alice, { endpoint: receiver.url });
    expect((await project.read()).endpoint).toMatchObject({ hostLock: receiver.host, baselineVersion: 1 });
    const refused = await setEndpoint(project, receiver.aliasUrl);
    expect(refused).toMatchObject({ status: 409, body: { code: "HOST_LOCK_VIOLATION" } });
    expect((await setEndpoint(project, receiver.aliasUrl, { migrateHost: true })).status).toBe(200);
    expect((await project.read()).endpoint).toMatchObject({
      hostLock: receiver.host,
      activeUrl: receiver.url,
    });
    expect((await testEndpoint(project)).body).toMatchObject({
      ok: true,
      endpoint: { hostLock: receiver.aliasHost, baselineVersion: 2, activeUrl: receiver.aliasUrl },
    });
    // An address that a name has come to hold meanwhile is refused at the scrape itself.
    await test.sql(
      "update metric_endpoints set active_url = 'http://127.0.0.1:9/m', next_scrape_at = now() - interval '1 ms' where project_id = $1",
      [project.id],
    );
    await test.get(CollectorJobs).collectOnce();
    await test.get(CollectorJobs).settle();
    expect((await project.read()).lastScrapeErrorCode).toBe("port_refused");
  });

  it("has a history of everything that happened to it", async () => {
    const project = await createTestProject(alice, { endpoint: receiver.url });
    await setEndpoint(project, `${receiver.url}/v2?token=geheim`);
    receiver.state.takes = [];
    receiver.state.secret = "nobody has it";
    await testEndpoint(project);
    receiver.state.secret = undefined;
    await testEndpoint(project);
    await alice.call("PUT", `${project.path}/endpoint/block`, { body: { blocked: true } });
    await alice.call("PUT", `${project.path}/endpoint/block`, { body: { blocked: false } });
    const history = await historyOf(project);
    expect(
      history.map(({ kind, replaced, reason, baselineVersion }) => [kind, replaced, reason, baselineVersion]),
    ).toEqual([
      ["unblocked", null, null, 2],
      ["blocked", null, null, 2],
      ["activated", "path", null, 2],
      ["test_succeeded", null, null, 2],
      ["test_failed", null, "http_status", 1],
      ["candidate_updated", null, null, 1],
      ["activated", null, null, 1],
      ["test_succeeded", null, null, 1],
    ]);
    expect(new Set(history.map(({ host }) => host))).toEqual(new Set([receiver.host]));
    expect(JSON.stringify(history)).not.toContain("geheim");
    const bob = await test.signUp("Bob");
    expect((await bob.get(`${project.path}/endpoint/changes`)).status).toBe(404);
  });

  it("may be changed as often in a month as its workspace is allowed, and counts what became active", async () => {
    const project = await createTestProject(alice, { endpoint: receiver.url });
    await setTestQuotas({ test, admin }, project, { pathChangesPerMonth: 1, hostChangesPerMonth: 1 });
    for (const path of ["/a", "/b"]) await setEndpoint(project, `${receiver.url}${path}`);
    expect((await project.read()).changes).toEqual({
      path: { used: 0, limit: 1 },
      host: { used: 0, limit: 1 },
    });
    expect((await testEndpoint(project)).body.ok).toBe(true);
    expect(await setEndpoint(project, `${receiver.url}/c`)).toMatchObject({
      status: 409,
      body: { code: "CHANGE_LIMIT_EXCEEDED", detail: "1/1 this month" },
    });
    // The address that is active may be tested again.
    expect((await testEndpoint(project)).body.ok).toBe(true);
    await setEndpoint(project, receiver.aliasUrl, { migrateHost: true });
    expect((await testEndpoint(project)).body.ok).toBe(true);
    const back = await setEndpoint(project, receiver.url, { migrateHost: true });
    expect(back).toMatchObject({ status: 409, body: { code: "MIGRATION_LIMIT_EXCEEDED" } });
    expect((await project.read()).changes).toEqual({
      path: { used: 1, limit: 1 },
      host: { used: 1, limit: 1 },
    });
    await test.sql(
      "update endpoint_changes set created_at = created_at - interval '32 days' where project_id = $1",
      [project.id],
    );
    expect((await setEndpoint(project, receiver.url, { migrateHost: true })).status).toBe(200);
    await setTestQuotas({ test, admin }, project, {});
  });

  it("that is blocked takes no deployment and no test, and is not asked", async () => {
    const project = await createTestProject(alice, { endpoint: receiver.url });
    await alice.call("PUT", `${project.path}/endpoint/block`, { body: { blocked: true } });
    expect(await project.trigger(PROD)).toMatchObject({
      status: 423,
      body: { code: "PROJECT_ENDPOINT_BLOCKED" },
    });
    expect((await testEndpoint(project)).status).toBe(423);
    expect((await setEndpoint(project, `${receiver.url}/x`)).status).toBe(423);
    await alice.call("PUT", `${project.path}/endpoint/block`, { body: { blocked: false } });
    expect((await project.trigger(PROD)).status).toBe(200);
  });

  it("SSRF-08 leaves nothing of an answer but its numbers", async () => {
    receiver.state.canary = "canary-of-the-answer";
    const project = await createTestProject(alice, { endpoint: receiver.url });
    receiver.state.secret = "wrong";
    receiver.state.takes = [];
    const failed = await testEndpoint(project);
    const texts = [JSON.stringify(failed.body), JSON.stringify(await project.read()), test.logs.join("\n")];
    const rows = await test.sql<{ t: string }>(
      "select e::text as t from metric_endpoints e union all select c::text from endpoint_changes c",
    );
    for (const text of [...texts, ...rows.map(({ t }) => t)])
      expect(text).not.toContain("canary-of-the-answer");
  });
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

describe("a project", () => {
  it("measures nothing between deployments when its baseline is switched off", async () => {
    const project = await createTestProject(alice, { endpoint: `${receiver.url}/quiet` });
    const baseline = (baselineEnabled: boolean) =>
      alice.patch(project.path, { observation: { baselineEnabled } });
    const nextScrape = async () =>
      (
        await test.sql<{ at: Date | null }>(
          "select next_scrape_at as at from metric_endpoints where project_id = $1",
          [project.id],
        )
      )[0]?.at;
    const tick = async () => {
      await test.sql(
        "update metric_endpoints set next_scrape_at = now() - interval '1 ms' where project_id = $1 and next_scrape_at is not null",
        [project.id],
      );
      receiver.asked.length = 0;
      await test.get(CollectorJobs).collectOnce();
      await test.get(CollectorJobs).settle();
      return receiver.asked.filter((path) => path === "/metrics/quiet").length;
    };
    await baseline(false);
    expect([await tick(), await nextScrape()]).toEqual([0, null]);
    await project.trigger(PROD);
    expect(await tick()).toBe(1);
    expect(await nextScrape()).not.toBeNull();
    await test.sql("update deployments set state = 'analyzed' where project_id = $1", [project.id]);
    expect([await tick(), await nextScrape()]).toEqual([0, null]);
    await baseline(true);
    expect(await tick()).toBe(1);
  });
});
