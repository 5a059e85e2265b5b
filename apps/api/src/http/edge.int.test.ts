import { Controller, Get, Module } from "@nestjs/common";
import { NestFactory } from "@nestjs/core";
import { FastifyAdapter } from "@nestjs/platform-fastify";
import { Validator } from "@seriousme/openapi-schema-validator";
import { problemSchema } from "@pulsekeep/contracts/api/shared";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { AppModule } from "../app.module.js";
import { createLogger } from "../platform/logger.js";
import { startTestApp, type TestApp } from "../testing/test-app.js";
import type { TestClient } from "../testing/test-client.js";
import { closeServer, listen } from "../testing/test-ports.js";
import { Public } from "./policy.js";
import { REFERENCE_GROUPS } from "./reference-groups.js";

type ApiOperation = {
  operationId: string;
  summary?: string;
  tags?: string[];
  security?: Record<string, string[]>[];
};
type ApiReference = {
  paths: Record<string, Record<string, ApiOperation>>;
  tags: { name: string; description: string }[];
  components: { securitySchemes: Record<string, unknown> };
};

let test: TestApp;
let alice: TestClient;
beforeAll(async () => {
  test = await startTestApp();
  alice = await test.signUp("Alice");
});
afterAll(() => test.close());

const json = { "content-type": "application/json" };

describe("an error", () => {
  it.each([
    ["nobody", () => test.newClient().get("/api/v1/me"), 401, "unauthenticated"],
    ["an unknown route", () => alice.get("/api/v1/nothing"), 404, "not_found"],
    ["a method that the route lacks", () => alice.call("PUT", "/api/v1/me", { body: {} }), 404, "not_found"],
    [
      "JSON that does not parse",
      () => alice.call("PATCH", "/api/v1/me", { raw: "{", headers: json }),
      400,
      "malformed_body",
    ],
    [
      "no JSON at all",
      () => alice.call("PATCH", "/api/v1/me", { raw: "", headers: json }),
      400,
      "malformed_body",
    ],
    [
      "JSON sent as text",
      () => alice.call("PATCH", "/api/v1/me", { raw: "{}", headers: { "content-type": "text/plain" } }),
      415,
      "unsupported_media_type",
    ],
    [
      "JSON sent as a form",
      () =>
        alice.call("PATCH", "/api/v1/me", {
          raw: "a=1",
          headers: { "content-type": "application/x-www-form-urlencoded" },
        }),
      415,
      "unsupported_media_type",
    ],
    [
      "a body that is too large",
      () => alice.patch("/api/v1/me", { name: "x".repeat(1_100_000) }),
      413,
      "body_too_large",
    ],
    ["a body that breaks the schema", () => alice.patch("/api/v1/me", { name: "" }), 422, "invalid_input"],
    [
      "a field that the schema does not know",
      () => alice.patch("/api/v1/me", { role: "admin" }),
      422,
      "invalid_input",
    ],
    ["a parameter that breaks the schema", () => alice.get("/api/v1/runs/1"), 422, "invalid_input"],
    ["a cursor of nobody", () => alice.get("/api/v1/runs?cursor=abc"), 422, "invalid_input"],
    ["NUL in a query", () => alice.get("/api/v1/deployments?service=a%00b"), 422, "invalid_input"],
    ["NUL in a body", () => alice.patch("/api/v1/me", { name: "a\0b" }), 422, "invalid_input"],
    [
      "half a character in a body",
      () => alice.post("/api/v1/projects", { name: "a\ud800" }),
      422,
      "invalid_input",
    ],
    ["a year zero", () => alice.get("/api/v1/deployments?from=0000-01-01T00:00:00Z"), 422, "invalid_input"],
    [
      "a cursor of the year zero",
      () => {
        const place = JSON.stringify(["0000-01-01T00:00:00.000Z", "0190a000-0000-7000-8000-000000000000"]);
        return alice.get(`/api/v1/runs?cursor=${Buffer.from(place).toString("base64url")}`);
      },
      422,
      "invalid_input",
    ],
    ["an address that does not decode", () => alice.get("/api/v1/runs/%zz"), 400, "bad_request"],
    ["a very long parameter", () => alice.get(`/api/v1/runs/${"a".repeat(500)}`), 404, "not_found"],
    [
      "a wrong password",
      () =>
        test
          .newClient()
          .post("/api/auth/sign-in/email", { email: "alice@example.test", password: "wrong-wrong" }),
      401,
      "invalid_email_or_password",
    ],
    [
      "an auth route that is switched off",
      () => alice.post("/api/auth/update-user", { name: "M" }),
      404,
      "not_found",
    ],
    [
      "an auth route with JSON sent as text",
      () =>
        test
          .newClient()
          .call("POST", "/api/auth/sign-in/email", { raw: "{}", headers: { "content-type": "text/plain" } }),
      415,
      "unsupported_media_type",
    ],
  ])("after %s is a problem with a stable code and the request's id", async (_, ask, status, code) => {
    const answer = await ask();
    expect(answer.headers.get("content-type")).toContain("application/problem+json");
    expect({ status: answer.status, body: answer.body }).toMatchObject({ status, body: { status, code } });
    const problem = problemSchema.parse(answer.body);
    expect(problem.requestId).toBe(answer.headers.get("x-request-id"));
    expect(JSON.stringify(problem)).not.toMatch(/node_modules|\.ts:|select |insert /i);
  });

  it("leads to the page that explains its code", async () => {
    const { body } = await alice.get<{ type: string }>("/api/v1/nothing");
    const [path = "", anchor] = body.type.split("#");
    const page = await test.newClient().get<string>(path);
    expect(page.status).toBe(200);
    expect(page.body).toContain(`id="${anchor}"`);
  });

  it("names the parameter of an address that is wrong", async () => {
    const { body } = await alice.get("/api/v1/runs/1");
    expect(problemSchema.parse(body).errors?.map(({ path }) => path)).toEqual(["id"]);
  });

  it("names each field that is wrong", async () => {
    const { body } = await alice.patch("/api/v1/me", { name: "x", timeZone: "Mars/Olympus" });
    expect(problemSchema.parse(body).errors?.map(({ path }) => path)).toEqual(["name", "timeZone"]);
  });

  it("that nobody foresaw says nothing of itself, and is logged with the request's id", async () => {
    await test.sql("alter table runs rename to runs_elsewhere");
    const answer = await alice.get("/api/v1/runs");
    await test.sql("alter table runs_elsewhere rename to runs");
    expect(answer).toMatchObject({ status: 500, body: { code: "internal" } });
    expect(JSON.stringify(answer.body)).not.toMatch(/runs|select|relation/i);
    const line = test.logs.find((entry) => entry.includes("request failed"));
    expect(line).toContain(answer.headers.get("x-request-id"));
    expect(line).toContain("relation");
  });
});

