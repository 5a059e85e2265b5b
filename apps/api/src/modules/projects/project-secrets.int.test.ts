import { signScrapeV3, verifyScrapeV3 } from "@pulsekeep/signing";
import type { EndpointTest, Project, ProjectCreated, SecretShown } from "@pulsekeep/contracts/api/projects";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { Databases } from "../../platform/database.js";
import { startTestApp, type TestApp } from "../../testing/test-app.js";
import type { TestClient } from "../../testing/test-client.js";
import { untilWaiting } from "../../testing/test-locks.js";
import { createTestProject, type TestProject } from "../../testing/test-project.js";
import { toTestProject } from "../metrics/test-watched-project.js";
import { lockProject } from "./lock-project.js";
import { readProjectAudit } from "./test-project-audit.js";
import { startTestReceiver, type TestReceiver } from "./test-receiver.js";

type Refusal = { code: string; detail?: string };
const PROD = { env: "prod" };

let test: TestApp;
let alice: TestClient;
let receiver: TestReceiver;
beforeAll(async () => {
  receiver = await startTestReceiver();
  test = await startTestApp({ roles: ["http"], env: { SCRAPE_ALLOW: receiver.hostAndPort } });
  alice = await test.signUp("Alice");
});
afterAll(async () => {
  await test.close();
  await receiver.close();
});
beforeEach(() => receiver.reset());

const auditOf = (project: TestProject) => readProjectAudit(test, project);
const testEndpoint = (project: TestProject) =>
  alice.post<EndpointTest & Refusal>(`${project.path}/endpoint/test`);

/** Every row of every table as text; bytes as hex. */
async function dumpTables(): Promise<string> {
  const tables = await test.sql<{ name: string }>(
    `select quote_ident(table_name) as name from information_schema.tables
     where table_schema = 'public' and table_type = 'BASE TABLE'`,
  );
  const rows = await Promise.all(
    tables.map(({ name }) => test.sql<{ row: string }>(`select t::text as row from ${name} t`)),
  );
  return rows
    .flat()
    .map(({ row }) => row)
    .join("\n");
}

const isIn = (text: string, secret: string): boolean =>
  text.includes(secret) || text.includes(Buffer.from(secret).toString("hex"));
it("shows the API key once and keeps nothing that it could be read from", async () => {
  const project = await createTestProject(alice);
  const rotated = await alice.post<SecretShown>(`${project.path}/api-key/rotate`);
  const hmac = await alice.post<SecretShown>(`${project.path}/hmac/enable`);
  await project.trigger(PROD, { "x-api-key": rotated.body.secretPlain });
  const kept = [await dumpTables(), test.logs.join("\n"), JSON.stringify(await project.read())];
  for (const secret of [project.apiKeyPlain, rotated.body.secretPlain, hmac.body.secretPlain])
    for (const text of kept) expect(isIn(text, secret)).toBe(false);
  // The search finds what is there, written as text or as bytes.
  await test.sql("update projects set name = $1 where id = $2", [project.apiKeyPlain, project.id]);
  await test.sql("update metric_endpoints set hmac_secret_sealed = $1 where project_id = $2", [
    Buffer.from(hmac.body.secretPlain),
    project.id,
  ]);
  const planted = await dumpTables();
  expect([isIn(planted, project.apiKeyPlain), isIn(planted, hmac.body.secretPlain)]).toEqual([true, true]);
});

it("gives keys of 256 random bits, known by their beginning and their end", async () => {
  const { body, headers } = await alice.post<ProjectCreated>("/api/v1/projects", { name: "Keys" });
  expect(body.apiKeyPlain).toMatch(/^SP_[A-Za-z0-9_-]{43}$/);
  expect(body.project.apiKey).toEqual({
    prefix: body.apiKeyPlain.slice(0, 7),
    lastFour: body.apiKeyPlain.slice(-4),
    lastUsedAt: null,
    previous: [],
  });
  expect(headers.get("cache-control")).toBe("no-store");
});

