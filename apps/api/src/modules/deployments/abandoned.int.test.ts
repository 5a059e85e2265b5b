import { afterAll, beforeAll, expect, it } from "vitest";
import { startTestApp, type TestApp } from "../../testing/test-app.js";
import { eventually } from "../../testing/test-eventually.js";
import { createTestProject } from "../../testing/test-project.js";

let test: TestApp;
beforeAll(async () => {
  test = await startTestApp();
});
afterAll(() => test.close());

it("defect 2: a deployment that is never finished is abandoned although nobody triggers again", async () => {
  const alice = await test.signUp("Alice");
  const project = await createTestProject(alice);
  const { body } = await project.trigger({ env: "prod" });
  await test.sql(
    "update deployments set abandon_at = now() - interval '1 ms', next_action_at = now() - interval '1 ms' where id = $1",
    [body.deployment_id],
  );
  const ended = await eventually(async () => {
    const { body: shown } = await alice.get(`/api/v1/deployments/${body.deployment_id}`);
    return shown.state !== "running" && shown;
  });
  expect(ended).toMatchObject({ state: "abandoned", verdictState: "inconclusive", pipelineResult: null });
  expect((await project.trigger({ env: "prod" })).body.status).toBe("created");
});

it("gives a superseded deployment its verdict on what there is", async () => {
  const bob = await test.signUp("Bob");
  const project = await createTestProject(bob);
  const first = await project.trigger({ env: "prod" });
  await project.finish({ deployment_id: first.body.deployment_id, result: "success" });
  await project.trigger({ env: "prod" });
  const ended = await eventually(async () => {
    const { body } = await bob.get(`/api/v1/deployments/${first.body.deployment_id}`);
    return body.verdictState !== "collecting" && body;
  });
  expect(ended).toMatchObject({
    state: "superseded",
    verdictState: "inconclusive",
    verdict: { state: "inconclusive", final: true },
  });
});
