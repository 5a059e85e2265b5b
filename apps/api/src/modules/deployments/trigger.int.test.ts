import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Databases, isLockTimeout } from "../../platform/database.js";
import type { TestClient } from "../../testing/test-client.js";
import { besideTransaction, untilWaiting } from "../../testing/test-locks.js";
import { startMetricsService } from "../../testing/test-metrics-service.js";
import { startTestApp, type TestApp } from "../../testing/test-app.js";
import { createTestProject } from "../../testing/test-project.js";
import { toTestProject } from "../metrics/test-watched-project.js";
import { FinishService } from "./finish.service.js";

let test: TestApp;
let alice: TestClient;
let metrics: Awaited<ReturnType<typeof startMetricsService>>;
let nowMs = Date.now();

beforeAll(async () => {
  metrics = await startMetricsService();
  test = await startTestApp({
    roles: ["http"],
    env: { SCRAPE_ALLOW: metrics.hostAndPort },
    clock: () => new Date(nowMs),
  });
  alice = await test.signUp("Alice");
});
afterAll(async () => {
  await test.close();
  await metrics.close();
});

const KEY = { "x-idempotency-key": "run-7-attempt-1" };
const PROD = { env: "prod", branch: "main" };

const deploymentsOf = (projectId: string) =>
  test.sql<{ id: string; state: string; number: number; environment: string }>(
    "select id, state, number, environment from deployments where project_id = $1 order by number",
    [projectId],
  );

it("IDEM-01 begins one deployment for fifty triggers at once with one key", async () => {
  const project = await createTestProject(alice);
  const answers = await Promise.all(Array.from({ length: 50 }, () => project.trigger(PROD, KEY)));
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
  expect(new Set(answers.map(({ body }) => body.deployment_id)).size).toBe(1);
  expect(answers.filter(({ body }) => body.status === "created")).toHaveLength(1);
  expect(await deploymentsOf(project.id)).toHaveLength(1);
});

it("begins one deployment for fifty triggers at once with fifty keys, and binds every key to it", async () => {
  const project = await createTestProject(alice);
  const keys = Array.from({ length: 50 }, (_, index) => ({ "x-idempotency-key": `run-${index}` }));
  await Promise.all(keys.map((key) => project.trigger(PROD, key)));
  const [only, ...others] = await deploymentsOf(project.id);
  expect(others).toEqual([]);
  await project.finish({ deployment_id: only?.id, result: "success" });
  const { body } = await project.trigger(PROD, keys[49]);
  expect(body).toMatchObject({ status: "existing", deployment_id: only?.id });
});

it("IDEM-02 refuses a key that comes with another body, and leaves the first deployment alone", async () => {
  const project = await createTestProject(alice, { environments: ["prod", "staging"] });
  await project.trigger(PROD, KEY);
  for (const body of [
    { ...PROD, branch: "other" },
    { ...PROD, env: "staging" },
    { ...PROD, service: "api" },
  ])
    expect(await project.trigger(body, KEY)).toMatchObject({
      status: 409,
      body: { code: "IDEMPOTENCY_KEY_REUSED" },
    });
  expect(await deploymentsOf(project.id)).toHaveLength(1);
});

it("takes the order of fields, null and unknown fields for the same body", async () => {
  const project = await createTestProject(alice);
  const first = await project.trigger({ ...PROD, version: "1.2" }, KEY);
  const again = await project.trigger({ version: "1.2", pr: null, ...PROD, later: "x" }, KEY);
  expect(again.body).toMatchObject({ status: "existing", deployment_id: first.body.deployment_id });
});

it("IDEM-06 forgets a key after a day", async () => {
  const project = await createTestProject(alice);
  const first = await project.trigger(PROD, KEY);
  await project.finish({ deployment_id: first.body.deployment_id, result: "success" });
  const [kept] = await test.sql<{ hours: number }>(
    "select extract(epoch from expires_at - now()) / 3600 as hours from idempotency_keys where project_id = $1",
    [project.id],
  );
  expect(Number(kept?.hours)).toBeCloseTo(24, 1);
  await test.sql("update idempotency_keys set expires_at = now() - interval '1 ms' where project_id = $1", [
    project.id,
  ]);
  expect((await project.trigger({ ...PROD, branch: "next" }, KEY)).body.status).toBe("created");
  expect((await project.trigger({ ...PROD, branch: "next" }, KEY)).body.status).toBe("existing");
});

