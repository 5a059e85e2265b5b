import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { EndpointTest } from "@pulsekeep/contracts/api/projects";
import type { TestClient } from "../../testing/test-client.js";
import { startMetricsService } from "../../testing/test-metrics-service.js";
import { startTestApp, type TestApp } from "../../testing/test-app.js";
import { createTestProject, type TestProject } from "../../testing/test-project.js";
import { CollectorJobs } from "../metrics/collector.jobs.js";
import scrapes from "../metrics/vectors/scrape-answers.json" with { type: "json" };
import vectors from "./vectors/seqpulse-ci.json" with { type: "json" };

type Row = { case: string; body?: object; status: number; code?: string; answer?: object };
type Answer = { status: number; body: unknown };

let test: TestApp;
let alice: TestClient;
let metrics: Awaited<ReturnType<typeof startMetricsService>>;
// Fixed, so that a minute does not end in the middle of a count.
const now = new Date();

beforeAll(async () => {
  metrics = await startMetricsService();
  test = await startTestApp({
    roles: ["http"],
    env: { SCRAPE_ALLOW: metrics.hostAndPort },
    clock: () => now,
  });
  alice = await test.signUp("Alice");
});
afterAll(async () => {
  await test.close();
  await metrics.close();
});

const KEY = { "x-idempotency-key": "run-1-attempt-1" };
const FIRST = { env: "prod", branch: "main" };
const newProject = () => createTestProject(alice, { endpoint: metrics.url });

async function newRunning(): Promise<{ project: TestProject; id: string }> {
  const project = await newProject();
  const { body } = await project.trigger(FIRST, KEY);
  return { project, id: body.deployment_id };
}

async function refuseSignatures(project: TestProject): Promise<void> {
  await alice.post(`${project.path}/hmac/enable`);
  metrics.state.secret = "another secret than the project's";
}

/** How each row comes about; `sent` is the row's body. Returns the answer, and the deployment it must name. */
const TRIGGERS: Record<string, (sent: object) => Promise<Answer & { id?: string }>> = {
  "first trigger": async (sent) => (await newProject()).trigger(sent, KEY),
  "same idempotency key again (header)": async (sent) => {
    const { project, id } = await newRunning();
    return { ...(await project.trigger(sent, KEY)), id };
  },
  "idempotency key in the body instead of the header": async (sent) => {
    const { project, id } = await newRunning();
    // Finished, so that only the key can lead to it.
    await project.finish({ deployment_id: id, result: "success" });
    return { ...(await project.trigger(sent)), id };
  },
  "no idempotency key while one of this environment runs": async (sent) => {
    const { project, id } = await newRunning();
    return { ...(await project.trigger(sent)), id };
  },
  "metrics_endpoint given and equal to the active one": async (sent) =>
    (await newProject()).trigger({ ...sent, metrics_endpoint: metrics.url }),
  "metrics_endpoint differs from the active one": async () =>
    (await newProject()).trigger({ ...FIRST, metrics_endpoint: "https://app.example.com/other" }),
  "endpoint blocked": async () => {
    const project = await newProject();
    await test.sql("update metric_endpoints set state = 'blocked' where project_id = $1", [project.id]);
    return project.trigger(FIRST);
  },
  "unknown API key": async () =>
    (await newProject()).trigger(FIRST, { "x-api-key": `SP_${"0123456789abcdef".repeat(4)}` }),
  "API key header missing": async () => test.newClient().post("/deployments/trigger", FIRST),
  "env missing": async () => (await newProject()).trigger({ branch: "main" }),
  "HMAC on and the endpoint refuses the signed probe": async () => {
    const project = await newProject();
    await refuseSignatures(project);
    const answer = await project.trigger(FIRST);
    metrics.state.secret = undefined;
    return answer;
  },
  "monthly quota reached": async () => {
    const bob = await test.signUp("Bob");
    await test.sql("update workspaces set deployments_per_month = 2 where name = 'Bob'");
    const [first, second] = [await createTestProject(bob), await createTestProject(bob)];
    expect((await first.trigger(FIRST)).status).toBe(200);
    expect((await second.trigger(FIRST)).status).toBe(200);
    return (await createTestProject(bob)).trigger(FIRST);
  },
  "more than 100 calls a minute with one key": async () => {
    const project = await newProject();
    const calls = Array.from({ length: 150 }, () => project.trigger(FIRST, KEY));
    const answers = await Promise.all(calls);
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(100);
    const refused = await project.trigger(FIRST, KEY);
    expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
    return refused;
  },
};