describe("a write from another site", () => {
  it.each([
    ["a foreign origin", { origin: "https://evil.example" }],
    ["an origin that begins like ours", { origin: "http://localhost:30001" }],
    ["a null origin", { origin: "null" }],
    ["a cross-site fetch", { "sec-fetch-site": "cross-site" }],
    ["a fetch of a sibling site", { "sec-fetch-site": "same-site" }],
  ])("is refused with %s [CSRF-01]", async (_, headers: Record<string, string>) => {
    const answer = await alice.patch("/api/v1/me", { name: "Mallory" }, headers);
    expect(answer).toMatchObject({ status: 403, body: { code: "cross_site_request" } });
    expect((await alice.get("/api/v1/me")).body).toMatchObject({ user: { name: "Alice" } });
  });

  it("cannot sign anybody in, up or out [CSRF-04]", async () => {
    const headers = { origin: "https://evil.example" };
    const body = { email: "alice@example.test", password: "correct-horse-battery-9", name: "Mallory" };
    for (const client of [test.newClient(), alice])
      for (const path of ["sign-in/email", "sign-up/email", "sign-out"]) {
        const { status } = await client.post(`/api/auth/${path}`, body, headers);
        expect({ path, status }).toEqual({ path, status: 403 });
      }
    expect((await alice.get("/api/v1/me")).status).toBe(200);
  });

  it("defect 13: gets no permission to read answers, from the local network either [CSRF-05]", async () => {
    for (const origin of [
      "https://evil.example",
      "null",
      "http://192.168.1.10:3000",
      "http://10.0.0.2",
      "http://localhost:5173",
    ])
      for (const path of ["/api/v1/me", "/api/auth/get-session", "/health"]) {
        const { headers } = await alice.get(path, { origin });
        expect(headers.get("access-control-allow-origin")).toBeNull();
        expect(headers.get("access-control-allow-credentials")).toBeNull();
      }
  });
});

