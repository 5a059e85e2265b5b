import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { StandardSchemaSerializerInterceptor } from "@nestjs/common";
import type { Provisioning, ProvisioningStarted } from "@pulsekeep/contracts/api/workers";
import type { Fault } from "@pulsekeep/stand-in";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { newId } from "../platform/ids.js";
import { findSecrets, type SecretPlaces } from "../testing/find-secrets.js";
import { startTestApp, TEST_PASSWORD, type TestApp } from "../testing/test-app.js";
import { answerConsent, signInWithGitHub } from "../testing/test-consent.js";
import { eventually } from "../testing/test-eventually.js";
import { startMetricsService } from "../testing/test-metrics-service.js";
import { createTestProject } from "../testing/test-project.js";
import { createPulse, runNow } from "../testing/test-pulse.js";
import type { TestStandIn } from "../testing/test-stand-in.js";
import { enrolTestWorker } from "../testing/test-worker.js";
import { createCanaries, findNamed, keepAnswers } from "./test-canaries.js";
import { crashServer } from "./test-crash.js";
import { type Overheard, overhear } from "./test-overheard.js";
import { fillPath, listRoutes } from "./test-routes.js";

const { canaries, canary } = createCanaries();

let test: TestApp;
let github: TestStandIn;
let overheard: Overheard;
let folder: string;
let service: Awaited<ReturnType<typeof startMetricsService>>;
const answers: string[] = [];
/** Slack is called at an address that is a secret, which may be nowhere else in what is sent there. */
let webhookUrl: string;
beforeAll(async () => {
  overheard = overhear();
  service = await startMetricsService();
  folder = await mkdtemp(path.join(tmpdir(), "pulsekeep-canary-"));
  test = await startTestApp({
    standIn: { runner: false },
    env: {
      SCRAPE_ALLOW: service.hostAndPort,
      SLACK_HOOKS_URL: `http://${service.hostAndPort}`,
      METRICS_TOKEN: canary("metricstoken"),
    },
  });
  if (!test.standIn) throw new Error("no GitHub");
  github = test.standIn;
});
afterAll(async () => {
  overheard.stop();
  await test.close();
  await service.close();
  await rm(folder, { recursive: true, force: true });
});

it("plants secrets in sign-up, sign-in and every form of them that is refused [LOG-02]", async () => {
  const client = keepAnswers(test.newClient(), answers);
  const post = (route: string, body: object) => client.call("POST", `/api/auth/${route}`, { body });
  const email = "canary@example.test";
  const password = canary("password");
  expect((await post("sign-up/email", { name: "Canary", email, password })).status).toBe(200);
  for (const [route, body] of [
    ["sign-in/email", { email, password: canary("wrongpassword") }],
    ["sign-in/email", { email: "nobody@example.test", password: canary("nobodyspassword") }],
    ["sign-in/email", { email: canary("notanaddress"), password: canary("password") }],
    ["sign-up/email", { name: "x", email, password: canary("takenpassword") }],
    [
      "sign-up/email",
      { name: "x", email: "y@example.test", password: `${canary("longpassword")}${"x".repeat(300)}` },
    ],
    [
      "sign-up/email",
      { name: "x", email: "z@example.test", password: canary("zpassword"), locale: canary("locale") },
    ],
    ["change-password", { currentPassword: canary("current"), newPassword: canary("new") }],
    ["reset-password", { token: canary("resettoken"), newPassword: canary("resetpassword") }],
    ["two-factor/verify-totp", { code: canary("totp") }],
    ["two-factor/verify-backup-code", { code: canary("recovery") }],
    ["two-factor/enable", { password: canary("enablepassword") }],
    ["sign-in/social", { provider: "github", idToken: { token: canary("idtoken", "eyJhbGciOiJub25l.") } }],
    [
      "sign-in/social",
      { provider: canary("provider"), callbackURL: `https://evil.example/${canary("callback")}` },
    ],
    ["link-social", { provider: "google", idToken: { token: canary("linkidtoken") } }],
    [canary("authroute"), { token: canary("authbody") }],
  ] as const)
    await post(route, body);
  await client.call("GET", `/api/auth/verify-email?token=${canary("verifytoken")}`);
  await client.call("GET", `/api/auth/reset-password/${canary("resetlink")}?callbackURL=/`);
  for (const provider of ["github", "google", "apple", "unknown"])
    await client.call(
      "GET",
      `/api/auth/callback/${provider}?code=${canary("code")}&state=${canary("state")}&id_token=${canary("cbidtoken")}`,
    );
  await client.call("POST", "/api/auth/callback/apple", {
    raw: new URLSearchParams({
      code: canary("applecode"),
      state: canary("applestate"),
      id_token: canary("appleidtoken"),
      user: canary("appleuser"),
    }).toString(),
    headers: { "content-type": "application/x-www-form-urlencoded" },
  });
  await client.call("DELETE", "/api/v1/me", {
    body: { confirmationEmail: email, password: canary("deletepassword") },
  });
});

