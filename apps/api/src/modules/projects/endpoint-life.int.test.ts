import { createServer, type Server } from "node:http";
import { signScrapeV3, verifyScrapeV2, verifyScrapeV3 } from "@pulsekeep/signing";
import type {
  EndpointChange,
  EndpointTest,
  Project,
  ProjectCreated,
  SecretShown,
  WorkspaceQuotas,
  QuotaUse,
} from "@pulsekeep/contracts/api/projects";
import type { Page } from "@pulsekeep/contracts/api/shared";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { startTestApp, type TestApp } from "../../testing/test-app.js";
import type { TestClient } from "../../testing/test-client.js";
import { closeServer, listen } from "../../testing/test-ports.js";
import { createTestProject, type TestProject } from "../../testing/test-project.js";
import { CollectorJobs } from "../metrics/collector.jobs.js";

type Refusal = { code: string; detail?: string };
const PROD = { env: "prod" };

let test: TestApp;
let alice: TestClient;
let admin: TestClient;
let receiver: Awaited<ReturnType<typeof startReceiver>>;
beforeAll(async () => {
  receiver = await startReceiver();
  test = await startTestApp({
    roles: ["http"],
    env: { SCRAPE_ALLOW: receiver.allow, PULSEKEEP_ADMIN_EMAILS: "root@example.test" },
  });
  alice = await test.signUp("Alice");
  admin = await test.signUp("Root");
  await test.sql("update users set email_verified = true where email = 'root@example.test'");
});
afterAll(async () => {
  await test.close();
  await closeServer(receiver.server);
});
beforeEach(() =>
  Object.assign(receiver.state, { secret: undefined, takes: ["v2"], offers: undefined, canary: "" }),
);

const setEndpoint = (project: TestProject, url: string, more: object = {}) =>
  alice.call<Project & Refusal>("PUT", `${project.path}/endpoint`, { body: { url, ...more } });
const testEndpoint = (project: TestProject) =>
  alice.post<EndpointTest & Refusal>(`${project.path}/endpoint/test`);
const historyOf = async (project: TestProject) =>
  (await alice.get<Page<EndpointChange>>(`${project.path}/endpoint/changes`)).body.rows;
const workspaceOf = async (project: TestProject) =>
  (
    await test.sql<{ workspace_id: string }>("select workspace_id from projects where id = $1", [project.id])
  )[0]?.workspace_id ?? "";
const NO_LIMITS = {
  deploymentsPerMonth: null,
  projects: null,
  environments: null,
  pathChangesPerMonth: null,
  hostChangesPerMonth: null,
};
const setQuotas = async (project: TestProject, quotas: object) =>
  admin.call<WorkspaceQuotas & Refusal>("PUT", `/api/v1/admin/quotas/${await workspaceOf(project)}`, {
    body: { ...NO_LIMITS, ...quotas },
  });

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
    await setQuotas(project, { pathChangesPerMonth: 1, hostChangesPerMonth: 1 });
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
    await setQuotas(project, {});
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

describe("signing", () => {
  const enable = async (project: TestProject) => {
    const { body } = await alice.post<SecretShown>(`${project.path}/hmac/enable`);
    receiver.state.secret = body.secretPlain;
  };

  it("goes over to v3 where the receiver offers it, by a test, and back by a test", async () => {
    const project = await createTestProject(alice, { endpoint: receiver.url });
    await enable(project);
    Object.assign(receiver.state, { takes: ["v2", "v3"], offers: "v2, v3" });
    expect((await testEndpoint(project)).body.endpoint.hmacVersion).toBe("v3");
    // From now on no answer of anybody leads back to v2 but a person's test.
    Object.assign(receiver.state, { takes: ["v2"], offers: "v2" });
    expect(await project.trigger(PROD)).toMatchObject({
      status: 422,
      body: { code: "HMAC_PREFLIGHT_FAILED" },
    });
    expect((await testEndpoint(project)).body).toMatchObject({ ok: true, endpoint: { hmacVersion: "v2" } });
    expect((await project.trigger(PROD)).status).toBe(200);
  });

  it("stays with v2 where v3 is offered and then refused", async () => {
    const project = await createTestProject(alice, { endpoint: receiver.url });
    await enable(project);
    receiver.state.offers = "v2, v3";
    expect((await testEndpoint(project)).body).toMatchObject({ ok: true, endpoint: { hmacVersion: "v2" } });
  });

  it("defect 12: goes on with the old secret until the overlap ends, whichever the receiver has", async () => {
    const project = await createTestProject(alice, { endpoint: receiver.url });
    await enable(project);
    const rotated = await alice.post<SecretShown>(`${project.path}/hmac/rotate`, { overlapSeconds: 600 });
    expect((await project.read()).hmacPreviousUntil).not.toBeNull();
    expect((await testEndpoint(project)).body.ok).toBe(true);
    const [old, fresh] = [receiver.state.secret, rotated.body.secretPlain];
    receiver.state.secret = fresh;
    expect((await testEndpoint(project)).body.ok).toBe(true);
    receiver.state.secret = old;
    await test.sql(
      "update metric_endpoints set hmac_previous_until = now() - interval '1 second' where project_id = $1",
      [project.id],
    );
    expect((await testEndpoint(project)).body).toMatchObject({ ok: false, errorDetail: "401" });
    const dump = await test.sql<{ t: string }>("select e::text as t from metric_endpoints e");
    // Not in what waits to be done either.
    dump.push(...(await test.sql<{ t: string }>("select o::text as t from outbox o")));
    const found = dump.map(({ t }) => t).join();
    for (const secret of [old ?? "", fresh]) {
      expect(secret).toMatch(/^spm_.{40,}/);
      // Bytes are dumped as hexadecimal digits, messages as they are.
      for (const form of ["utf8", "hex", "base64", "base64url"] as const)
        expect(found).not.toContain(Buffer.from(secret).toString(form).replace(/=+$/, ""));
    }
  });
});

