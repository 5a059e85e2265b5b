import { StandardSchemaSerializerInterceptor } from "@nestjs/common";
import { afterAll, beforeAll, expect, it, type MockInstance, vi } from "vitest";
import { signUpAdmin, startTestAppWithAdmin } from "../modules/admin/test-admin.js";
import { AUTH, type Auth } from "../modules/identity/auth.js";
import { newId } from "../platform/ids.js";
import type { TestApp } from "../testing/test-app.js";
import type { TestClient } from "../testing/test-client.js";
import { eventually } from "../testing/test-eventually.js";
import { startMetricsService } from "../testing/test-metrics-service.js";
import { createTestProject } from "../testing/test-project.js";
import { enrolTestWorker, type TestWorker } from "../testing/test-worker.js";
import { fillPath, listRoutes, type TestRoute } from "./test-routes.js";

/** What an error of the database, of the file system or of a library may say. */
const INSIDE = [
  'select "password", secret_column from "users" where id = $1',
  "/srv/pulsekeep/dist/modules/x.js:12:34",
  "relation users_secret does not exist",
];

type Failed = { status: number; body: Record<string, unknown>; headers?: Headers };

const throwInside = () => {
  throw Object.assign(new Error(INSIDE.join("; ")), { query: INSIDE[0] });
};

let test: TestApp;
let failing: MockInstance<StandardSchemaSerializerInterceptor["intercept"]>;
let olga: TestClient;
let apiKey: string;
let worker: TestWorker;
let service: Awaited<ReturnType<typeof startMetricsService>>;
beforeAll(async () => {
  service = await startMetricsService();
  test = await startTestAppWithAdmin({
    standIn: { runner: false },
    transport: "postgres",
    env: { SCRAPE_ALLOW: service.hostAndPort },
  });
  olga = await signUpAdmin(test);
  worker = await enrolTestWorker(test, olga);
  apiKey = (await createTestProject(olga)).apiKeyPlain;
});
afterAll(async () => {
  await test.close();
  await service.close();
});

it("answers an error that nobody foresaw with a code and an id in every route, and logs it once [LOG-03]", async () => {
  const routes = await listRoutes(olga);
  expect(routes.length).toBeGreaterThan(50);
  failing = vi.spyOn(StandardSchemaSerializerInterceptor.prototype, "intercept");
  failing.mockImplementation(throwInside);
  try {
    for (const route of routes) {
      const answer = await failedAnswer(route);
      expect({ route, status: answer.status }).toEqual({ route, status: 500 });
      expect(answer.headers?.get("content-type") ?? "problem+json").toContain("problem+json");
      expect(Object.keys(answer.body).sort()).toEqual(["code", "requestId", "status", "title", "type"]);
      expect(answer.body.code).toBe("internal");
      const text = JSON.stringify([answer.body, ...(answer.headers ?? [])]);
      for (const inside of INSIDE) expect(text).not.toContain(inside);
      expect(text).not.toMatch(/\bat \S+ \(|node_modules|\.ts:\d/);
    }
  } finally {
    failing.mockRestore();
  }
  // Written out, or counted where they came too fast.
  const written = test.logs.filter((line) => line.includes('"msg":"request failed"'));
  expect(written.length).toBeGreaterThanOrEqual(50);
  for (const line of written)
    expect(JSON.parse(line)).toMatchObject({ level: "error", requestId: expect.any(String) });
});

/** Asks as whoever the route is for: the first identity that gets past its policy. */
async function failedAnswer(route: TestRoute): Promise<Failed> {
  const path = fillPath(route, newId());
  const body = route.method === "GET" ? {} : { body: {} };
  const asWorker = path.startsWith("/v1/worker/") && route.method === "POST";
  if (asWorker) {
    const fromWorker = await workerAnswer(path.slice("/v1/worker/".length));
    if (fromWorker.status === 500) return fromWorker;
  }
  const asPerson = await olga.call(route.method, path, body);
  if (asPerson.status === 500) return asPerson;
  return olga.call(route.method, path, { ...body, headers: { cookie: "", "x-api-key": apiKey } });
}

async function workerAnswer(path: string): Promise<Failed> {
  if (worker.sessionId === undefined) {
    // Opened while nothing fails.
    failing.mockImplementation((_, next) => next.handle());
    await worker.hello();
    failing.mockImplementation(throwInside);
  }
  return worker.call(path, {}, path === "hello" ? { sessionId: null } : {});
}

it("answers an error of the auth library without a word of it [LOG-03]", async () => {
  const auth = test.get<Auth>(AUTH as never);
  const broken = vi.spyOn(auth, "handler").mockRejectedValue(new Error(INSIDE.join("; ")));
  const answer = await olga.post("/api/auth/sign-in/email", { email: "a@example.test", password: "x" });
  broken.mockRestore();
  expect(answer).toMatchObject({ status: 500, body: { code: "internal" } });
  for (const inside of INSIDE) expect(JSON.stringify(answer.body)).not.toContain(inside);
});

it("keeps what a customer's endpoint says out of the log, a token in an error above all [LOG-04]", async () => {
  const token = "customer-token-7f3a91c2d4";
  service.state.status = 500;
  service.state.answer = { error: `cannot reach db with ${token}`, stack: `at /srv/customer (${token})` };
  const created = await olga.post<{ project: { id: string } }>("/api/v1/projects", {
    name: "Failing",
    metricsEndpoint: service.url,
  });
  const tested = await olga.post(`/api/v1/projects/${created.body.project.id}/endpoint/test`);
  expect(tested.body).toMatchObject({ ok: false });
  expect(service.state.requests).toBeGreaterThan(0);
  service.state.status = 200;
  service.state.answer = { metrics: { error_rate: token, [token]: 1 } };
  await olga.post(`/api/v1/projects/${created.body.project.id}/endpoint/test`);
  for (const place of [test.logs.join("\n"), JSON.stringify(tested.body)]) expect(place).not.toContain(token);
  const kept = await test.sql("select last_test_error_code from metric_endpoints where project_id = $1", [
    created.body.project.id,
  ]);
  expect(JSON.stringify(kept)).not.toContain(token);
});

it("writes few lines for a flood of refusals, whoever they come from [LOG-05]", async () => {
  const before = test.logs.length;
  const flood = async (count: number) => {
    for (let done = 0; done < count; done += 50)
      await Promise.all(
        Array.from({ length: 50 }, (_, at) =>
          at % 2 === 0
            ? worker.call("hello", {}, { proof: "not.a.proof", sessionId: null })
            : test.newClient().get("/api/v1/me", { authorization: `Bearer wrong-${done}-${at}` }),
        ),
      );
  };
  await flood(400);
  const lines = test.logs.slice(before).filter((line) => !line.includes('"level":"debug"'));
  expect(lines.length).toBeLessThanOrEqual(60);
  expect(lines.join("\n").length).toBeLessThan(60_000);
  const health = await eventually(async () => (await test.newClient().get("/health")).status === 200);
  expect(health).toBe(true);
});
