import type { Deployment, DeploymentDetail, DeploymentSamples } from "@pulsekeep/contracts/api/deployments";
import type { Page } from "@pulsekeep/contracts/api/shared";
import { evaluate, type SampleRow } from "@pulsekeep/verdict";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { TestClient } from "../../testing/test-client.js";
import { startTestApp, type TestApp } from "../../testing/test-app.js";
import { createTestProject } from "../../testing/test-project.js";

let test: TestApp;
let alice: TestClient;
let charlie: TestClient;

beforeAll(async () => {
  test = await startTestApp({ roles: ["http"] });
  alice = await test.signUp("Alice", { locale: "fr" });
  charlie = await test.signUp("Charlie");
});
afterAll(() => test.close());

const list = async (query = "", as = alice) =>
  (await as.get<Page<Deployment>>(`/api/v1/deployments?${query}`)).body;

async function deploy(environments = ["prod"]) {
  const project = await createTestProject(alice, { environments });
  const ids: string[] = [];
  for (const env of environments) ids.push((await project.trigger({ env })).body.deployment_id);
  return { project, ids };
}

async function insertSamples(deploymentId: string, samples: { second: number; missing?: string }[]) {
  for (const { second, missing } of samples)
    await test.sql(
      `insert into metric_samples (project_id, workspace_id, at, missing_reason, requests_per_sec, latency_p95_ms,
         error_rate, cpu_usage, memory_usage)
       select project_id, workspace_id, started_at + make_interval(secs => $2), $3::text,
         v * 12.5, v * 131.2, v * 0.002, v * 0.42, v * 0.51
       from deployments, (select case when $3::text is null then 1.0 end as v) given where id = $1`,
      [deploymentId, second, missing ?? null],
    );
}

it("lists deployments newest first, page by page, each once", async () => {
  const { project, ids } = await deploy(["a", "b", "c", "d", "e"]);
  const seen: string[] = [];
  for (let cursor: string | null = ""; cursor !== null; ) {
    const page: Page<Deployment> = await list(
      `projectId=${project.id}&limit=2${cursor === "" ? "" : `&cursor=${cursor}`}`,
    );
    expect(page.rows.length).toBeLessThanOrEqual(2);
    seen.push(...page.rows.map(({ id }) => id));
    cursor = page.nextCursor;
  }
  expect(seen).toEqual(ids.toReversed());
});

it("narrows the list by project, environment and verdict", async () => {
  const { project, ids } = await deploy(["prod", "staging"]);
  await test.sql("update deployments set verdict_state = 'warning' where id = $1", [ids[1]]);
  const of = async (query: string) =>
    (await list(`projectId=${project.id}&${query}`)).rows.map(({ id }) => id);
  expect(await of("environment=prod")).toEqual([ids[0]]);
  expect(await of("verdict=warning")).toEqual([ids[1]]);
  expect(await of("verdict=ok")).toEqual([]);
  expect((await alice.get("/api/v1/deployments?verdict=fine")).status).toBe(422);
  expect((await alice.get("/api/v1/deployments?cursor=forged")).status).toBe(422);
});

it("shows a stranger the same as for a deployment that never was", async () => {
  const { ids } = await deploy();
  for (const path of ["", "/samples", "/samples.csv"]) {
    const theirs = await charlie.get(`/api/v1/deployments/${ids[0]}${path}`);
    const none = await charlie.get(`/api/v1/deployments/01a200b9-e71c-72da-a69a-c89473143d4f${path}`);
    expect(theirs.status).toBe(404);
    expect({ ...theirs.body, requestId: "" }).toEqual({ ...none.body, requestId: "" });
  }
  expect((await list("", charlie)).rows).toEqual([]);
  expect((await charlie.get("/api/v1/overview")).body).toMatchObject({
    projects: 0,
    liveDeployments: [],
    latestDeployments: [],
  });
});

it("needs a session: an API key reads single deployments of its project and nothing else", async () => {
  const { project, ids } = await deploy();
  const key = { "x-api-key": project.apiKeyPlain };
  const one = `/api/v1/deployments/${ids[0]}`;
  expect((await test.newClient().get(one, key)).status).toBe(200);
  for (const path of ["/api/v1/deployments", "/api/v1/deployments/export", `${one}/samples`, `${one}/review`])
    expect((await test.newClient().get(path, key)).status).toBe(401);
  expect((await test.newClient().post(`${project.path}/api-key/rotate`, {}, key)).status).toBe(401);
});