describe("IDEM-07 a second click", () => {
  it("leaves one key that counts, whichever of twenty rotations at once came last", async () => {
    const project = await createTestProject(alice);
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => alice.post<SecretShown>(`${project.path}/api-key/rotate`)),
    );
    const keys = [project.apiKeyPlain, ...answers.map(({ body }) => body.secretPlain)];
    const statuses = await Promise.all(
      keys.map(async (key) => (await project.trigger(PROD, { "x-api-key": key })).status),
    );
    expect(statuses.filter((status) => status === 200)).toHaveLength(1);
    expect(statuses.filter((status) => status === 401)).toHaveLength(20);
  });

  it("on rotating the secret with an overlap is refused, and the receiver's own is not forgotten", async () => {
    const project = await createTestProject(alice, { endpoint: receiver.url });
    const enabled = await Promise.all(
      Array.from({ length: 5 }, () => alice.post<SecretShown>(`${project.path}/hmac/enable`)),
    );
    expect(enabled.map(({ status }) => status).sort((one, other) => one - other)).toEqual([
      200, 409, 409, 409, 409,
    ]);
    receiver.state.secret = enabled.find(({ status }) => status === 200)?.body.secretPlain;
    const rotate = (overlapSeconds: number) =>
      alice.post<SecretShown>(`${project.path}/hmac/rotate`, { overlapSeconds });
    const rotated = await Promise.all(Array.from({ length: 20 }, () => rotate(600)));
    expect(rotated.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(rotated.filter(({ status }) => status === 409)).toHaveLength(19);
    expect((await testEndpoint(project)).body.ok).toBe(true);
    receiver.state.secret = rotated.find(({ status }) => status === 200)?.body.secretPlain;
    expect((await testEndpoint(project)).body.ok).toBe(true);
    expect((await rotate(0)).status).toBe(200);
    expect((await testEndpoint(project)).body.ok).toBe(false);
  });
});

describe("an API key", () => {
  it("defect 11: that is replaced is accepted until its overlap ends, and can be ended before", async () => {
    const project = await createTestProject(alice);
    const rotate = (body: object) =>
      alice.post<SecretShown & Refusal>(`${project.path}/api-key/rotate`, body);
    const second = (await rotate({ overlapSeconds: 3_600 })).body.secretPlain;
    const statusWith = async (key: string) => (await project.trigger(PROD, { "x-api-key": key })).status;
    expect([await statusWith(project.apiKeyPlain), await statusWith(second)]).toEqual([200, 200]);
    expect((await project.read()).apiKey).toMatchObject({
      lastFour: second.slice(-4),
      previous: [{ lastFour: project.apiKeyPlain.slice(-4), expiresAt: expect.any(String) }],
    });
    await test.sql(
      "update project_api_keys set expires_at = now() - interval '1 ms' where project_id = $1 and expires_at is not null",
      [project.id],
    );
    expect([await statusWith(project.apiKeyPlain), await statusWith(second)]).toEqual([401, 200]);
    const third = (await rotate({ overlapSeconds: 3_600 })).body.secretPlain;
    const ended = await alice.post<Project>(`${project.path}/api-key/revoke-previous`);
    expect(ended.body.apiKey.previous).toEqual([]);
    expect([await statusWith(second), await statusWith(third)]).toEqual([401, 200]);
    expect((await rotate({ overlapSeconds: 604_801 })).status).toBe(422);
    expect((await rotate({ overlapSeconds: -1 })).status).toBe(422);
  });
});

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