it.each([
  ["empty", ""],
  ["too long", "k".repeat(256)],
  ["of 10 KB", "k".repeat(10_240)],
])("IDEM-06 refuses a key that is %s", async (_, key) => {
  const project = await createTestProject(alice);
  expect((await project.trigger(PROD, { "x-idempotency-key": key })).status).toBe(422);
  expect((await project.trigger({ ...PROD, idempotency_key: key })).status).toBe(422);
  expect(await deploymentsOf(project.id)).toEqual([]);
});

it("IDEM-06 keeps any text but NUL", async () => {
  const project = await createTestProject(alice);
  for (const field of ["env", "branch", "idempotency_key", "service", "version", "actor"])
    expect((await project.trigger({ ...PROD, [field]: "a\0b" })).status).toBe(422);
  expect((await project.trigger({ ...PROD, branch: "fête/🎉", idempotency_key: "clé-🔑" })).status).toBe(200);
});

it("answers 400 to what is not JSON", async () => {
  const project = await createTestProject(alice);
  const headers = { "x-api-key": project.apiKeyPlain, "content-type": "application/json" };
  const answer = await test.newClient().call("POST", "/deployments/trigger", { raw: "{env: prod", headers });
  expect(answer).toMatchObject({ status: 400, body: { code: "malformed_body" } });
});

it("runs deployments of other environments and services side by side", async () => {
  const project = await createTestProject(alice, { environments: ["prod", "staging"] });
  for (const body of [PROD, { env: "staging" }, { ...PROD, service: "api" }])
    expect((await project.trigger(body)).body.status).toBe("created");
  expect((await deploymentsOf(project.id)).map(({ number }) => number)).toEqual([1, 2, 3]);
});

it("supersedes what was still observed of the same environment and asks for its verdict", async () => {
  const project = await createTestProject(alice, { environments: ["prod", "staging"] });
  const [old, elsewhere] = [await project.trigger(PROD), await project.trigger({ env: "staging" })];
  for (const { body } of [old, elsewhere])
    await project.finish({ deployment_id: body.deployment_id, result: "success" });
  await test.sql("delete from outbox");
  await project.trigger({ ...PROD, branch: "next" });
  expect((await deploymentsOf(project.id)).map(({ state }) => state)).toEqual([
    "superseded",
    "observing",
    "running",
  ]);
  expect(await test.sql("select body from outbox where topic = 'deployments.evaluate'")).toEqual([
    { body: { deploymentId: old.body.deployment_id } },
  ]);
});

it("scrapes densely from the trigger on", async () => {
  const project = await createTestProject(alice, {
    endpoint: metrics.url,
    observation: { sampleSeconds: 2, baselineSeconds: 600 },
  });
  const read = async () => {
    const [row] = await test.sql<{ interval: number; due: boolean }>(
      `select interval_seconds as interval, next_scrape_at <= now() as due
       from metric_endpoints where project_id = $1`,
      [project.id],
    );
    return row;
  };
  await test.sql(
    "update metric_endpoints set next_scrape_at = now() + interval '10 minutes' where project_id = $1",
    [project.id],
  );
  expect(await read()).toEqual({ interval: 600, due: false });
  await project.trigger(PROD);
  expect(await read()).toEqual({ interval: 2, due: true });
});

it("writes when the deployment ends its running and its observation", async () => {
  const project = await createTestProject(alice, { observation: { abandonSeconds: 600, windowSeconds: 90 } });
  const { body } = await project.trigger(PROD);
  await project.finish({ deployment_id: body.deployment_id, result: "failed" });
  const [row] = await test.sql(
    `select extract(epoch from abandon_at - started_at)::int as running,
            extract(epoch from observe_until - finished_at)::int as observed,
            next_action_at = observe_until as looked_at_then, pipeline_result, state
     from deployments where id = $1`,
    [body.deployment_id],
  );
  expect(row).toEqual({
    running: 600,
    observed: 90,
    looked_at_then: true,
    pipeline_result: "failed",
    state: "observing",
  });
});

