import type { DeploymentWait, TrustedRepositories } from "@pulsekeep/contracts/api/ci";
import type { Deployment, DeploymentDetail } from "@pulsekeep/contracts/api/deployments";
import { evaluate } from "@pulsekeep/verdict";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { enqueue, notice } from "../../platform/outbox.js";
import { Databases } from "../../platform/database.js";
import { startTestApp, type TestApp } from "../../testing/test-app.js";
import type { TestClient } from "../../testing/test-client.js";
import { eventually } from "../../testing/test-eventually.js";
import { createTestProject, type TestProject } from "../../testing/test-project.js";
import { ACME_RUN, startActionsIssuer } from "./test-actions-issuer.js";

type Problem = { code?: string; errors?: { path: string }[] };

let test: TestApp;
let alice: TestClient;
let issuer: Awaited<ReturnType<typeof startActionsIssuer>>;
beforeAll(async () => {
  issuer = await startActionsIssuer();
  // The relay runs, so that notices travel; nothing judges but what a test writes.
  test = await startTestApp({ roles: ["http", "dispatcher"], env: { GITHUB_OIDC_ISSUER: issuer.issuer } });
  alice = await test.signUp("Alice");
});
afterAll(async () => {
  await test.close();
  await issuer.close();
});

const MISSING = "01a200b9-e71c-72da-a69a-c89473143d4f";
const PROD = { environment: "prod", branch: "main" };

/** A pipeline's calls in the API's own form, with whatever proves it. */
const pipelineOf = (proof: Record<string, string>) => {
  const client = test.newClient();
  return {
    create: (body: object, headers = {}) =>
      client.post<Deployment & Problem>("/api/v1/deployments", body, { ...proof, ...headers }),
    finish: (id: string, result = "success") =>
      client.post<Deployment & Problem>(`/api/v1/deployments/${id}/finish`, { result }, proof),
    read: (id: string) => client.get<DeploymentDetail & Problem>(`/api/v1/deployments/${id}`, proof),
    wait: (id: string, query = "seconds=0") =>
      client.get<DeploymentWait & Problem>(`/api/v1/deployments/${id}/wait?${query}`, proof),
    trigger: (body: object) =>
      client.post<{ deployment_id: string; code?: string }>("/deployments/trigger", body, proof),
  };
};

const keyOf = (project: TestProject) => pipelineOf({ "x-api-key": project.apiKeyPlain });

async function newPipeline(settings = {}) {
  const project = await createTestProject(alice, settings);
  return { project, pipeline: keyOf(project) };
}