it("plants them in every header, query, path and body of every route, also where it fails [LOG-02]", async () => {
  const client = keepAnswers(await test.signUp("Rita"), answers);
  // The stream of events does not end by itself.
  const routes = (await listRoutes(client)).filter(({ path: template }) => template !== "/api/v1/events");
  const ask = async () => {
    const body = {
      password: canary("body"),
      token: canary("bodytoken"),
      [canary("name")]: 1,
      secret: [canary("deep")],
    };
    const headers = {
      authorization: `Bearer ${canary("bearer")}`,
      "x-api-key": canary("apikey", "SP_"),
      "x-keepstreak-proof": `${canary("proof", "eyJhbGciOiJIUzI1NiJ9.")}.x`,
      "user-agent": canary("agent"),
    };
    const query = `?token=${canary("query")}&code=${canary("querycode")}`;
    const cookie = `pulsekeep.session_token=${canary("cookie")}`;
    const failed: string[] = [];
    for (const route of routes)
      for (const more of [{}, { cookie }] as Record<string, string>[]) {
        const { status } = await client.call(route.method, `${fillPath(route, newId())}${query}`, {
          ...(route.method === "GET" ? {} : { body }),
          headers: { ...headers, ...more },
        });
        if (status === 500) failed.push(`${route.method} ${route.path}`);
      }
    return failed;
  };
  expect(await ask()).toEqual([]);
  const failing = vi.spyOn(StandardSchemaSerializerInterceptor.prototype, "intercept");
  failing.mockImplementation(() => {
    throw new Error(
      `database at postgres://owner:${canary("dsn")}@db/x refused ${canary("errortoken", "gho_")}`,
    );
  });
  expect((await ask()).length).toBeGreaterThan(30);
  failing.mockRestore();
  for (const [raw, type] of [
    [`{"password":"${canary("broken")}`, "application/json"],
    [`password=${canary("form")}`, "application/x-www-form-urlencoded"],
    [`"${canary("huge")}${"x".repeat(1_100_000)}"`, "application/json"],
    [canary("plain"), "text/plain"],
  ] as const)
    await client.call("POST", "/api/v1/projects", { raw, headers: { "content-type": type } });
  await client.call("GET", `/api/v1/${canary("path")}/%ff?key=${canary("badpath")}`);
  await client.call("GET", "/metrics", { headers: { authorization: `Bearer ${canary("wrongmetrics")}` } });
});