it("probes a signed endpoint once in two minutes, and again after a change of the secret", async () => {
  const project = await createTestProject(alice, { endpoint: metrics.url });
  const enabled = await alice.post<{ secretPlain: string }>(`${project.path}/hmac/enable`);
  metrics.state.secret = enabled.body.secretPlain;
  const deploy = async () => {
    const { status, body } = await project.trigger(PROD);
    if (status === 200) await project.finish({ deployment_id: body.deployment_id, result: "success" });
    return status;
  };
  const before = metrics.state.requests;
  expect([await deploy(), await deploy(), metrics.state.requests - before]).toEqual([200, 200, 1]);
  nowMs += 121_000;
  expect([await deploy(), metrics.state.requests - before]).toEqual([200, 2]);
  await alice.post(`${project.path}/hmac/rotate`);
  expect([await deploy(), metrics.state.requests - before]).toEqual([422, 3]);
  metrics.state.secret = undefined;
});

it("IDEM-03 defect 1: an idempotency key of one project means nothing to another", async () => {
  const bob = await test.signUp("Bob");
  const ids = new Set<string>();
  for (const owner of [alice, alice, bob]) {
    const { body } = await (await createTestProject(owner)).trigger(PROD, KEY);
    expect(body.status).toBe("created");
    ids.add(body.deployment_id);
  }
  expect(ids.size).toBe(3);
});

it("defect 2: a deployment that is never finished holds its environment no longer than its time-out", async () => {
  const project = await createTestProject(alice);
  const stuck = await project.trigger(PROD, KEY);
  expect((await project.trigger(PROD)).body.status).toBe("existing");
  await test.sql("update deployments set abandon_at = now() - interval '1 ms' where id = $1", [
    stuck.body.deployment_id,
  ]);
  const next = await project.trigger(PROD);
  expect(next.body.status).toBe("created");
  expect((await deploymentsOf(project.id)).map(({ state }) => state)).toEqual(["abandoned", "running"]);
  const late = await project.finish({ deployment_id: stuck.body.deployment_id, result: "success" });
  expect(late.body).toMatchObject({ status: "ignored", message: expect.stringContaining("abandoned") });
});

it("defect 3: an environment that the project does not have is refused by name, not exchanged", async () => {
  const project = await createTestProject(alice, { environments: ["prod", "staging"] });
  expect(await project.trigger({ env: "preview" })).toMatchObject({
    status: 422,
    body: { code: "ENVIRONMENT_UNKNOWN", detail: expect.stringContaining("prod, staging") },
  });
  await project.trigger({ env: "staging" });
  expect((await deploymentsOf(project.id)).map(({ environment }) => environment)).toEqual(["staging"]);
});

it("defect 4: what was not measured is collecting, also after a failed pipeline", async () => {
  const project = await createTestProject(alice);
  const { body } = await project.trigger(PROD);
  const read = () => alice.get(`/api/v1/deployments/${body.deployment_id}`);
  const unknown = { verdictState: "collecting", confidence: null, verdict: null };
  expect((await read()).body).toMatchObject({ state: "running", ...unknown });
  await project.finish({ deployment_id: body.deployment_id, result: "failed" });
  expect((await read()).body).toMatchObject({ state: "observing", pipelineResult: "failed", ...unknown });
  expect((await project.read()).stats).toEqual({
    deployments: 1,
    ok: 0,
    warning: 0,
    rollbackRecommended: 0,
  });
});

it("defect 6: equal numbers in two projects are two deployments, each with an id of its own", async () => {
  const [one, two] = [await createTestProject(alice), await createTestProject(alice)];
  const ids = [await one.trigger(PROD), await two.trigger(PROD)].map(({ body }) => body.deployment_id);
  const answers = await Promise.all(ids.map((id) => alice.get(`/api/v1/deployments/${id}`)));
  expect(answers.map(({ status, body }) => [status, body.number, body.projectId])).toEqual([
    [200, 1, one.id],
    [200, 1, two.id],
  ]);
});