describe("POST /api/v1/deployments", () => {
  it("begins a deployment with everything that the pipeline says of it", async () => {
    const { pipeline } = await newPipeline();
    const said = {
      ...PROD,
      service: "api",
      version: "1.4.2",
      commitSha: "0a1b2c3",
      committedAt: "2026-11-01T10:00:00+01:00",
      pullRequest: "77",
      actor: "octocat",
      runUrl: "https://ci.example.test/runs/1",
      isRollback: true,
    };
    const { status, headers, body } = await pipeline.create(said);
    expect([status, headers.get("location")]).toEqual([201, `/api/v1/deployments/${body.id}`]);
    expect(body).toMatchObject({ ...said, committedAt: "2026-11-01T09:00:00.000Z", state: "running" });
    expect((await alice.get(`/api/v1/deployments/${body.id}`)).body).toMatchObject({ id: body.id });
    expect((await alice.get<{ rows: Deployment[] }>("/api/v1/deployments?rollback=true")).body.rows).toEqual([
      body,
    ]);
  });

  it("answers 200 with the deployment that the key, or the running one, stands for", async () => {
    const { pipeline } = await newPipeline();
    const first = await pipeline.create(PROD, { "idempotency-key": "run-1" });
    for (const headers of [{ "idempotency-key": "run-1" }, { "x-idempotency-key": "run-1" }, {}])
      expect(await pipeline.create(PROD, headers)).toMatchObject({
        status: 200,
        body: { id: first.body.id },
      });
    // Both forms are one interface: a key is the same key in both.
    const wire = await pipeline.trigger({ env: "prod", branch: "main", idempotency_key: "run-1" });
    expect(wire.body.deployment_id).toBe(first.body.id);
    // Nor does a key of the other form's name go unseen.
    await pipeline.finish(first.body.id);
    const again = await pipeline.create(PROD, { "x-idempotency-key": "run-1" });
    expect(again.body.id).toBe(first.body.id);
  });

  it("refuses by problem details that name the field", async () => {
    const { pipeline } = await newPipeline();
    for (const [body, path] of [
      [{}, "environment"],
      [{ ...PROD, env: "prod" }, "env"],
      [{ ...PROD, runUrl: "javascript:alert(1)" }, "runUrl"],
      [{ environment: "nowhere" }, "environment"],
    ] as const) {
      const answer = await pipeline.create(body);
      expect(answer.headers.get("content-type")).toContain("application/problem+json");
      expect([answer.status, answer.body.errors?.[0]?.path]).toEqual([422, path]);
    }
    expect(await pipelineOf({}).create(PROD)).toMatchObject({
      status: 401,
      body: { code: "unauthenticated" },
    });
  });

  it("takes any service where the project names none, and only those that it names", async () => {
    const { project, pipeline } = await newPipeline();
    expect((await pipeline.create({ ...PROD, service: "anything" })).status).toBe(201);
    await test.sql("update projects set services = '{api,web}' where id = $1", [project.id]);
    expect((await pipeline.create({ ...PROD, service: "web" })).status).toBe(201);
    expect(await pipeline.create({ ...PROD, service: "wab" })).toMatchObject({
      status: 422,
      body: { code: "SERVICE_UNKNOWN", detail: expect.stringContaining("api, web") },
    });
  });

  it("runs environments and services side by side, and supersedes only what it replaces", async () => {
    const { pipeline } = await newPipeline({ environments: ["prod", "staging"] });
    const bodies = [PROD, { ...PROD, service: "api" }, { environment: "staging" }];
    const begun = await Promise.all(bodies.map((body) => pipeline.create(body)));
    expect(begun.map(({ status }) => status)).toEqual([201, 201, 201]);
    await Promise.all(begun.map(({ body }) => pipeline.finish(body.id)));
    await pipeline.create(PROD);
    const states = await Promise.all(begun.map(({ body }) => pipeline.wait(body.id)));
    expect(states.map(({ body }) => body.deployment.state)).toEqual(["superseded", "observing", "observing"]);
  });

  it("IDEM-02 refuses a key that comes with another body", async () => {
    const { pipeline } = await newPipeline();
    await pipeline.create(PROD, { "idempotency-key": "run-1" });
    const other = await pipeline.create({ ...PROD, branch: "other" }, { "idempotency-key": "run-1" });
    expect(other).toMatchObject({ status: 409, body: { code: "IDEMPOTENCY_KEY_REUSED" } });
  });
});

describe("POST /api/v1/deployments/{id}/finish", () => {
  it("IDEM-04 finishes once: the same again changes nothing, another result and somebody else's are refused", async () => {
    const { pipeline } = await newPipeline();
    const other = await newPipeline();
    expect((await pipeline.finish(MISSING)).status).toBe(404);
    const { body } = await pipeline.create(PROD);
    const first = await pipeline.finish(body.id);
    expect(first).toMatchObject({ status: 200, body: { state: "observing", pipelineResult: "success" } });
    expect((await pipeline.finish(body.id)).body).toEqual(first.body);
    expect(await pipeline.finish(body.id, "failed")).toMatchObject({
      status: 409,
      body: { code: "deployment_finished" },
    });
    expect((await other.pipeline.finish(body.id)).status).toBe(404);
    expect((await pipeline.wait(body.id)).body.deployment).toEqual({ ...first.body, verdict: null });
  });

  it("refuses to finish what was abandoned", async () => {
    const { pipeline } = await newPipeline();
    const { body } = await pipeline.create(PROD);
    await test.sql("update deployments set abandon_at = now() - interval '1 ms' where id = $1", [body.id]);
    await pipeline.create(PROD);
    expect(await pipeline.finish(body.id)).toMatchObject({
      status: 409,
      body: { code: "deployment_abandoned" },
    });
  });
});