it("refuses the old key at once after a rotation", async () => {
  const project = await createTestProject(alice);
  expect((await project.trigger(PROD)).status).toBe(200);
  const { body } = await alice.post<SecretShown>(`${project.path}/api-key/rotate`);
  expect((await project.trigger(PROD)).status).toBe(401);
  expect((await project.trigger(PROD, { "x-api-key": body.secretPlain })).status).toBe(200);
  expect((await project.read()).apiKey.lastFour).toBe(body.secretPlain.slice(-4));
  expect(await auditOf(project)).toEqual(["project.created", "api_key.created", "api_key.rotated"]);
});

it("leaves one key after ten rotations at once, and to one who knew which key it was", async () => {
  const project = await createTestProject(alice);
  const expectedLastFour = project.apiKeyPlain.slice(-4);
  const rotate = () => alice.post<SecretShown>(`${project.path}/api-key/rotate`, { expectedLastFour });
  const answers = await Promise.all(Array.from({ length: 10 }, rotate));
  expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([
    200,
    ...Array<number>(9).fill(409),
  ]);
  expect((await rotate()).status).toBe(409);
  const statuses = await Promise.all(
    answers.map(async ({ body }) => (await project.trigger(PROD, { "x-api-key": body.secretPlain })).status),
  );
  expect(statuses.filter((status) => status === 200)).toHaveLength(1);
});

it("rotates the HMAC secret that was meant, and none that somebody else has set since", async () => {
  const project = await createTestProject(alice);
  expect((await project.read()).hmacSecretId).toBeNull();
  await alice.post(`${project.path}/hmac/enable`);
  const { hmacSecretId: expectedSecretId } = await project.read();
  const rotate = () => alice.post(`${project.path}/hmac/rotate`, { expectedSecretId });
  expect(expectedSecretId).toMatch(/^[0-9a-f]{16}$/);
  expect((await rotate()).status).toBe(200);
  // From a page that was open meanwhile.
  expect(await rotate()).toMatchObject({ status: 409, body: { code: "conflict" } });
  expect((await auditOf(project)).filter((action) => action === "hmac.rotated")).toHaveLength(1);
});

it.each(["/api-key/rotate", "/hmac/rotate"])("lets one of two win that rotate at once: %s", async (route) => {
  const project = await createTestProject(alice);
  await alice.post(`${project.path}/hmac/enable`);
  const tenant = await toTestProject(test, project);
  for (const overlapSeconds of [0, 3_600]) {
    let answers: Promise<{ status: number }[]> = Promise.resolve([]);
    await test.get(Databases).inTenant(tenant, async (tx) => {
      await lockProject(tx, project.id);
      answers = Promise.all([0, 1].map(() => alice.post(`${project.path}${route}`, { overlapSeconds })));
      await untilWaiting(test, 2);
    });
    expect((await answers).map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 409]);
  }
  const done = route.startsWith("/hmac") ? "hmac.rotated" : "api_key.rotated";
  expect((await auditOf(project)).filter((action) => action === done)).toHaveLength(2);
});

it.each([
  ["empty", "", 422],
  ["blank", " ", 422],
  ["of another form", "Bearer abc", 401],
  ["too long", `SP_${"a".repeat(5_000)}`, 401],
  ["not a letter", `SP_${"é".repeat(40)}`, 401],
  ["two in one", `SP_${"a".repeat(43)}, SP_${"b".repeat(43)}`, 401],
])("refuses a key that is %s", async (_, key, status) => {
  const project = await createTestProject(alice);
  expect((await project.trigger(PROD, { "x-api-key": key })).status).toBe(status);
});

it("does not take the key from the address", async () => {
  const { apiKeyPlain } = await createTestProject(alice);
  const path = `/deployments/trigger?api_key=${apiKeyPlain}&X-API-Key=${apiKeyPlain}`;
  expect((await test.newClient().post(path, PROD)).status).toBe(422);
  expect(test.logs.join("\n")).not.toContain(apiKeyPlain);
});