describe("quotas", () => {
  it("defect 14: are set by an administrator in one place, who finds a workspace by its owner's address and sees nothing else of it", async () => {
    const bob = await test.signUp("Robert");
    const project = await createTestProject(bob, { name: "Geheim" });
    const found = await admin.get<WorkspaceQuotas>("/api/v1/admin/quotas?email=Robert@example.test");
    expect(found.body).toEqual({ workspaceId: await workspaceOf(project), quotas: NO_LIMITS });
    const set = await setQuotas(project, { projects: 1, environments: 2, deploymentsPerMonth: 50 });
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
    await setQuotas(project, {
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
    const path = `/api/v1/admin/quotas/${await workspaceOf(project)}`;
    expect((await alice.call("PUT", path, { body: NO_LIMITS })).status).toBe(404);
    expect((await alice.get("/api/v1/admin/quotas?email=root@example.test")).status).toBe(404);
    expect((await test.newClient().get("/api/v1/admin/quotas?email=root@example.test")).status).toBe(401);
    const nowhere = "/api/v1/admin/quotas/01a200b9-e71c-72da-a69a-c89473143d4f";
    expect((await admin.call("PUT", nowhere, { body: NO_LIMITS })).status).toBe(404);
  });

  it("let one of two projects pass that are created at once for the last place", async () => {
    const carol = await test.signUp("Carol");
    const first = await createTestProject(carol);
    await setQuotas(first, { projects: 2 });
    const answers = await Promise.all(
      ["a", "b", "c"].map((name) => carol.post("/api/v1/projects", { name })),
    );
    expect(answers.map(({ status }) => status).sort((a, b) => a - b)).toEqual([201, 402, 402]);
  });
});

/** A metrics endpoint under two hosts that verifies what it is told to, and may offer v3. */
async function startReceiver() {
  const state = {
    secret: undefined as string | undefined,
    takes: ["v2"],
    offers: undefined as string | undefined,
    canary: "",
  };
  const asked: string[] = [];
  const server: Server = createServer((request, response) => {
    asked.push(request.url ?? "");
    void isAccepted(request).then((accepted) => {
      response.writeHead(accepted ? 200 : 401, {
        "content-type": "application/json",
        ...(state.offers === undefined ? {} : { "X-SeqPulse-Signature-Versions": state.offers }),
      });
      const metrics = { requests_per_sec: 1, latency_p95: 1, error_rate: 0, cpu_usage: 0, memory_usage: 0 };
      response.end(JSON.stringify(accepted ? { metrics, note: state.canary } : { error: state.canary }));
    });
  });
  const isAccepted = async (request: import("node:http").IncomingMessage): Promise<boolean> => {
    const { secret } = state;
    if (secret === undefined) return true;
    const common = {
      secret,
      method: request.method ?? "",
      headers: request.headers,
      now: new Date(),
      storeNonce: () => true,
    };
    const target = request.url ?? "";
    const v2 = state.takes.includes("v2") && (await verifyScrapeV2({ ...common, path: target })).ok;
    return (
      v2 ||
      (state.takes.includes("v3") &&
        (await verifyScrapeV3({ ...common, host: request.headers.host ?? "", target })).ok)
    );
  };
  const port = await listen(server);
  return {
    server,
    state,
    asked,
    url: `http://127.0.0.1:${port}/metrics`,
    host: `127.0.0.1:${port}`,
    aliasUrl: `http://localhost:${port}/metrics`,
    aliasHost: `localhost:${port}`,
    allow: `127.0.0.1:${port},localhost:${port}`,
  };
}

it("a signature of one host is no signature of another", async () => {
  const signed = {
    secret: "s",
    method: "GET",
    target: "/m",
    projectId: "p",
    nonce: "nonce-1234",
    now: new Date(),
  };
  const headers = signScrapeV3({ ...signed, host: receiver.host });
  const verified = await verifyScrapeV3({
    ...signed,
    host: receiver.aliasHost,
    headers,
    storeNonce: () => true,
  });
  expect(verified).toEqual({ ok: false, reason: "bad_signature" });
});