describe("GET /api/v1/deployments/{id}/wait", () => {
  it("answers a pipeline and a person as soon as the verdict is final", async () => {
    const { pipeline } = await newPipeline();
    const { body } = await pipeline.create(PROD);
    const begunAt = performance.now();
    const waiting = [
      pipeline.wait(body.id, "seconds=50&locale=de"),
      alice.get<DeploymentWait>(`/api/v1/deployments/${body.id}/wait?seconds=50`),
    ];
    await decide(body.id);
    const answers = await Promise.all(waiting);
    expect(performance.now() - begunAt).toBeLessThan(20_000);
    for (const { body: answer } of answers) {
      expect(answer).toMatchObject({
        isFinal: true,
        deployment: { verdict: { state: "inconclusive", final: true } },
      });
      expect(answer.deployment.verdict?.reasons.length).toBeGreaterThan(0);
    }
    const texts = answers.map(({ body: it }) => it.deployment.verdict?.reasons[0]?.message.text);
    expect(texts[0]).not.toBe(texts[1]);
    expect((await pipeline.wait(body.id, "seconds=50")).body.isFinal).toBe(true);
  });

  it("says when the wait is over first", async () => {
    const { pipeline } = await newPipeline();
    const { body } = await pipeline.create(PROD);
    const answer = await pipeline.wait(body.id, "seconds=1");
    expect(answer).toMatchObject({ status: 200, body: { isFinal: false, deployment: { state: "running" } } });
    for (const query of ["seconds=56", "seconds=-1", "seconds=x"])
      expect((await pipeline.wait(body.id, query)).status).toBe(422);
  });

  it("shows a pipeline its own project only, and a stranger nothing", async () => {
    const [one, two] = [await newPipeline(), await newPipeline()];
    const { body } = await one.pipeline.create(PROD);
    const mallory = await test.signUp("Mallory");
    for (const ask of [
      () => two.pipeline.wait(body.id),
      () => two.pipeline.read(body.id),
      () => two.pipeline.wait(MISSING),
      () => mallory.get(`/api/v1/deployments/${body.id}/wait`),
    ])
      expect((await ask()).status).toBe(404);
    const read = await one.pipeline.read(body.id);
    expect(read).toMatchObject({ status: 200, body: { ...body, verdict: null } });
    expect(read.body).toEqual((await alice.get(`/api/v1/deployments/${body.id}`)).body);
    const nobody = pipelineOf({});
    expect([(await nobody.wait(body.id)).status, (await nobody.read(body.id)).status]).toEqual([401, 401]);
    expect(await pipelineOf({ "x-api-key": `SP_${"x".repeat(40)}` }).read(body.id)).toMatchObject({
      status: 401,
      body: { code: "API_KEY_UNKNOWN" },
    });
  });

  it("lets so many wait and no more, and answers all of them when the server stops", async () => {
    const bob = await test.signUp("Bob");
    const project = await createTestProject(bob);
    const pipeline = keyOf(project);
    const { body } = await pipeline.create(PROD);
    const refused: string[] = [];
    const waiting = Array.from({ length: 60 }, async () => {
      const answer = await pipeline.wait(body.id, "seconds=50");
      if (answer.status === 429) refused.push(`${answer.body.code} ${answer.headers.get("retry-after")}`);
      return answer;
    });
    await eventually(() => refused.length === 10);
    expect(new Set(refused)).toEqual(new Set(["too_many_waits 5"]));
    const begunAt = performance.now();
    await test.restart();
    const statuses = (await Promise.all(waiting)).map(({ status }) => status);
    expect(performance.now() - begunAt).toBeLessThan(20_000);
    expect(statuses.filter((status) => status === 200)).toHaveLength(50);
    expect(statuses.filter((status) => status === 429)).toHaveLength(10);
  });
});