it("plants them in projects, keys, signed scrapes and what a customer's endpoint says [LOG-04]", async () => {
  const client = keepAnswers(await test.signUp("Paul"), answers);
  for (const metricsEndpoint of [
    `https://user:${canary("urlpassword")}@metrics.example/m`,
    `ftp://${canary("urlhost")}/x`,
  ])
    await client.call("POST", "/api/v1/projects", { body: { name: "Bad", metricsEndpoint } });
  const project = await createTestProject(client, { endpoint: service.url });
  canaries.set("API key", project.apiKeyPlain);
  const { body: enabled } = await client.post<{ secretPlain: string }>(`${project.path}/hmac/enable`);
  canaries.set(
    "HMAC secret",
    Object.values(enabled).find((value) => value.startsWith("spm_")) ?? "missing-missing",
  );
  for (const host of ["hooks.elsewhere.example", service.hostAndPort]) {
    webhookUrl = `http://${host}/services/T0/B0/${canary("slackwebhook")}`;
    await client.call("PUT", `${project.path}/slack`, { body: { webhookUrl } });
    await client.post(`${project.path}/slack/test`);
  }
  service.state.status = 500;
  service.state.answer = {
    error: canary("endpointerror", "sk_live_"),
    [canary("endpointkey")]: canary("endpointvalue"),
  };
  await client.post(`${project.path}/endpoint/test`);
  service.state.status = 200;
  service.state.answer = { metrics: { error_rate: canary("metricvalue") } };
  await client.post(`${project.path}/endpoint/test`);
  await project.trigger({ env: "prod", idempotency_key: newId(), metrics_endpoint: service.url });
  await project.trigger({ env: "prod" }, { "x-api-key": canary("wrongkey", "SP_") });
  const rotated = await client.post<Record<string, unknown>>(`${project.path}/api-key/rotate`);
  for (const value of Object.values(rotated.body))
    if (typeof value === "string" && value.startsWith("SP_")) canaries.set("rotated key", value);
  expect(canaries.get("HMAC secret")).toMatch(/^spm_/);
  expect(canaries.get("rotated key")).not.toBe(canaries.get("API key"));
});

it("plants them in handshakes, claims and reports of a worker [LOG-02]", async () => {
  const owner = await test.signUp("Wanda");
  const worker = await enrolTestWorker(test, owner);
  for (const encoding of ["base64url", "hex"] as const)
    canaries.set(`handshake secret in ${encoding}`, Buffer.from(worker.handshakeSecret).toString(encoding));
  const token = canary("runnertoken", "eyJhbGciOiJSUzI1NiJ9.");
  await worker.call("hello", {}, { runnerToken: `${token}.x`, sessionId: null });
  await worker.hello({ runnerToken: `${canary("oidc", "eyJhbGciOiJSUzI1NiJ9.")}.y` });
  await worker.hello();
  await runNow(owner, await createPulse(owner, worker));
  const [run] = await worker.claim();
  if (!run) throw new Error("nothing to claim");
  const reportOf = (secret: string) =>
    worker.report(run, {
      outcome: "failed",
      reason: { code: "target_denied", detail: `could not push with ${secret}` },
    });
  expect((await reportOf(canary("jobtoken", "ghs_"))).status).toBe(422);
  expect((await reportOf(canary("odd"))).status).toBe(200);
  await worker.call("report", { runId: run.runId, fence: 1, [canary("field")]: canary("value") });
  await worker.call("hello", {}, { proof: `${canary("forgedproof")}.a.b`, sessionId: null });
});

it("borrows tokens in sign-ins and set-ups, with every step of GitHub's failing in turn [ZT-03]", async () => {
  await signInWithGitHub(test.newClient(), "octo-alice");
  // Those that name their person can happen side by side; those before anything is known of them cannot.
  for (const fault of [
    { kind: "status", status: 500, path: "/login/oauth/access_token", afterEffect: true },
    { kind: "status", status: 403, path: "/api/user" },
  ] as const)
    await setUpWith([fault]);
  await setUpWith([
    { kind: "status", status: 502, path: "*/LOGIN/*/git/trees" },
    { kind: "status", status: 403, path: "*/LOGIN/*/actions/secrets/*" },
    { kind: "reply_lost", path: "*/LOGIN/*/actions/secrets/*" },
    { kind: "status", status: 403, path: "*/LOGIN/*/dispatches" },
  ]);
  const { tokens } = github.context.store;
  const issued = tokens.listIssued().map(({ tokenPlain }) => tokenPlain);
  // One of a sign-in, and one of each set-up that GitHub gave one.
  expect(issued.length).toBeGreaterThanOrEqual(6);
  // But for the one whose answer was lost on the way to us: nobody could end it.
  expect(issued.filter((token) => tokens.find(token) !== undefined).length).toBeLessThanOrEqual(1);
});