describe("the OpenAPI document", () => {
  it("is valid OpenAPI 3.1", async () => {
    const { body } = await test.newClient().get("/docs/openapi.json");
    expect(body).toMatchObject({ openapi: "3.1.0" });
    const result = await new Validator().validate(body);
    expect(result).toMatchObject({ valid: true });
  });

  it("has every operation in a described group, with a summary, and no group names one that is gone", async () => {
    const { body } = await test.newClient().get<ApiReference>("/docs/openapi.json");
    const operations = Object.values(body.paths).flatMap((path) => Object.values(path));
    const named = REFERENCE_GROUPS.flatMap((group) =>
      Object.entries(group.operations).map(([operationId, summary]) => ({
        operationId,
        summary,
        tags: [group.name],
      })),
    );
    const byId = (list: ApiOperation[]) =>
      list
        .map(({ operationId, summary, tags }) => ({ operationId, summary, tags }))
        .toSorted((a, b) => a.operationId.localeCompare(b.operationId));
    expect(byId(operations)).toEqual(byId(named));
    expect(body.tags).toEqual(REFERENCE_GROUPS.map(({ name, description }) => ({ name, description })));
  });

  it("begins with what a pipeline calls, and says how to prove oneself wherever that is asked", async () => {
    const { body } = await test.newClient().get<ApiReference>("/docs/openapi.json");
    const operations = Object.values(body.paths).flatMap((path) => Object.values(path));
    expect(operations[0]).toMatchObject({ tags: [REFERENCE_GROUPS[0]?.name] });
    const schemes = new Set(operations.flatMap(({ security = [] }) => security.flatMap(Object.keys)));
    expect(Object.keys(body.components.securitySchemes)).toEqual(expect.arrayContaining([...schemes]));
  });
});

describe("a route", () => {
  it("without a policy keeps the process from starting", async () => {
    @Controller("open")
    class Forgotten {
      @Get()
      read(): string {
        return "";
      }
    }
    await expect(startWith(Forgotten)).rejects.toThrow("Routes without a usable policy: Forgotten.read");
  });

  it("with a policy lets it start", async () => {
    @Public()
    @Controller("open")
    class Open {
      @Get()
      read(): string {
        return "";
      }
    }
    await expect(startWith(Open)).resolves.toBeUndefined();
  });

  async function startWith(controller: new () => object): Promise<void> {
    @Module({ imports: [AppModule.for(test.env, createLogger("silent"))], controllers: [controller] })
    class TestModule {}
    const app = await NestFactory.create(TestModule, new FastifyAdapter(), {
      logger: false,
      abortOnError: false,
    });
    try {
      await app.init();
    } finally {
      await app.close();
    }
  }
});

describe("the figures of the system", () => {
  const read = (headers = {}) => test.newClient().get("/metrics", headers);

  it("defect 7: are for who has the token, and for nobody in production where there is none", async () => {
    const { env } = test;
    try {
      expect((await read()).status).toBe(200);
      Object.assign(env, { METRICS_TOKEN: "token-of-the-scraper" });
      expect((await read()).status).toBe(401);
      expect((await read({ authorization: "Bearer token-of-the-scrapeR" })).status).toBe(401);
      expect((await read({ authorization: "Bearer token-of-the-scraper" })).status).toBe(200);
      Object.assign(env, { METRICS_TOKEN: undefined, NODE_ENV: "production" });
      expect((await read()).status).toBe(401);
      expect((await read({ authorization: "Bearer undefined" })).status).toBe(401);
    } finally {
      Object.assign(env, { METRICS_TOKEN: undefined, NODE_ENV: "test" });
    }
    expect((await test.newClient().get("/analytics/kpi/lifecycle")).status).toBe(401);
  });
});

describe("the pages", () => {
  it("are served on the same origin", async () => {
    expect(await test.newClient().get("/sign-in")).toMatchObject({ status: 200, body: "<p>web</p>" });
  });

  it("defect 7: are said to be away while the web process is, by their status too, and come back with it", async () => {
    const port = Number(new URL(test.env.WEB_ORIGIN).port);
    await closeServer(test.web);
    const answer = await test.newClient().get("/sign-in");
    expect(answer).toMatchObject({ status: 502, body: { code: "web_unavailable" } });
    expect(await test.newClient().get("/health")).toMatchObject({
      status: 503,
      body: { checks: { web: false } },
    });
    expect((await alice.get("/api/v1/me")).status).toBe(200);
    await listen(test.web, port);
    expect((await test.newClient().get("/sign-in")).status).toBe(200);
  });

  it("are never reached by a path of the API that does not exist", async () => {
    for (const path of ["/api/nothing", "/v1/nothing", "/docs/nothing", "/health/nothing", "/api"])
      expect(await test.newClient().get(path)).toMatchObject({ status: 404, body: { code: "not_found" } });
  });
});
