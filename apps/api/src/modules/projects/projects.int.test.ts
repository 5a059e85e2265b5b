import type { Project, ProjectCreated, QuotaUse, WorkspaceQuotas } from "@pulsekeep/contracts/api/projects";
import type { Page } from "@pulsekeep/contracts/api/shared";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { TestApp } from "../../testing/test-app.js";
import type { TestClient } from "../../testing/test-client.js";
import { startMetricsService } from "../../testing/test-metrics-service.js";
import { createTestProject, type TestProject } from "../../testing/test-project.js";
import { signUpAdmin, startTestAppWithAdmin } from "../admin/test-admin.js";
import { toTestProject } from "../metrics/test-watched-project.js";
import { readProjectAudit } from "./test-project-audit.js";
import { NO_LIMITS, setTestQuotas } from "./test-quotas.js";

type Refusal = { code: string; detail?: string };
const PROD = { env: "prod" };

let test: TestApp;
let alice: TestClient;
let charlie: TestClient;
let admin: Awaited<ReturnType<typeof signUpAdmin>>;
let metrics: Awaited<ReturnType<typeof startMetricsService>>;
beforeAll(async () => {
  metrics = await startMetricsService();
  test = await startTestAppWithAdmin({ roles: ["http"], env: { SCRAPE_ALLOW: metrics.hostAndPort } });
  alice = await test.signUp("Alice");
  charlie = await test.signUp("Charlie");
  admin = await signUpAdmin(test);
});
afterAll(async () => {
  await test.close();
  await metrics.close();
});

const auditOf = (project: TestProject) => readProjectAudit(test, project);

describe("a project", () => {
  it("has a description, a stack and services, and shows its last deployment", async () => {
    const project = await createTestProject(alice, {
      description: " The till ",
      stack: "node",
      services: ["api", "api", "web"],
    });
    expect(await project.read()).toMatchObject({
      description: "The till",
      stack: "node",
      services: ["api", "web"],
      latest: null,
    });
    await alice.patch(project.path, { stack: null, description: "", services: [] });
    expect(await project.read()).toMatchObject({ description: "", stack: null, services: [] });
    const { body } = await project.trigger(PROD);
    expect((await project.read()).latest).toMatchObject({
      id: body.deployment_id,
      verdict: "collecting",
      environment: "prod",
    });
  });
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

it("defect 9: lists projects page by page, each once, with the counts of their own verdicts of late", async () => {
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
  await test.sql("update deployments set started_at = now() - interval '31 days' where project_id = $1", [
    projects[0]?.id,
  ]);
  expect(await projects[0]?.read()).toMatchObject({
    stats: { deployments: 0, ok: 0 },
    latest: { verdict: "ok" },
  });
});

it("tells the pages of its workspace that a project has changed", async () => {
  await test.sql("delete from outbox");
  const project = await createTestProject(alice);
  expect(await test.sql("select body from outbox where topic = 'notices' limit 1")).toEqual([
    { body: { topic: "project.changed", id: project.id } },
  ]);
});

describe("quotas", () => {
  it("defect 14: are set by an administrator in one place, who finds a workspace by its owner's address and sees nothing else of it", async () => {
    const bob = await test.signUp("Robert");
    const project = await createTestProject(bob, { name: "Geheim" });
    const { workspaceId } = await toTestProject(test, project);
    const found = await admin.get<WorkspaceQuotas>("/api/v1/admin/quotas?email=Robert@example.test");
    expect(found.body).toEqual({ workspaceId, quotas: NO_LIMITS });
    const set = await setTestQuotas({ test, admin }, project, {
      projects: 1,
      environments: 2,
      deploymentsPerMonth: 50,
    });
    expect(set.body.quotas).toEqual({ ...NO_LIMITS, projects: 1, environments: 2, deploymentsPerMonth: 50 });
    const second = await bob.post<ProjectCreated & Refusal>("/api/v1/projects", { name: "Two" });
    expect(second).toMatchObject({ status: 402, body: { code: "QUOTA_REACHED", detail: "1/1 projects" } });
    const more = await bob.patch<Refusal>(project.path, { environments: ["a", "b", "c"] });
    expect(more).toMatchObject({ status: 402, body: { detail: "3/2 environments" } });
    expect((await bob.patch(project.path, { environments: ["a", "b"] })).status).toBe(200);
    const audit = await bob.get<Page<{ action: string }>>("/api/v1/audit");
    expect(audit.body.rows.map(({ action }) => action)).toContain("quota.changed");
    expect((await admin.get("/api/v1/admin/quotas?email=nobody@example.test")).status).toBe(404);
  });

  it("are shown to those they are for, with what is used of them this month", async () => {
    const carol = await test.signUp("Caroline");
    const empty = (await carol.get<QuotaUse>("/api/v1/quotas")).body;
    expect(empty).toMatchObject({
      deployments: { used: 0, limit: null },
      projects: { used: 0, limit: null },
      perProject: [],
    });
    const project = await createTestProject(carol, { name: "Shop", environments: ["prod", "staging"] });
    await createTestProject(carol, { name: "Aviary" });
    await setTestQuotas({ test, admin }, project, {
      projects: 5,
      environments: 3,
      deploymentsPerMonth: 50,
      pathChangesPerMonth: 2,
    });
    for (const env of ["prod", "staging"]) await project.trigger({ env });
    const { body } = await carol.get<QuotaUse>("/api/v1/quotas");
    expect(body).toMatchObject({
      deployments: { used: 2, limit: 50 },
      projects: { used: 2, limit: 5 },
      perProject: [
        { name: "Aviary", deployments: 0 },
        {
          name: "Shop",
          deployments: 2,
          environments: { used: 2, limit: 3 },
          pathChanges: { used: 0, limit: 2 },
          hostChanges: { used: 0, limit: null },
        },
      ],
    });
    expect(body.monthEndsAt).toMatch(/-01T00:00:00\.000Z$/);
    expect(Date.parse(body.monthEndsAt)).toBeGreaterThan(Date.now());
    expect((await test.newClient().get("/api/v1/quotas")).status).toBe(401);
  });

  it("are nobody else's to see or set", async () => {
    const project = await createTestProject(alice);
    const { workspaceId } = await toTestProject(test, project);
    const path = `/api/v1/admin/quotas/${workspaceId}`;
    expect((await alice.call("PUT", path, { body: NO_LIMITS })).status).toBe(404);
    expect((await alice.get(`/api/v1/admin/quotas?email=${admin.email}`)).status).toBe(404);
    expect((await test.newClient().get(`/api/v1/admin/quotas?email=${admin.email}`)).status).toBe(401);
    const nowhere = "/api/v1/admin/quotas/01a200b9-e71c-72da-a69a-c89473143d4f";
    expect((await admin.call("PUT", nowhere, { body: NO_LIMITS })).status).toBe(404);
  });

  it("let one of two projects pass that are created at once for the last place", async () => {
    const carol = await test.signUp("Carol");
    const first = await createTestProject(carol);
    await setTestQuotas({ test, admin }, first, { projects: 2 });
    const answers = await Promise.all(
      ["a", "b", "c"].map((name) => carol.post("/api/v1/projects", { name })),
    );
    expect(answers.map(({ status }) => status).sort((a, b) => a - b)).toEqual([201, 402, 402]);
  });
});
