import type { DeploymentDetail, DeploymentSamples } from "@pulsekeep/contracts/api/deployments";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { startTestApp, type TestApp } from "../../apps/api/src/testing/test-app.ts";
import { eventually } from "../../apps/api/src/testing/test-eventually.ts";
import { findFreePort } from "@pulsekeep/database/embedded";
import { startSampleApp } from "../../examples/sample-app/src/start-sample-app.ts";
import { ApiClient } from "./api-client.ts";
import { activateEndpoint, type DemoProject, openProject, signIn } from "./demo-project.ts";
import { startFrontProxy } from "./front-proxy.ts";
import { Pipeline } from "./pipeline.ts";
import { startVisitors } from "./visitors.ts";
import { waitForSamples } from "./wait-for-samples.ts";

const never = new AbortController().signal;

let test: TestApp;
let api: ApiClient;
let project: DemoProject;
let port: number;
const cleanUps: (() => Promise<unknown>)[] = [];
const later = <T extends { stop?: () => Promise<void>; close?: () => Promise<void> }>(thing: T): T => {
  cleanUps.push(async () => (thing.stop ?? thing.close)?.call(thing));
  return thing;
};

beforeAll(async () => {
  port = await findFreePort();
  test = await startTestApp({ env: { SCRAPE_ALLOW: `127.0.0.1:${port}` } });
  api = new ApiClient(test.url);
  await signIn(api, { email: "alice@example.test", password: "correct-horse-battery-9" });
  project = await openProject(api);
});
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});
afterAll(() => test.close());

const startVersion = async (version: string) =>
  later(
    await startSampleApp({
      version,
      port: 0,
      windowSeconds: 2,
      memoryLimitBytes: 4 * 1_073_741_824,
      hmacSecret: project.hmacSecretPlain,
    }),
  );

/** Runs the shop under load, takes a baseline, and deploys `version` over it as a pipeline does. */
async function deploy(version: string): Promise<string> {
  const current = await startVersion("v1.4.0");
  const proxy = later(await startFrontProxy(port, current.port));
  later(startVisitors(port));
  const endpoint = `http://127.0.0.1:${port}/seqpulse-metrics`;
  await activateEndpoint(api, project.id, endpoint);
  await waitForSamples(api, project.id, { wanted: 6, signal: never, onSample: () => undefined });
  const pipeline = new Pipeline(api, project.apiKeyPlain);
  const id = await pipeline.trigger(version, endpoint);
  proxy.switchTo((await startVersion(version)).port);
  await current.close();
  await pipeline.finish(id, "success");
  return id;
}

const getDeployment = (id: string) => api.get<DeploymentDetail>(`/api/v1/deployments/${id}`);

describe("a version deployed over a shop under load", () => {
  it("is recommended for rollback when its checkouts fail, with reasons, hints and the samples", async () => {
    const id = await deploy("v1.6.0");
    const { verdict } = await eventually(
      async () => {
        const deployment = await getDeployment(id);
        return deployment.verdict?.final && deployment;
      },
      { timeoutMs: 30_000, what: "a final verdict" },
    );
    expect(verdict?.state).toBe("rollback_recommended");
    expect(verdict?.confidence).toBeGreaterThan(0.5);
    expect(verdict?.reasons.map(({ metric }) => metric)).toContain("error_rate");
    expect(verdict?.hints.length).toBeGreaterThanOrEqual(3);
    expect(verdict?.hints.map(({ severity }) => severity)).toContain("critical");
    const { samples } = await api.get<DeploymentSamples>(`/api/v1/deployments/${id}/samples`);
    const phases = Map.groupBy(samples, ({ phase }) => phase);
    expect(phases.get("baseline")?.length).toBeGreaterThanOrEqual(6);
    expect(phases.get("observing")?.some(({ error_rate }) => (error_rate ?? 0) > 0.02)).toBe(true);
  }, 90_000);

  it("gets its verdict although the server went away while it was observed", async () => {
    const id = await deploy("v1.5.0");
    await test.restart();
    await eventually(async () => ((await getDeployment(id)).verdict?.quality.postSamples ?? 0) >= 4);
    // The window is over earlier than it would be, so that the test does not wait for it.
    await test.sql("update deployments set observe_until = now(), next_action_at = now() where id = $1", [
      id,
    ]);
    const deployment = await eventually(
      async () => {
        const found = await getDeployment(id);
        return found.state === "analyzed" && found;
      },
      { timeoutMs: 40_000, what: "the end of the window" },
    );
    expect(deployment.verdict).toMatchObject({ final: true, state: deployment.verdictState });
    expect(deployment.verdictState).not.toBe("collecting");
  }, 90_000);

  it("is scraped with signatures only: the shop refuses everybody else", async () => {
    const shop = await startVersion("v1.4.0");
    const answer = await fetch(`${shop.url}/seqpulse-metrics`);
    expect([answer.status, await answer.json()]).toEqual([401, { error: "missing_header" }]);
  });
});
