import type { Deployment } from "@pulsekeep/contracts/api/deployments";
import type { EndpointTest, Project } from "@pulsekeep/contracts/api/projects";
import type { Page } from "@pulsekeep/contracts/api/shared";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { startTestApp, type TestApp } from "../../testing/test-app.js";
import type { TestClient } from "../../testing/test-client.js";
import { createTestProject, type TestProject } from "../../testing/test-project.js";
import { CollectorJobs } from "./collector.jobs.js";
import { HEALTHY, startTestEndpoint, type TestEndpoint } from "./test-watched-project.js";

type Problem = { code: string };
type Row = { environment: string; count: number; latency: number };

let test: TestApp;
let alice: TestClient;
let mallory: TestClient;
let ofProject: TestEndpoint;
let ofStaging: TestEndpoint;
let project: TestProject;
beforeAll(async () => {
  [ofProject, ofStaging] = [await startTestEndpoint(), await startTestEndpoint()];
  const allowed = [ofProject, ofStaging]
    .flatMap(({ url }) => [new URL(url).host, `localhost:${new URL(url).port}`])
    .join(",");
  // No loops: the tests turn the collector by hand.
  test = await startTestApp({ roles: ["http"], env: { SCRAPE_ALLOW: allowed } });
  [alice, mallory] = [await test.signUp("Alice"), await test.signUp("Mallory")];
  ofStaging.now.answer = { metrics: { ...HEALTHY, latency_p95: 500 } };
});
afterAll(async () => {
  await test.close();
  await Promise.all([ofProject.close(), ofStaging.close()]);
});
beforeEach(async () => {
  await test.sql("delete from projects");
  project = await createTestProject(alice, {
    endpoint: ofProject.url,
    environments: ["prod", "staging"],
    observation: { sampleSeconds: 2, baselineSeconds: 60 },
  });
});

const setCandidate = (body: object, client = alice) =>
  client.call<Project & Problem>("PUT", `${project.path}/endpoint`, { body });
const testStaging = () =>
  alice.post<EndpointTest & Problem>(`${project.path}/endpoint/test?environment=staging`);
const giveStaging = async (url = ofStaging.url) => {
  expect((await setCandidate({ url, environment: "staging" })).status).toBe(200);
  return testStaging();
};
const collect = async () => {
  await test.sql(
    "update metric_endpoints set next_scrape_at = clock_timestamp() - interval '1 ms' where next_scrape_at is not null",
  );
  await test.get(CollectorJobs).collectOnce();
  await test.get(CollectorJobs).settle();
};
const samples = () =>
  test.sql<Row>(
    `select environment, count(*)::int as count, max(latency_p95_ms)::int as latency from metric_samples
     where project_id = $1 group by 1 order by 1`,
    [project.id],
  );
const deployment = async (env: string) => {
  const { body } = await project.trigger({ env });
  return (await alice.get<Deployment>(`/api/v1/deployments/${body.deployment_id}`)).body;
};
const pace = () =>
  test.sql<{ environment: string; interval_seconds: number }>(
    "select environment, interval_seconds from metric_endpoints where project_id = $1 order by environment",
    [project.id],
  );