it("shows samples with their phase, gaps as gaps, and nothing after the window", async () => {
  const { project, ids } = await deploy();
  const id = ids[0] ?? "";
  await project.finish({ deployment_id: id, result: "success" });
  await test.sql(
    `update deployments set started_at = at, finished_at = at + interval '10 s', observe_until = at + interval '70 s',
       ended_at = at + interval '71 s'
     from (select now() - interval '2 minutes' as at) begun where id = $1`,
    [id],
  );
  await insertSamples(id, [
    { second: -7_200 },
    { second: -60 },
    { second: 5 },
    { second: 20, missing: "timeout" },
    { second: 60 },
    { second: 80 },
  ]);
  const { body } = await alice.get<DeploymentSamples>(`/api/v1/deployments/${id}/samples`);
  expect(body.samples.map(({ phase, missing, latency_p95 }) => [phase, missing, latency_p95])).toEqual([
    ["baseline", null, 131.2],
    ["deploying", null, 131.2],
    ["observing", "timeout", null],
    ["observing", null, 131.2],
  ]);
  const csv = await alice.get<string>(`/api/v1/deployments/${id}/samples.csv`);
  const lines = csv.body.trimEnd().split("\r\n");
  expect([lines.length, lines[0]]).toEqual([5, expect.stringMatching(/^at,phase,missing,requests_per_sec,/)]);
  expect(lines[3]).toMatch(/^[^,]+,observing,timeout,,,,,$/);
});

it("says which samples before it are of a version that was found wanting, unless that was a false alarm", async () => {
  const { project, ids } = await deploy();
  const bad = ids[0];
  await project.finish({ deployment_id: bad ?? "", result: "success" });
  await test.sql(
    `update deployments set state = 'analyzed', verdict_state = 'warning', started_at = now() - interval '200 s',
       finished_at = now() - interval '190 s', observe_until = now() - interval '100 s' where id = $1`,
    [bad],
  );
  const id = (await project.trigger({ env: "prod" })).body.deployment_id;
  await insertSamples(id, [{ second: -250 }, { second: -150 }, { second: -50 }, { second: 0 }]);
  const leftOut = async () => {
    const { body } = await alice.get<DeploymentSamples>(`/api/v1/deployments/${id}/samples`);
    return body.samples.map((it) => it.leftOut);
  };
  expect(await leftOut()).toEqual([false, true, false, false]);
  await test.sql(
    `insert into verdict_feedback (deployment_id, workspace_id, judgement, given_at)
       select id, workspace_id, 'false_alarm', now() from deployments where id = $1`,
    [bad],
  );
  expect(await leftOut()).toEqual([false, false, false, false]);
});

it("thins a long watch instead of answering with every sample", async () => {
  const { ids } = await deploy();
  await test.sql("update deployments set started_at = started_at - interval '3 hours' where id = $1", [
    ids[0],
  ]);
  await test.sql(
    `insert into metric_samples (project_id, workspace_id, at, missing_reason)
     select project_id, workspace_id, started_at + make_interval(secs => 2 * n), 'timeout'
     from deployments, generate_series(-600, 5000) n where id = $1`,
    [ids[0]],
  );
  const { body } = await alice.get<DeploymentSamples>(`/api/v1/deployments/${ids[0]}/samples`);
  const counted = Map.groupBy(body.samples, ({ phase }) => phase);
  expect(counted.get("baseline")).toHaveLength(500);
  expect(counted.get("deploying")?.length).toBeGreaterThan(800);
  expect(counted.get("deploying")?.length).toBeLessThanOrEqual(1_000);
});