const FINISHES: Record<string, (sent: { result?: string }) => Promise<Answer>> = {
  success: async ({ result }) => {
    const { project, id } = await newRunning();
    return project.finish({ deployment_id: id, result });
  },
  "failed pipeline": async ({ result }) => {
    const { project, id } = await newRunning();
    return project.finish({ deployment_id: id, result });
  },
  "second finish": async () => {
    const { project, id } = await newRunning();
    await project.finish({ deployment_id: id, result: "success" });
    return project.finish({ deployment_id: id, result: "failed" });
  },
  "unknown deployment, or one of another project": async () => {
    const [{ id }, other] = [await newRunning(), await newProject()];
    const unknown = { deployment_id: "01a200b9-e71c-72da-a69a-c89473143d4f", result: "success" };
    const ofAnother = await other.finish({ deployment_id: id, result: "success" });
    for (const body of [unknown, { ...unknown, deployment_id: "dpl_1" }])
      expect(await other.finish(body)).toMatchObject({ status: 200, body: ofAnother.body });
    return ofAnother;
  },
  "result is neither success nor failed": async () => {
    const { project, id } = await newRunning();
    return project.finish({ deployment_id: id, result: "cancelled" });
  },
};

describe("trigger", () => {
  it.each(vectors.trigger as Row[])("$case", async (row) => {
    const scenario = TRIGGERS[row.case];
    if (!scenario) throw new Error("No scenario brings this row about");
    const answer = await scenario(row.body ?? {});
    expect(answer).toMatchObject(expectedOf(row, answer.id));
  });
});

describe("finish", () => {
  it.each(vectors.finish as Row[])("$case", async (row) => {
    const scenario = FINISHES[row.case];
    if (!scenario) throw new Error("No scenario brings this row about");
    expect(await scenario(row.body ?? {})).toMatchObject(expectedOf(row));
  });
});

describe("scrape", () => {
  let project: TestProject;
  beforeAll(async () => {
    project = await newProject();
  });
  afterAll(() => Object.assign(metrics.state, { answer: scrapes[0]?.answer }));

  it.each(scrapes)("$case", async ({ answer, kept }) => {
    metrics.state.answer = answer;
    const tested = await alice.post<EndpointTest>(`${project.path}/endpoint/test`);
    expect(tested).toMatchObject({ status: 200, body: { ok: kept } });
    expect(tested.body.sample?.requestsPerSec).toBe(kept ? 12.5 : undefined);
    await test.sql("delete from metric_samples");
    await test.sql(
      "update metric_endpoints set next_scrape_at = now() - interval '10 ms' where project_id = $1",
      [project.id],
    );
    await test.get(CollectorJobs).collectOnce();
    await test.get(CollectorJobs).settle();
    const samples = await test.sql("select * from metric_samples where project_id = $1", [project.id]);
    const values = kept
      ? { requests_per_sec: 12.5, error_rate: 0.002 }
      : { requests_per_sec: null, error_rate: null };
    expect(samples).toMatchObject([{ missing_reason: kept ? null : expect.any(String), ...values }]);
  });
});

/** In the rows, `*` begins what stands for any value of a kind, or for the deployment of the scenario. */
function expectedOf({ status, code, answer = {} }: Row, id?: string) {
  const fields = Object.entries(answer).map(([name, value]) => {
    if (name === "deployment_id") return [name, id ?? expect.stringMatching(/^[0-9a-f-]{36}$/)];
    return [name, value === "*string" ? expect.stringMatching(/./) : value];
  });
  return { status, body: { ...Object.fromEntries(fields), ...(code === undefined ? {} : { code }) } };
}
