import { once } from "node:events";
import { type IncomingMessage, request } from "node:http";
import { connect } from "node:net";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startTestApp, type TestApp } from "../../testing/test-app.js";
import type { TestClient } from "../../testing/test-client.js";
import { eventually } from "../../testing/test-eventually.js";
import { createTestProject, type TestProject } from "../../testing/test-project.js";
import { ACME_RUN, startActionsIssuer } from "./test-actions-issuer.js";

const LIMIT = 100;
const PROD = { env: "prod", branch: "main" };
const KEY = { "x-idempotency-key": "run-1-attempt-1" };

let test: TestApp;
let alice: TestClient;
let issuer: Awaited<ReturnType<typeof startActionsIssuer>>;
// Fixed, so that a minute does not end in the middle of a count.
const now = new Date();
beforeAll(async () => {
  issuer = await startActionsIssuer();
  test = await startTestApp({
    roles: ["http"],
    env: { GITHUB_OIDC_ISSUER: issuer.issuer },
    clock: () => now,
  });
  alice = await test.signUp("Alice");
});
afterAll(async () => {
  await test.close();
  await issuer.close();
});

const times = <T>(count: number, call: (index: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: count }, (_, index) => call(index)));

const countDeployments = async (project: TestProject) =>
  (await test.sql("select id from deployments where project_id = $1", [project.id])).length;

/** Asks for a path exactly as it is written. */
async function askRaw(method: string, path: string, headers: Record<string, string>) {
  const { hostname, port } = new URL(test.url);
  const sent = request({ host: hostname, port, method, path, headers });
  sent.end(method === "HEAD" ? undefined : "{}");
  const [response] = (await once(sent, "response")) as [IncomingMessage];
  let text = "";
  for await (const chunk of response) text += String(chunk);
  return { status: response.statusCode ?? 0, headers: response.headers, text };
}

it("IDEM-01 names one deployment to 200 triggers at once, from two kinds of callers", async () => {
  const project = await createTestProject(alice);
  const path = `${project.path}/repositories`;
  await alice.post(path, { name: ACME_RUN.repository });
  const { audience } = (await alice.get<{ audience: string }>(path)).body;
  const run = { cookie: "", "x-api-key": "", authorization: `Bearer ${await issuer.mint(audience)}` };
  const { "x-api-key": _, ...asRun } = run;
  const client = test.newClient();
  const answers = await times(200, (index) =>
    index % 2 === 0
      ? project.trigger(PROD, KEY)
      : client.post<{ deployment_id: string; status: string }>("/deployments/trigger", PROD, {
          ...asRun,
          ...KEY,
        }),
  );
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
  expect(new Set(answers.map(({ body }) => body.deployment_id)).size).toBe(1);
  expect(answers.filter(({ body }) => body.status === "created")).toHaveLength(1);
  expect(await countDeployments(project)).toBe(1);
});