it("tells the verdict in the reader's language", async () => {
  const { ids } = await deploy();
  const verdict = evaluate({
    pre: series(120, { errorRate: 0.001 }),
    post: series(30, { errorRate: 0.4 }),
    windowEnded: true,
    stepSeconds: 2,
    pipeline: "succeeded",
  });
  await test.sql(
    `insert into verdicts (deployment_id, workspace_id, state, confidence, final, document, engine_version,
       missed_scrapes, decided_at)
     select id, workspace_id, $2, $3, true, $4, '0.1.0', 3, now() from deployments where id = $1`,
    [ids[0], verdict.state, verdict.confidence, JSON.stringify(verdict)],
  );
  const read = async () => (await alice.get<DeploymentDetail>(`/api/v1/deployments/${ids[0]}`)).body.verdict;
  const shown = new Map<string, DeploymentDetail["verdict"]>();
  for (const locale of ["fr", "es", "de", "en"]) {
    await alice.patch("/api/v1/me", { locale });
    shown.set(locale, await read());
  }
  const english = shown.get("en");
  expect(english).toMatchObject({
    state: "rollback_recommended",
    final: true,
    quality: { missedScrapes: 3 },
  });
  expect(english?.reasons.length).toBeGreaterThan(0);
  expect(english?.hints.length).toBeGreaterThan(0);
  expect(english?.metrics.map(({ metric }) => metric)).toContain("error_rate");
  const texts = [...shown.values()].map((it) =>
    [
      ...(it?.reasons.map(({ message }) => message) ?? []),
      ...(it?.hints.flatMap(({ title, cause, actions }) => [title, cause, ...actions]) ?? []),
    ].map(({ text }) => text),
  );
  // No sentence of one language is in another's place.
  expect(new Set(texts.flat()).size).toBe(new Set(texts[0]).size * 4);
  for (const text of texts.flat()) expect(text).not.toMatch(/[{}]|undefined|NaN/);
  // The numbers are the engine's, and the same in every language.
  for (const it of shown.values())
    expect(it?.hints.map(({ evidence }) => evidence)).toEqual(verdict.hints.map(({ evidence }) => evidence));
  expect(english?.hints[0]?.evidence[0]).toMatchObject({ measure: "error_rate", heldTo: "baseline" });
});

it("still tells a verdict whose texts are of an engine that is gone", async () => {
  const { ids } = await deploy();
  const verdict = evaluate({ pre: [], post: [], windowEnded: true, stepSeconds: 2, pipeline: "unknown" });
  const hints = verdict.hints.map((hint) => ({ ...hint, evidence: undefined }));
  const aged = { ...verdict, hints, reasons: [{ metric: null, key: "reason.of_the_past", params: {} }] };
  await test.sql(
    `insert into verdicts (deployment_id, workspace_id, state, confidence, final, document, engine_version, decided_at)
     select id, workspace_id, 'inconclusive', 0.5, true, $2, '0.0.1', now() from deployments where id = $1`,
    [ids[0], JSON.stringify(aged)],
  );
  const { status, body } = await alice.get<DeploymentDetail>(`/api/v1/deployments/${ids[0]}`);
  expect([status, body.verdict?.reasons[0]?.message.text]).toEqual([200, "reason.of_the_past"]);
  // Numbers that were not kept are not made up.
  expect(body.verdict?.hints.length).toBeGreaterThan(0);
  expect(body.verdict?.hints.flatMap(({ evidence }) => evidence)).toEqual([]);
});

it("counts both products on the overview", async () => {
  const bob = await test.signUp("Bob");
  const project = await createTestProject(bob, { environments: ["prod", "staging"] });
  const first = await project.trigger({ env: "prod" });
  const second = await project.trigger({ env: "staging" });
  await test.sql(
    "update deployments set state = 'analyzed', verdict_state = 'rollback_recommended' where id = $1",
    [first.body.deployment_id],
  );
  const { body } = await bob.get("/api/v1/overview");
  expect(body).toMatchObject({
    verdicts7d: { ok: 0, warning: 0, rollbackRecommended: 1, inconclusive: 0 },
    liveDeployments: [{ id: second.body.deployment_id }],
    latestDeployments: [{ id: second.body.deployment_id }, { id: first.body.deployment_id }],
    projects: 1,
    workers: 0,
    activePulses: 0,
    runs7d: { succeeded: 0, failed: 0, missed: 0 },
    nextCheckInAt: null,
    nextRunAt: null,
  });
  // Nothing follows from a verdict that was only tried out: it is none of those that ask for something.
  await test.sql(
    `insert into verdicts (deployment_id, workspace_id, state, confidence, final, document, engine_version, decided_at, dry_run)
     select id, workspace_id, verdict_state, 0.9, true, '{}', '0', now(), true from deployments where id = $1`,
    [first.body.deployment_id],
  );
  const { body: tried } = await bob.get("/api/v1/overview");
  expect(tried).toMatchObject({
    verdicts7d: { ok: 0, warning: 0, rollbackRecommended: 0, inconclusive: 0 },
    latestDeployments: [{}, { id: first.body.deployment_id, dryRun: true }],
  });
});

/** Steady samples two seconds apart, with a little noise that is the same in every run. */
function series(count: number, { errorRate }: { errorRate: number }): SampleRow[] {
  return Array.from({ length: count }, (_, index) => {
    const noise = 1 + ((index * 7_919) % 97) / 1_000;
    return {
      at: index * 2_000,
      requests_per_sec: 50 * noise,
      latency_p95: 120 * noise,
      error_rate: errorRate * noise,
      cpu_usage: 0.4 * noise,
      memory_usage: 0.5 * noise,
    };
  });
}