describe("an environment's own endpoint", () => {
  it("measures that environment from its test on; all others keep to the project's", async () => {
    expect(
      (await setCandidate({ url: ofStaging.url, environment: "staging" })).body.environmentEndpoints,
    ).toEqual([expect.objectContaining({ environment: "staging", state: "pending", activeUrl: null })]);
    // Until it has answered, the project's endpoint stands in.
    expect((await deployment("staging")).measuredBy).toBe("project");
    await test.sql("delete from deployments");
    expect((await testStaging()).body).toMatchObject({ ok: true, endpoint: { state: "active" } });
    await collect();
    expect(await samples()).toEqual([
      { environment: "", count: 1, latency: 60 },
      { environment: "staging", count: 1, latency: 500 },
    ]);
    const [staging, prod] = [await deployment("staging"), await deployment("prod")];
    expect([staging.measuredBy, prod.measuredBy]).toEqual(["environment", "project"]);
    await collect();
    const shown = async ({ id }: Deployment) =>
      (await alice.get<{ samples: { latency_p95: number }[] }>(`/api/v1/deployments/${id}/samples`)).body
        .samples;
    expect(new Set((await shown(staging)).map((it) => it.latency_p95))).toEqual(new Set([500]));
    expect(new Set((await shown(prod)).map((it) => it.latency_p95))).toEqual(new Set([60]));
    const series = async (query: string) =>
      (await alice.get<{ points: { latency_p95: { mean: number } }[] }>(`${project.path}/samples?${query}`))
        .body.points[0]?.latency_p95.mean;
    const shownOf = ["", "environment=staging", "environment=prod"];
    expect(await Promise.all(shownOf.map(series))).toEqual([60, 500, 60]);
    expect((await alice.get(`${project.path}/samples?environment=moon`)).body).toMatchObject({
      code: "ENVIRONMENT_UNKNOWN",
      errors: [{ path: "environment" }],
    });
  });

  it("is sampled densely only while a deployment of its environment is watched", async () => {
    await giveStaging();
    await deployment("staging");
    await collect();
    expect(await pace()).toEqual([
      { environment: "", interval_seconds: 60 },
      { environment: "staging", interval_seconds: 2 },
    ]);
  });

  it("has a candidate, a host lock and a history of its own, within the project's limits", async () => {
    await giveStaging();
    const moved = ofStaging.url.replace("127.0.0.1", "localhost");
    expect((await setCandidate({ url: moved, environment: "staging" })).body.code).toBe(
      "HOST_LOCK_VIOLATION",
    );
    // The project's own lock is another one.
    expect((await setCandidate({ url: ofStaging.url })).body.code).toBe("HOST_LOCK_VIOLATION");
    const other = `${ofStaging.url}?other`;
    await test.sql(
      `insert into workspace_quotas (workspace_id, path_changes_per_month, host_changes_per_month)
       select workspace_id, 1, 0 from projects where id = $1 on conflict (workspace_id)
       do update set path_changes_per_month = 1, host_changes_per_month = 0`,
      [project.id],
    );
    expect((await giveStaging(other)).body.ok).toBe(true);
    expect((await setCandidate({ url: `${ofProject.url}?x` })).body.code).toBe("CHANGE_LIMIT_EXCEEDED");
    const removal = await alice.del<Problem>(`${project.path}/endpoint?environment=staging`);
    expect(removal.body.code).toBe("MIGRATION_LIMIT_EXCEEDED");
    await test.sql("delete from workspace_quotas");
    const { body } = await alice.get<Page<{ kind: string; environment: string | null }>>(
      `${project.path}/endpoint/changes`,
    );
    expect(body.rows.map(({ kind, environment }) => `${kind} ${environment}`)).toEqual([
      "activated staging",
      "test_succeeded staging",
      "candidate_updated staging",
      "activated staging",
      "test_succeeded staging",
      "candidate_updated staging",
      "activated null",
      "test_succeeded null",
    ]);
  });

  it("is signed with the project's secret", async () => {
    await alice.post(`${project.path}/hmac/enable`);
    const asked = ofStaging.asked.length;
    expect((await giveStaging()).body.ok).toBe(true);
    await collect();
    const signatures = ofStaging.asked.slice(asked).map(({ headers }) => headers["x-seqpulse-signature"]);
    expect(signatures.length).toBeGreaterThan(1);
    expect(signatures.filter((it) => it === undefined)).toEqual([]);
    // The probe before a deployment goes to the endpoint that will measure it.
    const probed = ofStaging.asked.length;
    expect((await deployment("staging")).measuredBy).toBe("environment");
    expect(ofStaging.asked.length).toBe(probed + 1);
  });

  it("is removed, and then the project's endpoint measures again; it goes with its environment too", async () => {
    await giveStaging();
    const { status, body } = await alice.del<Project>(`${project.path}/endpoint?environment=staging`);
    expect([status, body.environmentEndpoints]).toEqual([200, []]);
    expect((await deployment("staging")).measuredBy).toBe("project");
    const actions = await test.sql<{ action: string; facts: unknown }>(
      "select action, facts from audit_entries where subject_id = $1 and action = 'endpoint.removed'",
      [project.id],
    );
    expect(actions).toHaveLength(1);
    await giveStaging();
    await alice.call("PATCH", project.path, { body: { environments: ["prod"] } });
    expect((await project.read()).environmentEndpoints).toEqual([]);
  });

  it("stops with the project's, when that is blocked", async () => {
    await giveStaging();
    await alice.call("PUT", `${project.path}/endpoint/block`, { body: { blocked: true } });
    const { body } = await project.trigger({ env: "staging" });
    expect(body.code).toBe("PROJECT_ENDPOINT_BLOCKED");
    const asked = ofStaging.asked.length;
    await collect();
    expect(ofStaging.asked.length).toBe(asked);
    expect((await setCandidate({ url: ofStaging.url, environment: "staging" })).body.code).toBe(
      "PROJECT_ENDPOINT_BLOCKED",
    );
    await alice.call("PUT", `${project.path}/endpoint/block`, { body: { blocked: false } });
    expect((await project.read()).environmentEndpoints[0]?.state).toBe("active");
  });

  it("is refused for an environment that is none, and to strangers", async () => {
    const unknown = await setCandidate({ url: ofStaging.url, environment: "moon" });
    expect(unknown.body.code).toBe("ENVIRONMENT_UNKNOWN");
    expect((await setCandidate({ url: ofStaging.url, environment: "staging" }, mallory)).status).toBe(404);
    expect((await testStaging()).status).toBe(404);
    expect((await mallory.del(`${project.path}/endpoint?environment=staging`)).status).toBe(404);
    expect((await alice.del(`${project.path}/endpoint`)).status).toBe(422);
  });
});