it("refuses the key of a project that is gone", async () => {
  const project = await createTestProject(alice);
  await alice.call("DELETE", project.path, { body: { confirmationName: "Shop" } });
  expect((await project.trigger(PROD)).status).toBe(401);
});

it("notes the use of a key at most once a minute", async () => {
  const project = await createTestProject(alice);
  await project.trigger(PROD);
  const first = (await project.read()).apiKey.lastUsedAt;
  expect(first).not.toBeNull();
  await project.trigger(PROD);
  expect((await project.read()).apiKey.lastUsedAt).toBe(first);
  await test.sql("update project_api_keys set last_used_at = now() - interval '61 s' where project_id = $1", [
    project.id,
  ]);
  // A process remembers for a minute what it has noted; another one does not know.
  await test.restart();
  await project.trigger(PROD);
  expect(Date.parse((await project.read()).apiKey.lastUsedAt ?? "")).toBeGreaterThanOrEqual(
    Date.parse(first ?? ""),
  );
});

describe("signing", () => {
  const enable = async (project: TestProject) => {
    const { body } = await alice.post<SecretShown>(`${project.path}/hmac/enable`);
    receiver.state.secret = body.secretPlain;
  };

  it("goes over to v3 where the receiver offers it, by a test, and back by a test", async () => {
    const project = await createTestProject(alice, { endpoint: receiver.url });
    await enable(project);
    Object.assign(receiver.state, { takes: ["v2", "v3"], offers: "v2, v3" });
    expect((await testEndpoint(project)).body.endpoint.hmacVersion).toBe("v3");
    // From now on no answer of anybody leads back to v2 but a person's test.
    Object.assign(receiver.state, { takes: ["v2"], offers: "v2" });
    expect(await project.trigger(PROD)).toMatchObject({
      status: 422,
      body: { code: "HMAC_PREFLIGHT_FAILED" },
    });
    expect((await testEndpoint(project)).body).toMatchObject({ ok: true, endpoint: { hmacVersion: "v2" } });
    expect((await project.trigger(PROD)).status).toBe(200);
  });

  it("stays with v2 where v3 is offered and then refused", async () => {
    const project = await createTestProject(alice, { endpoint: receiver.url });
    await enable(project);
    receiver.state.offers = "v2, v3";
    expect((await testEndpoint(project)).body).toMatchObject({ ok: true, endpoint: { hmacVersion: "v2" } });
  });

  it("defect 12: goes on with the old secret until the overlap ends, whichever the receiver has", async () => {
    const project = await createTestProject(alice, { endpoint: receiver.url });
    await enable(project);
    const rotated = await alice.post<SecretShown>(`${project.path}/hmac/rotate`, { overlapSeconds: 600 });
    expect((await project.read()).hmacPreviousUntil).not.toBeNull();
    expect((await testEndpoint(project)).body.ok).toBe(true);
    const [old, fresh] = [receiver.state.secret, rotated.body.secretPlain];
    receiver.state.secret = fresh;
    expect((await testEndpoint(project)).body.ok).toBe(true);
    receiver.state.secret = old;
    await test.sql(
      "update metric_endpoints set hmac_previous_until = now() - interval '1 second' where project_id = $1",
      [project.id],
    );
    expect((await testEndpoint(project)).body).toMatchObject({ ok: false, errorDetail: "401" });
    const dump = await test.sql<{ t: string }>("select e::text as t from metric_endpoints e");
    // Not in what waits to be done either.
    dump.push(...(await test.sql<{ t: string }>("select o::text as t from outbox o")));
    const found = dump.map(({ t }) => t).join();
    for (const secret of [old ?? "", fresh]) {
      expect(secret).toMatch(/^spm_.{40,}/);
      // Bytes are dumped as hexadecimal digits, messages as they are.
      for (const form of ["utf8", "hex", "base64", "base64url"] as const)
        expect(found).not.toContain(Buffer.from(secret).toString(form).replace(/=+$/, ""));
    }
  });
});