describe("triggers that come at the same time", () => {
  it("are answered although somebody holds the project of one of them, which is answered after that", async () => {
    const [held, free] = [
      await createTestProject(alice),
      await createTestProject(await test.signUp("Frank")),
    ];
    await besideTransaction(test, async (holder) => {
      await holder.query("select from projects where id = $1 for update", [held.id]);
      const blocked = held.trigger(PROD);
      expect((await free.trigger(PROD)).status).toBe(200);
      expect((await deploymentsOf(held.id)).length).toBe(0);
      await holder.query("rollback");
      expect((await blocked).body.status).toBe("created");
    });
  });

  it("find no project that is deleted while they wait for it", async () => {
    const project = await createTestProject(alice);
    // The use of its key is noted, so that the next call waits for nothing before its turn.
    await project.trigger({ ...PROD, service: "first" });
    await besideTransaction(test, async (holder) => {
      await holder.query("delete from projects where id = $1", [project.id]);
      const waiting = project.trigger(PROD);
      await untilWaiting(test);
      await holder.query("commit");
      expect(await waiting).toMatchObject({ status: 404, body: { code: "not_found" } });
    });
  });

  it("hear that somebody holds their turn for too long, and not that their transaction is over", async () => {
    const { id } = await createTestProject(alice);
    await besideTransaction(test, async (holder) => {
      await holder.query("select pg_advisory_xact_lock(hashtextextended($1, 0))", [id]);
      const ask = (patienceMs: number) =>
        test
          .get(Databases)
          .inCi({ workspaceIds: [], turns: [id], patienceMs }, (statements) =>
            statements.run({ name: "say_one", text: "select 1 as one" }, []),
          );
      expect(isLockTimeout(await ask(10).catch((error: unknown) => error))).toBe(true);
      await holder.query("rollback");
      expect(await ask(1_000)).toEqual([{ one: 1 }]);
    });
  });

  it("are refused each for itself: of who has no quota left, not even the observation ends", async () => {
    const [erin, carol] = [await test.signUp("Erin"), await test.signUp("Carol")];
    const [full, wrong, fine] = [
      await createTestProject(alice),
      await createTestProject(erin),
      await createTestProject(carol),
    ];
    const old = await full.trigger(PROD);
    await full.finish({ deployment_id: old.body.deployment_id, result: "success" });
    await test.sql(
      "update workspaces set deployments_per_month = (select used from workspace_deployments d where d.workspace_id = id) where name = 'Alice'",
    );
    await test.sql("delete from outbox");
    const answers = await Promise.all([
      full.trigger({ ...PROD, branch: "next" }),
      wrong.trigger({ env: "preview" }),
      fine.trigger(PROD),
      full.trigger({ ...PROD, branch: "other" }, KEY),
    ]);
    await test.sql("update workspaces set deployments_per_month = null");
    expect(answers.map(({ status }) => status)).toEqual([402, 422, 200, 402]);
    expect((await deploymentsOf(full.id)).map(({ state }) => state)).toEqual(["observing"]);
    expect(await test.sql("select * from outbox where topic = 'deployments.evaluate'")).toEqual([]);
    expect(await test.sql("select * from idempotency_keys where project_id = $1", [full.id])).toEqual([]);
  });

  it("of all of a workspace's projects share its quota, to the last one", async () => {
    const dave = await test.signUp("Dave");
    const projects = [await createTestProject(dave), await createTestProject(dave)];
    await test.sql("update workspaces set deployments_per_month = 7 where name = 'Dave'");
    const answers = await Promise.all(
      projects.flatMap(({ trigger }) =>
        Array.from({ length: 10 }, (_, index) => trigger({ ...PROD, service: `s${index}` })),
      ),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(7);
    expect(answers.filter(({ status }) => status === 402)).toHaveLength(13);
    const all = await Promise.all(projects.map(({ id }) => deploymentsOf(id)));
    expect(all.flat()).toHaveLength(7);
  });
});

it("a finish that comes together with another's finds that one's deployment no more than at any other time", async () => {
  const [own, foreign] = [
    await createTestProject(alice),
    await createTestProject(await test.signUp("Grace")),
  ];
  const { body } = await own.trigger(PROD);
  const callers = await Promise.all([own, foreign].map((project) => toTestProject(test, project)));
  const finish = (result: "success" | "failed") =>
    Promise.all(
      callers.map(({ workspaceId, projectId }) =>
        test
          .get(FinishService)
          .finish(
            { kind: "api_key", apiKeyId: "", workspaceId, projectId },
            { id: body.deployment_id, result },
          ),
      ),
    );
  expect(await finish("success")).toMatchObject([{ kind: "observed" }, { kind: "not_found" }]);
  expect(await finish("failed")).toMatchObject([
    { kind: "before", result: "success" },
    { kind: "not_found" },
  ]);
});