describe("a GitHub Actions run instead of a key", () => {
  const bearer = (token: string) => pipelineOf({ authorization: `Bearer ${token}` });
  const audienceOf = async (path: string) =>
    (await alice.get<TrustedRepositories>(`${path}/repositories`)).body.audience;

  async function newTrusting(name = "Acme/Shop") {
    const { project } = await newPipeline();
    const trusted = await alice.post<{ id: string }>(`${project.path}/repositories`, { name });
    expect(trusted.status).toBe(201);
    return { project, audience: await audienceOf(project.path), trustedId: trusted.body.id };
  }

  it("passes in both forms when its repository is trusted, and is bound by its numbers from then on", async () => {
    const { project, audience } = await newTrusting();
    const run = bearer(await issuer.mint(audience));
    const begun = await run.create(PROD);
    expect(begun).toMatchObject({ status: 201, body: { projectId: project.id } });
    expect((await run.trigger({ env: "prod" })).body.deployment_id).toBe(begun.body.id);
    expect((await run.finish(begun.body.id)).status).toBe(200);
    expect((await run.wait(begun.body.id)).status).toBe(200);
    expect((await run.read(begun.body.id)).body.id).toBe(begun.body.id);
    const { rows } = (await alice.get<TrustedRepositories>(`${project.path}/repositories`)).body;
    expect(rows).toMatchObject([{ name: "Acme/Shop", repositoryId: "4711" }]);
    // Somebody who takes the name over has other numbers; a rename of the same repository changes nothing.
    const taken = { ...ACME_RUN, repository_id: "4712" };
    const moved = { ...ACME_RUN, repository_owner_id: "43" };
    for (const claims of [taken, moved])
      expect((await bearer(await issuer.mint(audience, { claims })).create(PROD)).status).toBe(401);
    const renamed = { ...ACME_RUN, repository: "acme/store" };
    expect((await bearer(await issuer.mint(audience, { claims: renamed })).create(PROD)).status).toBe(201);
  });

  it("is refused with one code and what is wrong with it, but not whether there is such a project", async () => {
    const { project, audience } = await newTrusting();
    const other = await newPipeline();
    const stranger = {
      ...ACME_RUN,
      repository: "mallory/shop",
      repository_id: "9",
      repository_owner_id: "9",
    };
    const otherAudience = await audienceOf(other.project.path);
    const tokens: [wrong: string, token: Promise<string>, why: RegExp][] = [
      ["another project's audience", issuer.mint(otherAudience), /trusts acme\/shop/],
      ["nobody's audience", issuer.mint(audience.replace(/[^/]+$/, MISSING)), /trusts acme\/shop/],
      ["GitHub's default audience", issuer.mint("https://github.com/acme"), /audience/],
      ["two audiences", issuer.mint([audience, "https://elsewhere.example"]), /audience/],
      [
        "a server that only begins alike",
        issuer.mint(`${audience.replace("/projects/", ".evil.example/projects/")}`),
        /audience/,
      ],
      ["another repository", issuer.mint(audience, { claims: stranger }), /trusts mallory\/shop/],
      ["another issuer", issuer.mint(audience, { of: "https://issuer.example" }), /not signed by/],
      ["another key", issuer.mint(audience, { isForged: true }), /not signed by/],
      ["too late", issuer.mint(audience, { ageSeconds: 600 }), /expired/],
      ["no repository", issuer.mint(audience, { claims: {} }), /no OIDC token/],
      ["no token, as where none could be had", Promise.resolve("null"), /no OIDC token/],
    ];
    for (const [wrong, token, why] of tokens)
      for (const call of [bearer(await token).create(PROD), bearer(await token).trigger({ env: "prod" })])
        expect([wrong, await call]).toMatchObject([
          wrong,
          {
            status: 401,
            body: { code: "pipeline_token_refused", detail: expect.stringMatching(why) as string },
          },
        ]);
    const unsigned = `${Buffer.from('{"alg":"none"}').toString("base64url")}.${(await issuer.mint(audience)).split(".")[1]}.e30`;
    expect((await bearer(unsigned).create(PROD)).body.code).toBe("pipeline_token_refused");
    const { rows } = (await alice.get<TrustedRepositories>(`${project.path}/repositories`)).body;
    expect(rows).toMatchObject([{ repositoryId: null }]);
  });

  it("passes no longer once its repository is removed, and leaves its trace in the audit", async () => {
    const { project, audience, trustedId } = await newTrusting();
    const run = bearer(await issuer.mint(audience));
    expect((await run.create(PROD)).status).toBe(201);
    const path = `${project.path}/repositories`;
    expect((await alice.post(path, { name: "acme/shop" })).status).toBe(409);
    expect((await alice.post(path, { name: "acme" })).status).toBe(422);
    expect((await alice.del(`${path}/${trustedId}`)).status).toBe(204);
    expect((await alice.del(`${path}/${trustedId}`)).status).toBe(404);
    expect((await run.create(PROD)).status).toBe(401);
    const recorded = await test.sql<{ action: string }>(
      "select action from audit_entries where subject_id = $1 and action like 'repository.%' order by recorded_at",
      [project.id],
    );
    expect(recorded.map(({ action }) => action)).toEqual([
      "repository.trusted",
      "repository.bound",
      "repository.removed",
    ]);
  });

  it("is trusted by the project's owner alone", async () => {
    const { project, trustedId } = await newTrusting();
    const eve = await test.signUp("Eve");
    const path = `${project.path}/repositories`;
    for (const ask of [
      () => eve.get(path),
      () => eve.post(path, { name: "eve/shop" }),
      () => eve.del(`${path}/${trustedId}`),
    ])
      expect((await ask()).status).toBe(404);
    expect((await test.newClient().get(path, { "x-api-key": project.apiKeyPlain })).status).toBe(401);
  });
});

/** Writes a final verdict as the analyst does, with the notice that goes with it. */
async function decide(deploymentId: string): Promise<void> {
  const verdict = evaluate({ pre: [], post: [], windowEnded: true, stepSeconds: 2, pipeline: "succeeded" });
  const [row] = await test.sql<{ workspace_id: string }>(
    "select workspace_id from deployments where id = $1",
    [deploymentId],
  );
  await test.sql(
    `insert into verdicts (deployment_id, workspace_id, state, confidence, final, document, engine_version, decided_at)
     select id, workspace_id, $2, $3, true, $4, '0.1.0', now() from deployments where id = $1`,
    [deploymentId, verdict.state, verdict.confidence, JSON.stringify(verdict)],
  );
  await test
    .get(Databases)
    .inEngine((tx) => enqueue(tx, notice(row?.workspace_id ?? "", "deployment.changed", deploymentId)));
}