let borrowers = 0;
/** One set-up per fault, at the same time; each ends, well or not, with its consent. */
async function setUpWith(faults: readonly Extract<Fault, { path?: string }>[]): Promise<void> {
  const started = faults.map((fault) => {
    borrowers += 1;
    const login = `octo-canary-${borrowers}`;
    github.context.store.users.ensure(login);
    github.context.faults.seed({ ...fault, path: fault.path?.replace("LOGIN", login) ?? "" }, 20);
    return login;
  });
  await Promise.all(started.map(borrow));
  github.context.faults.clear();
}

async function borrow(login: string): Promise<void> {
  const owner = await test.signUp(login);
  const { body } = await owner.post<ProvisioningStarted>("/api/v1/provisionings", {});
  const back = await answerConsent(body.authorizeUrl, { login });
  const { searchParams } = new URL(back);
  canaries.set(`code of ${login}`, searchParams.get("code") ?? "missing-missing");
  canaries.set(`state of ${login}`, searchParams.get("state") ?? "missing-missing");
  await owner.fetch("GET", back);
  await eventually(
    async () => {
      const row = (await owner.get<Provisioning>(`/api/v1/provisionings/${body.id}`)).body;
      return row.state === "failed" || row.steps.find(({ name }) => name === "revoke")?.state === "done";
    },
    { timeoutMs: 30_000, what: `an end of the set-up of ${login}` },
  );
}

it("leaves none of them in any store, log, answer, metric or file, nor sent any there, in four encodings [ZT-01] [LOG-02]", async () => {
  const issued = github.context.store.tokens.listIssued().map(({ tokenPlain }) => tokenPlain);
  expect(issued.length).toBeGreaterThanOrEqual(6);
  const metrics = await test
    .newClient()
    .get<string>("/metrics", { authorization: `Bearer ${test.env.METRICS_TOKEN ?? ""}` });
  expect(metrics.status).toBe(200);
  const places: SecretPlaces = {
    databaseUrl: test.database.superuserUrl,
    redisUrl: test.redis?.url ?? "",
    texts: { logs: test.logs, console: overheard.console, metrics: [metrics.body] },
    folders: [folder],
  };
  const named = [...canaries, ...issued.map((token, at): [string, string] => [`issued token ${at}`, token])];
  expect(named.length).toBeGreaterThan(90);
  named.push(
    ["password", TEST_PASSWORD],
    ["AUTH_SECRET", test.env.AUTH_SECRET],
    ["provisioning secret", test.env.GITHUB_PROVISIONING_CLIENT_SECRET ?? ""],
    ...Object.entries(test.env.PULSEKEEP_KEYRING.keys),
  );
  expect(test.logs.length).toBeGreaterThan(20);
  expect(await findNamed(named, places)).toEqual([]);
  // Nor was any ever sent to a store, to be deleted again.
  const sent = {
    database: overheard.sentTo(places.databaseUrl ?? ""),
    redis: overheard.sentTo(places.redisUrl ?? ""),
  };
  expect(sent.database.length).toBeGreaterThan(1_000);
  expect(sent.redis.length).toBeGreaterThan(100);
  const seen = await findNamed(named, { texts: sent });
  // The auth library looks a guess that it does not know by its hash up as it is: nothing was ever kept under it.
  const guessed = /^(resettoken|resetlink|state) \w+ in database \((raw|url)\)$/;
  expect(seen.filter((hit) => !guessed.test(hit))).toEqual([]);
  // Whoever sent it may read it again in the answer's address or as the field that is not known, but nobody else.
  const shown = /^(callback|apple|authroute|name|path|badpath|query|field|API key|HMAC|rotated|state|code)/;
  const silent = named.filter(([name]) => !shown.test(name));
  expect(await findNamed(silent, { texts: { answers } })).toEqual([]);
});