it("IDEM-05 answers the same to a client that never heard the first answer, because the server was gone", async () => {
  const project = await createTestProject(alice);
  const { hostname, port } = new URL(test.url);
  const body = JSON.stringify(PROD);
  const socket = connect({ host: hostname, port: Number(port) });
  // Nothing is read: the answer is lost, whenever it comes.
  socket
    .pause()
    .write(
      `POST /deployments/trigger HTTP/1.1\r\nhost: ${hostname}\r\nx-api-key: ${project.apiKeyPlain}\r\nx-idempotency-key: lost\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
    );
  await eventually(async () => (await countDeployments(project)) === 1);
  socket.destroy();
  await test.restart();
  const lost = { "x-idempotency-key": "lost" };
  const [first, second] = [await project.trigger(PROD, lost), await project.trigger(PROD, lost)];
  expect(first).toMatchObject({ status: 200, body: { status: "existing" } });
  expect(second.body).toEqual(first.body);
  expect(await countDeployments(project)).toBe(1);
  // The same of a finish: the analyst is told once.
  const finish = { deployment_id: first.body.deployment_id, result: "success" };
  const answers = await times(20, () => project.finish(finish));
  expect(answers.filter((answer) => answer.body.status === "accepted")).toHaveLength(1);
  const told = await test.sql("select id from outbox where topic = 'deployments.evaluate' and key = $1", [
    first.body.deployment_id,
  ]);
  expect(told).toHaveLength(1);
});

it("RATE-01 gives a random key no bucket of its own: it is nobody", async () => {
  const project = await createTestProject(alice);
  const random = await times(150, (index) =>
    project.trigger(PROD, { "x-api-key": `SP_${String(index).padStart(64, "0")}` }),
  );
  expect(new Set(random.map(({ status }) => status))).toEqual(new Set([401]));
  expect((await project.trigger(PROD)).headers.get("x-ratelimit-remaining")).toBe(String(LIMIT - 1));
});

it("RATE-02 RATE-05 lets exactly the limit of 500 calls at once pass, whatever addresses they claim", async () => {
  const project = await createTestProject(alice);
  const answers = await times(500, (index) =>
    project.trigger(PROD, {
      "x-forwarded-for": `198.51.100.${index % 250}`,
      "x-real-ip": `198.51.100.${index % 250}`,
      "cf-connecting-ip": `198.51.100.${index % 250}`,
      forwarded: `for=198.51.100.${index % 250}`,
    }),
  );
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(LIMIT);
  expect(answers.filter(({ status }) => status === 429)).toHaveLength(500 - LIMIT);
  const neighbour = await createTestProject(alice);
  expect((await neighbour.trigger(PROD)).status).toBe(200);
});

it("RATE-04 knows one spelling of each route, and both forms share one bucket", async () => {
  const project = await createTestProject(alice);
  await times(LIMIT, () => project.trigger(PROD, KEY));
  const headers = { "x-api-key": project.apiKeyPlain };
  const json = { ...headers, "content-type": "application/json" };
  for (const path of [
    "/deployments/trigger/",
    "//deployments/trigger",
    "/deployments//trigger",
    "/Deployments/Trigger",
    "/deployments/./trigger",
    "/deployments/trigger;a=b",
    "/deployments/trigger%2f",
    "/deployments/%74rigger",
    "/deployments/x/%2e%2e/trigger",
    "/api/v1/deployments/",
    "/api/v1/Deployments",
  ]) {
    const { status, text } = await askRaw("POST", path, json);
    // Another spelling is a page of the web app, or the same route in the same bucket: in no case a trigger.
    const isRefused = (status >= 400 && status < 500) || text.includes("<p>web</p>");
    expect([path, isRefused, /deployment_id/.test(text)]).toEqual([path, true, false]);
  }
  expect((await askRaw("HEAD", "/deployments/trigger", headers)).headers).not.toHaveProperty(
    "x-ratelimit-limit",
  );
  const modern = await alice.call("POST", "/api/v1/deployments", {
    body: { environment: "prod" },
    headers: { cookie: "", "x-api-key": project.apiKeyPlain },
  });
  expect(modern.status).toBe(429);
  expect(await countDeployments(project)).toBe(1);
});

it("RATE-08 keeps a neighbour's answers quick while one tenant floods", async () => {
  const bob = await test.signUp("Bob");
  const [noisy, quiet] = [await createTestProject(alice), await createTestProject(bob)];
  let flooding = true;
  const flood = times(40, async () => {
    while (flooding) await noisy.trigger(PROD, KEY);
  });
  const tookMs: number[] = [];
  for (let index = 0; index < 60; index += 1) {
    const at = performance.now();
    expect((await quiet.trigger({ ...PROD, service: `s${index}` })).status).toBe(200);
    tookMs.push(performance.now() - at);
  }
  flooding = false;
  await flood;
  const p95 = tookMs.sort((a, b) => a - b)[Math.floor(tookMs.length * 0.95)] ?? 0;
  expect(p95).toBeLessThan(1_000);
});

it("RATE-06 goes on limiting by itself when the shared counter is gone", async () => {
  const project = await createTestProject(alice);
  await test.redis?.stop();
  const answers = await times(150, () => project.trigger(PROD, KEY));
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(LIMIT);
  expect(await countDeployments(project)).toBe(1);
});