it("a signature of one host is no signature of another", async () => {
  const signed = {
    secret: "s",
    method: "GET",
    target: "/m",
    projectId: "p",
    nonce: "nonce-1234",
    now: new Date(),
  };
  const headers = signScrapeV3({ ...signed, host: receiver.host });
  const verified = await verifyScrapeV3({
    ...signed,
    host: receiver.aliasHost,
    headers,
    storeNonce: () => true,
  });
  expect(verified).toEqual({ ok: false, reason: "bad_signature" });
});

describe("IDEM-07 a second click", () => {
  it("leaves one key that counts, whichever of twenty rotations at once came last", async () => {
    const project = await createTestProject(alice);
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => alice.post<SecretShown>(`${project.path}/api-key/rotate`)),
    );
    const keys = [project.apiKeyPlain, ...answers.map(({ body }) => body.secretPlain)];
    const statuses = await Promise.all(
      keys.map(async (key) => (await project.trigger(PROD, { "x-api-key": key })).status),
    );
    expect(statuses.filter((status) => status === 200)).toHaveLength(1);
    expect(statuses.filter((status) => status === 401)).toHaveLength(20);
  });

  it("on rotating the secret with an overlap is refused, and the receiver's own is not forgotten", async () => {
    const project = await createTestProject(alice, { endpoint: receiver.url });
    const enabled = await Promise.all(
      Array.from({ length: 5 }, () => alice.post<SecretShown>(`${project.path}/hmac/enable`)),
    );
    expect(enabled.map(({ status }) => status).sort((one, other) => one - other)).toEqual([
      200, 409, 409, 409, 409,
    ]);
    receiver.state.secret = enabled.find(({ status }) => status === 200)?.body.secretPlain;
    const rotate = (overlapSeconds: number) =>
      alice.post<SecretShown>(`${project.path}/hmac/rotate`, { overlapSeconds });
    const rotated = await Promise.all(Array.from({ length: 20 }, () => rotate(600)));
    expect(rotated.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(rotated.filter(({ status }) => status === 409)).toHaveLength(19);
    expect((await testEndpoint(project)).body.ok).toBe(true);
    receiver.state.secret = rotated.find(({ status }) => status === 200)?.body.secretPlain;
    expect((await testEndpoint(project)).body.ok).toBe(true);
    expect((await rotate(0)).status).toBe(200);
    expect((await testEndpoint(project)).body.ok).toBe(false);
  });
});

describe("an API key", () => {
  it("defect 11: that is replaced is accepted until its overlap ends, and can be ended before", async () => {
    const project = await createTestProject(alice);
    const rotate = (body: object) =>
      alice.post<SecretShown & Refusal>(`${project.path}/api-key/rotate`, body);
    const second = (await rotate({ overlapSeconds: 3_600 })).body.secretPlain;
    const statusWith = async (key: string) => (await project.trigger(PROD, { "x-api-key": key })).status;
    expect([await statusWith(project.apiKeyPlain), await statusWith(second)]).toEqual([200, 200]);
    expect((await project.read()).apiKey).toMatchObject({
      lastFour: second.slice(-4),
      previous: [{ lastFour: project.apiKeyPlain.slice(-4), expiresAt: expect.any(String) }],
    });
    await test.sql(
      "update project_api_keys set expires_at = now() - interval '1 ms' where project_id = $1 and expires_at is not null",
      [project.id],
    );
    expect([await statusWith(project.apiKeyPlain), await statusWith(second)]).toEqual([401, 200]);
    const third = (await rotate({ overlapSeconds: 3_600 })).body.secretPlain;
    const ended = await alice.post<Project>(`${project.path}/api-key/revoke-previous`);
    expect(ended.body.apiKey.previous).toEqual([]);
    expect([await statusWith(second), await statusWith(third)]).toEqual([401, 200]);
    expect((await rotate({ overlapSeconds: 604_801 })).status).toBe(422);
    expect((await rotate({ overlapSeconds: -1 })).status).toBe(422);
  });
});