it("lets none of them out to others, but GitHub's tokens and codes to GitHub, and Slack's address to Slack", async () => {
  const issued = github.context.store.tokens.listIssued().map(({ tokenPlain }) => tokenPlain);
  const out = overheard.requests.filter(({ origin }) => origin !== new URL(test.url).origin);
  expect(out.length).toBeGreaterThan(30);
  const toSlack = `POST ${webhookUrl}\n`;
  expect(out.filter(({ text }) => text.startsWith(toSlack))).toHaveLength(1);
  const toOthers = out
    .filter(({ origin }) => origin !== new URL(github.url).origin)
    .map(({ text }) => text.replace(toSlack, ""));
  expect(toOthers.length).toBeGreaterThan(1);
  expect(await findSecrets([...canaries.values(), ...issued], { texts: { toOthers } })).toEqual([]);
  const own = [...canaries].filter(([name]) => !/^(code|state) of /.test(name));
  const toGitHub = out.filter(({ origin }) => origin === new URL(github.url).origin).map(({ text }) => text);
  expect(await findNamed(own, { texts: { toGitHub } })).toEqual([]);
  // And after the consents are over, GitHub is called without any.
  github.context.requests.clear();
  const owner = await test.signUp("Later");
  const worker = await enrolTestWorker(test, owner);
  await worker.hello();
  await runNow(owner, await createPulse(owner, worker));
  expect(await worker.claim()).toHaveLength(1);
  expect(github.context.requests.list().filter(({ authorization }) => authorization !== null)).toEqual([]);
});

it("leaves none of them when it crashes: one redacted line, no dump, no environment [LOG-02]", async () => {
  const token = canary("crashtoken", "gho_");
  const dsn = canary("crashdsn");
  const crash = (environment: Record<string, string>) =>
    crashServer({ ...test.source, TRAP_TOKEN: token, TRAP_DSN: dsn, ...environment }, folder);
  const secrets = [
    token,
    dsn,
    test.env.AUTH_SECRET,
    ...Object.values(test.env.PULSEKEEP_KEYRING.keys),
    test.env.GITHUB_CLIENT_SECRET ?? "",
  ];
  const [atStart, later, badEnvironment] = await Promise.all([
    crash({ DATABASE_URL: `postgres://owner:${dsn}@127.0.0.1:1/x` }),
    crash({ TRAP: "set" }),
    crash({
      AUTH_SECRET: token.slice(0, 20),
      PULSEKEEP_KEYRING: `{"currentId":"k","keys":{"k":"${dsn}"}}`,
    }),
  ]);
  expect(atStart).toMatchObject({ code: 1, files: [] });
  expect(atStart.output).toContain("start failed");
  expect(later).toMatchObject({ code: 1, files: [] });
  expect(later.output).toContain('"msg":"crashed"');
  expect(later.output).toContain('"javascriptStack"');
  expect(badEnvironment).toMatchObject({ code: 78, files: [] });
  expect(
    await findSecrets(secrets, {
      texts: { atStart: [atStart.output], later: [later.output], badEnvironment: [badEnvironment.output] },
    }),
  ).toEqual([]);
});

it("would have found one: in the database, in Redis, in the log, on the console, in an answer and in a request", async () => {
  const token = canary("planted", "gho_");
  await test.sql("create table planted (note text)");
  await test.sql("insert into planted values ($1)", [Buffer.from(`x${token}`).toString("base64")]);
  test.logs.push(JSON.stringify({ msg: encodeURIComponent(token) }));
  // oxlint-disable-next-line no-console -- a place that is searched
  console.warn(Buffer.from(token).toString("hex"));
  await fetch(`${service.url}?t=${token}`);
  const found = await findSecrets([token], {
    databaseUrl: test.database.superuserUrl,
    texts: {
      logs: test.logs,
      console: overheard.console,
      requests: overheard.requests.map(({ text }) => text),
      sent: overheard.sentTo(test.database.superuserUrl),
    },
  });
  expect(found.map(({ place }) => place).sort()).toEqual(
    expect.arrayContaining(["console", "logs", "public.planted", "requests", "sent"]),
  );
});
