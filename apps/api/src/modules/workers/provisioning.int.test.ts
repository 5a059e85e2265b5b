import { execFile } from "node:child_process";
import path from "node:path";
import { promisify } from "node:util";
import type { AuditEntry } from "@pulsekeep/contracts/api/identity";
import type { Page } from "@pulsekeep/contracts/api/shared";
import type {
  Provisioning,
  ProvisioningRetry,
  ProvisioningStarted,
  Worker,
} from "@pulsekeep/contracts/api/workers";
import type { Fault } from "@pulsekeep/stand-in";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { startTestApp, type TestApp } from "../../testing/test-app.js";
import type { TestClient } from "../../testing/test-client.js";
import { answerConsent } from "../../testing/test-consent.js";
import { eventually } from "../../testing/test-eventually.js";
import { createPulse, getRun, runNow } from "../../testing/test-pulse.js";
import type { TestStandIn } from "../../testing/test-stand-in.js";
import { ProvisioningService } from "./provisioning.service.js";

const run = promisify(execFile);

let test: TestApp;
let github: TestStandIn;
let people = 0;
let login: string;
let owner: TestClient;
beforeAll(async () => {
  test = await startTestApp({ standIn: true });
  if (!test.standIn) throw new Error("no GitHub");
  github = test.standIn;
});
afterAll(() => test.close());
beforeEach(async () => {
  people += 1;
  login = `octo-${people}`;
  github.context.store.users.ensure(login, { name: `Octo ${people}` });
  github.context.faults.clear();
  owner = await test.signUp(`Person${people}`);
});

describe("creating a worker", () => {
  it("ends with an active worker, a token that is worth nothing, and the steps to show for it", async () => {
    github.context.requests.clear();
    const id = await provision();
    const done = await eventually(async () => ended(await read(id)), { timeoutMs: 40_000 });
    expect(done).toMatchObject({ state: "done", tokenRevokedAt: expect.any(String) });
    expect(Date.parse(done.endedAt ?? "") - Date.parse(done.createdAt)).toBeLessThan(10_000);
    expect(done.steps.map(({ name, state }) => `${name} ${state}`)).toEqual([
      "consent done",
      "repository done",
      "files done",
      "secrets done",
      "wake done",
      "revoke done",
      "verify done",
    ]);
    const worker = await readWorker(done);
    expect(worker).toMatchObject({
      state: "active",
      repository: { fullName: `${login}/keepstreak-pulse` },
      author: {
        name: `Octo ${people}`,
        email: expect.stringMatching(new RegExp(`^\\d+\\+${login}@users\\.noreply\\.github\\.com$`)),
      },
    });
    expectNoLiveToken();
    expect(await actions()).toEqual(
      expect.arrayContaining([
        "worker.created",
        "consent.started",
        "consent.granted",
        "consent.token_revoked",
        "worker.verified",
      ]),
    );
    const files = (await git("ls-tree", "-r", "--name-only", "main")).trim().split("\n").sort();
    expect(files).toEqual([".github/workflows/pulse.yml", "README.md", "allow.json", "worker.mjs"]);
  });

  it("lets a run commit as the user with the run's mark, and calls GitHub with a header in the consent's time only [ZT-06]", async () => {
    const done = await provisioned();
    const worker = await readWorker(done);
    github.context.requests.clear();
    const pulse = await createPulse(owner, worker);
    const queued = await runNow(owner, pulse);
    await wake();
    const ran = await eventually(
      async () => {
        const now = await getRun(owner, queued.id);
        return now.endedAt !== null && now;
      },
      { timeoutMs: 40_000 },
    );
    expect(ran).toMatchObject({ state: "succeeded", commitSha: expect.stringMatching(/^[0-9a-f]{40}$/) });
    const [author, committer, trailer] = (
      await git("log", "-1", "--format=%an <%ae>%n%cn <%ce>%n%(trailers:key=Pulse-Run)", "main")
    ).split("\n");
    expect(author).toBe(`${worker.author?.name} <${worker.author?.email}>`);
    expect(committer).toBe(author);
    expect(trailer).toBe(`Pulse-Run: ${queued.id}`);
    expect((await git("rev-parse", "main")).trim()).toBe(ran.commitSha);
    const ours = github.context.requests.list().filter(({ userAgent }) => userAgent === "pulsekeep");
    expect(ours).toEqual([]);
    expect(ran.commitUrl).toBe(`${github.url}/${login}/keepstreak-pulse/commit/${ran.commitSha}`);
  });

  it("asks with a consent of its own for what it needs, bound by PKCE and state [ZT-04]", async () => {
    const { authorizeUrl } = await start();
    const { searchParams } = new URL(authorizeUrl);
    expect(Object.fromEntries(searchParams)).toMatchObject({
      client_id: "Iv1.provisioning",
      scope: "repo workflow",
      code_challenge_method: "S256",
      redirect_uri: `${test.url}/api/v1/provisionings/callback`,
    });
    expect(searchParams.get("state")?.length).toBeGreaterThanOrEqual(43);
  });
});

describe("a consent", () => {
  it("that is refused leaves nothing at GitHub, and the page says so", async () => {
    const { id, authorizeUrl } = await start();
    await owner.fetch("GET", await answerConsent(authorizeUrl, { login, decision: "cancel" }));
    expect(await read(id)).toMatchObject({
      state: "failed",
      steps: expect.arrayContaining([
        expect.objectContaining({ name: "consent", state: "failed", errorCode: "consent_refused" }),
      ]),
    });
    expect(github.context.store.repositories.find(login, "keepstreak-pulse")).toBeUndefined();
    expect(await actions()).toContain("consent.refused");
  });

  it("counts in the browser that asked alone [OAUTH-01]", async () => {
    const { id, authorizeUrl } = await start();
    const answer = await answerConsent(authorizeUrl, { login });
    const sameUser = test.newClient();
    await sameUser.post("/api/auth/sign-in/email", {
      email: `person${people}@example.test`,
      password: "correct-horse-battery-9",
    });
    const mallory = await test.signUp(`Mallory${people}`);
    for (const client of [sameUser, mallory]) {
      const response = await client.fetch("GET", answer);
      expect(response.headers.get("location")).toBe("/app/workers?consent=unknown");
    }
    expect((await test.newClient().fetch("GET", answer)).status).toBe(401);
    expect(await read(id)).toMatchObject({ state: "awaiting_consent" });
  });

  it("of somebody else's is refused, though they planted its cookie here [OAUTH-02]", async () => {
    const mallory = await test.signUp(`Mallory${people}`);
    const { body } = await mallory.post<ProvisioningStarted>("/api/v1/provisionings", {});
    owner.jar.set(
      test.url,
      new Map([
        ...(owner.jar.get(test.url) ?? []),
        ["pulsekeep.consent", mallory.jar.get(test.url)?.get("pulsekeep.consent") ?? ""],
      ]),
    );
    const response = await owner.fetch("GET", await answerConsent(body.authorizeUrl, { login }));
    expect(response.headers.get("location")).toBe("/app/workers?consent=unknown");
  });

  it("is answered once", async () => {
    const { id, authorizeUrl } = await start();
    const answer = await answerConsent(authorizeUrl, { login });
    const cookies = new Map(owner.jar.get(test.url));
    await owner.fetch("GET", answer);
    owner.jar.set(test.url, cookies);
    const again = await owner.fetch("GET", answer);
    expect(again.headers.get("location")).toBe("/app/workers?consent=unknown");
    await eventually(async () => ended(await read(id)), { timeoutMs: 40_000 });
    expect(await read(id)).toMatchObject({ state: "done" });
  });

  it.each(["?state=", "?code=x", "?code=x&state=unknown", ""])(
    "with a callback of %j makes nothing happen",
    async (query) => {
      await start();
      const before = github.context.requests.list().length;
      const response = await owner.fetch("GET", `/api/v1/provisionings/callback${query}`);
      expect([303, 422]).toContain(response.status);
      expect(github.context.requests.list().length).toBe(before);
    },
  );

  it("whose code GitHub refuses fails at the consent, and can be asked for again", async () => {
    const { id, authorizeUrl } = await start();
    const answer = new URL(await answerConsent(authorizeUrl, { login }));
    answer.searchParams.set("code", "0123456789abcdef0123");
    await owner.fetch("GET", answer.href);
    await expectFailure(id, { step: "consent", errorCode: "consent_expired" });
    await retryAndFinish(id);
  });
});

describe("a fault at GitHub", () => {
  const REPOSITORIES = "/api/user/repos";
  it.each<[string, Fault, number]>([
    ["one server error", { kind: "status", status: 502, path: REPOSITORIES }, 1],
    [
      "a server error after the effect",
      { kind: "status", status: 500, path: REPOSITORIES, afterEffect: true },
      1,
    ],
    [
      "a reply lost after the repository was made",
      { kind: "reply_lost", method: "POST", path: REPOSITORIES },
      1,
    ],
    [
      "a reply lost after the commit",
      { kind: "reply_lost", method: "PATCH", path: "*/git/refs/heads/main" },
      1,
    ],
    ["a reply lost after a secret", { kind: "reply_lost", method: "PUT", path: "*/actions/secrets/*" }, 2],
    ["a reply lost after the wake-up", { kind: "reply_lost", path: "*/dispatches" }, 1],
    [
      "a short secondary limit",
      { kind: "secondary_rate_limit", retryAfterSeconds: 1, path: "*/git/trees" },
      1,
    ],
    ["a reply lost after the revocation", { kind: "reply_lost", method: "DELETE", path: "*/grant" }, 1],
    [
      "server errors at the revocation",
      { kind: "status", status: 503, method: "DELETE", path: "*/grant" },
      2,
    ],
  ])("that passes (%s) changes nothing for the user", async (_, fault, count) => {
    github.context.faults.seed(fault, count);
    const id = await provision();
    const done = await eventually(async () => ended(await read(id)), { timeoutMs: 40_000 });
    expect(done).toMatchObject({ state: "done" });
    await eventually(async () => (await read(id)).tokenRevokedAt !== null);
    expect((await read(id)).steps.find(({ name }) => name === "revoke")).toMatchObject({ state: "done" });
    expectNoLiveToken();
    expect(github.context.faults.list()).toEqual([]);
  });

  it.each<[string, Fault, { step: string; errorCode: string }]>([
    [
      "that lasts, at the repository",
      { kind: "status", status: 503, path: REPOSITORIES },
      { step: "repository", errorCode: "github_unavailable" },
    ],
    [
      "that lasts, at the files",
      { kind: "status", status: 500, path: "*/git/trees" },
      { step: "files", errorCode: "github_unavailable" },
    ],
    [
      "that lasts, at the secrets",
      { kind: "status", status: 500, path: "*/actions/secrets/*" },
      { step: "secrets", errorCode: "github_unavailable" },
    ],
    [
      "that lasts, at the wake-up",
      { kind: "status", status: 500, path: "*/dispatches" },
      { step: "wake", errorCode: "github_unavailable" },
    ],
    [
      "of a long secondary limit",
      { kind: "secondary_rate_limit", retryAfterSeconds: 600, path: "*/git/commits*" },
      { step: "files", errorCode: "github_secondary_limited" },
    ],
    [
      "of a workflow it does not know",
      { kind: "status", status: 404, path: "*/dispatches" },
      { step: "wake", errorCode: "workflow_not_registered" },
    ],
    [
      "that answers 401",
      { kind: "status", status: 401, path: "*/git/trees" },
      { step: "files", errorCode: "github_token_refused" },
    ],
  ])("%s names the step, ends the token, and goes on from there", async (_, fault, expected) => {
    github.context.faults.seed(fault, 100);
    const id = await provision();
    await expectFailure(id, expected);
    expect(await read(id)).toMatchObject({ tokenRevokedAt: expect.any(String) });
    github.context.faults.clear();
    await retryAndFinish(id);
    expect(await git("rev-list", "--count", "main")).toMatch(/^[23]\n$/);
  });

  it("that keeps the consent from ending is told, with the page where it can be ended", async () => {
    github.context.faults.seed({ kind: "status", status: 500, method: "DELETE", path: "*/grant" }, 100);
    const id = await provision();
    const row = await eventually(
      async () => {
        const now = await read(id);
        return now.steps.some(({ name, state }) => name === "revoke" && state === "failed") && now;
      },
      { timeoutMs: 30_000 },
    );
    expect(row).toMatchObject({
      tokenRevokedAt: null,
      revokeUrl: `${github.url}/settings/connections/applications/Iv1.provisioning`,
    });
    expect(await actions()).toContain("consent.token_revocation_failed");
    github.context.faults.clear();
    github.context.store.grants.revoke(userId(), "Iv1.provisioning");
  });

  it("to confirm the end, with a token that still works, is no proof of it", async () => {
    github.context.faults.seed({ kind: "status", status: 422, method: "DELETE", path: "*/grant" }, 1);
    const id = await provision();
    await eventually(async () => (await read(id)).tokenRevokedAt !== null, { timeoutMs: 30_000 });
    expectNoLiveToken();
  });
});

describe("a repository of that name", () => {
  it("that is somebody else's work is left alone", async () => {
    await makeRepository({ "notes.md": "mine" });
    const id = await provision();
    await expectFailure(id, { step: "repository", errorCode: "repository_name_taken" });
    expect(await git("ls-tree", "-r", "--name-only", "main")).toBe("notes.md\n");
  });

  it("that is somebody else's work can be gone round by another name, which is kept for the next try", async () => {
    await makeRepository({ "notes.md": "mine" });
    const id = await provision();
    await expectFailure(id, { step: "repository", errorCode: "repository_name_taken" });
    const { steps } = await read(id);
    expect(steps.find(({ name }) => name === "repository")?.errorFacts).toEqual({
      repository: `${login}/keepstreak-pulse`,
    });
    for (const repositoryName of ["..", "a/b", "x.git", ""])
      expect((await owner.post(`/api/v1/provisionings/${id}/retry`, { repositoryName })).status).toBe(422);
    await retryAndFinish(id, { repositoryName: "my-pulse" });
    expect((await readWorker(await read(id))).repository?.fullName).toBe(`${login}/my-pulse`);
  });

  it("in which another worker of the same person lives is not taken from that one", async () => {
    const first = await provisioned();
    const id = await provision();
    await expectFailure(id, { step: "repository", errorCode: "repository_in_use" });
    expect((await readWorker(first)).state).toBe("active");
  });

  it("that an earlier worker left behind is adopted, and the user's bounds stay as they are", async () => {
    const first = await provisioned();
    const bounds = await git("show", "main:allow.json");
    await test.sql("delete from workers where id = $1", [first.workerId]);
    const done = await provisioned();
    expect(done.steps.find(({ name }) => name === "repository")?.facts).toMatchObject({ made: "adopted" });
    expect(await git("show", "main:allow.json")).toBe(bounds);
    expect((await readWorker(done)).state).toBe("active");
  });
});

describe("a worker that there is", () => {
  it("gets another root with one more consent, and proves it with its next run", async () => {
    const first = await provisioned();
    const before = await readWorker(first);
    const commits = await git("rev-list", "--count", "main");
    const done = await again(first.workerId, { purpose: "rotate" });
    expect(done).toMatchObject({ state: "done", purpose: "rotate", tokenRevokedAt: expect.any(String) });
    expect(done.steps.map(({ name, state }) => `${name} ${state}`)).toEqual([
      "consent done",
      "repository done",
      "secrets done",
      "wake done",
      "revoke done",
      "verify done",
    ]);
    const after = await readWorker(done);
    expect(after).toMatchObject({ state: "active", rotating: false });
    expect(Date.parse(after.secretExpiresAt)).toBeGreaterThan(Date.parse(before.secretExpiresAt));
    expect(await git("rev-list", "--count", "main")).toBe(commits);
    expect(await actions()).toContain("worker.root_rotated");
    expectNoLiveToken();
  });

  it("is not re-keyed by another account, nor where its repository is another one of that name", async () => {
    const first = await provisioned();
    github.context.store.users.ensure(`${login}-other`, { name: "Other" });
    const other = await again(first.workerId, { purpose: "rotate", as: `${login}-other` });
    expect(failureOf(other)).toEqual({ step: "repository", errorCode: "account_differs" });
    await test.sql("update workers set repository_id = 1 where id = $1", [first.workerId]);
    const gone = await again(first.workerId, { purpose: "rotate" });
    expect(failureOf(gone)).toEqual({ step: "repository", errorCode: "repository_gone" });
    expect((await readWorker(first)).state).toBe("active");
    expectNoLiveToken();
  });

  it("moves to another account with its pulses, and where it was is believed no more", async () => {
    const first = await provisioned();
    const pulse = await createPulse(owner, { id: first.workerId });
    github.context.store.users.ensure(`${login}-new`, { name: "New" });
    const failed = await again(first.workerId, { purpose: "move" });
    expect(failureOf(failed)).toEqual({ step: "repository", errorCode: "repository_in_use" });
    expect((await readWorker(first)).state).toBe("active");
    await github.whenIdle();

    const done = await again(first.workerId, { purpose: "move", as: `${login}-new` });
    expect(done).toMatchObject({ state: "done", tokenRevokedAt: expect.any(String) });
    expect(await readWorker(done)).toMatchObject({
      id: first.workerId,
      state: "active",
      repository: { fullName: `${login}-new/keepstreak-pulse` },
      author: { name: "New" },
    });
    expect(await actions()).toEqual(expect.arrayContaining(["worker.moved", "worker.root_rotated"]));
    const refusals = () => test.logs.filter((line) => line.includes("worker proof refused")).length;
    const before = refusals();
    await wake();
    await eventually(() => refusals() > before, { timeoutMs: 20_000 });
    await github.whenIdle();
    expect((await getRun(owner, (await runNow(owner, pulse)).id)).state).not.toBe("succeeded");
    expectNoLiveToken();
  });
});

describe("a process that ends in between", () => {
  it("leaves a provisioning that says interrupted after the time for it, and can be retried [ZT-02]", async () => {
    const { id } = await start();
    await test.sql(
      `update provisionings set state = 'running', state_hash = null, next_action_at = now() - interval '1 second',
         steps = jsonb_set(steps, '{2,state}', '"running"') where id = $1`,
      [id],
    );
    await expectFailure(id, { step: "files", errorCode: "interrupted" });
    expect(await read(id)).toMatchObject({ tokenRevokedAt: null });
    await retryAndFinish(id);
  });

  it("in good order ends the token first", async () => {
    github.context.faults.seed(
      { kind: "secondary_rate_limit", retryAfterSeconds: 9, path: "*/git/trees" },
      100,
    );
    const id = await provision();
    await eventually(async () =>
      (await read(id)).steps.some(({ name, state }) => name === "files" && state === "running"),
    );
    await test.restart();
    expectNoLiveToken();
    await expectFailure(id, { step: "files", errorCode: "github_unavailable" });
    expect(await read(id)).toMatchObject({ tokenRevokedAt: expect.any(String) });
  });

  it("with its database ends the token all the same [ZT-03]", async () => {
    const service = test.get(ProvisioningService);
    const beginStep = service.beginStep.bind(service);
    const broken = () => Promise.reject(new Error("database away"));
    let begun = 0;
    vi.spyOn(service, "beginStep").mockImplementation((...args) =>
      ++begun > 2 ? broken() : beginStep(...args),
    );
    vi.spyOn(service, "fail").mockImplementation(broken);
    vi.spyOn(service, "recordRevocation").mockImplementation(broken);
    try {
      await provision();
      await eventually(() => begun > 2);
      await eventually(() => issuedTokens().every((token) => !isLive(token)));
      await eventually(() => test.logs.some((line) => line.includes("provisioning was not recorded")));
    } finally {
      vi.restoreAllMocks();
    }
    expectNoLiveToken();
  });
});

async function start(): Promise<ProvisioningStarted> {
  const { body, status } = await owner.post<ProvisioningStarted>("/api/v1/provisionings", {});
  if (status !== 201) throw new Error(JSON.stringify(body));
  return body;
}

/** Starts and consents; the steps go on by themselves. */
async function provision(): Promise<string> {
  const { id, authorizeUrl } = await start();
  const answer = await owner.fetch("GET", await answerConsent(authorizeUrl, { login }));
  if (answer.headers.get("location") !== `/app/workers/provisionings/${id}`)
    throw new Error(`The callback led to ${answer.headers.get("location")}`);
  return id;
}

async function provisioned(): Promise<Provisioning> {
  const id = await provision();
  const done = await eventually(async () => ended(await read(id)), { timeoutMs: 40_000 });
  if (done.state !== "done") throw new Error(JSON.stringify(done.steps));
  return done;
}

/** Another consent for a worker that there is, to its end. */
async function again(
  workerId: string,
  { purpose, as = login }: { purpose: "rotate" | "move"; as?: string },
): Promise<Provisioning> {
  const { body, status } = await owner.post<ProvisioningStarted>("/api/v1/provisionings", {
    existing: { workerId, purpose },
  });
  if (status !== 201) throw new Error(JSON.stringify(body));
  await owner.fetch("GET", await answerConsent(body.authorizeUrl, { login: as }));
  return eventually(async () => ended(await read(body.id)), { timeoutMs: 40_000 });
}

const failureOf = ({ steps }: Provisioning) => {
  const failed = steps.find(({ state }) => state === "failed");
  return { step: failed?.name, errorCode: failed?.errorCode };
};

async function retryAndFinish(id: string, retry: ProvisioningRetry = {}): Promise<void> {
  const { body, status } = await owner.post<ProvisioningStarted>(`/api/v1/provisionings/${id}/retry`, retry);
  expect(status).toBe(201);
  await owner.fetch("GET", await answerConsent(body.authorizeUrl, { login }));
  const done = await eventually(async () => ended(await read(id)), { timeoutMs: 40_000 });
  expect(done).toMatchObject({ state: "done", tokenRevokedAt: expect.any(String) });
  expectNoLiveToken();
}

const read = async (id: string): Promise<Provisioning> =>
  (await owner.get<Provisioning>(`/api/v1/provisionings/${id}`)).body;
const readWorker = async ({ workerId }: Provisioning): Promise<Worker> =>
  (await owner.get<Worker>(`/api/v1/workers/${workerId}`)).body;
const ended = (row: Provisioning): Provisioning | false =>
  (row.state === "done" || row.state === "failed") && row;
const actions = async (): Promise<string[]> =>
  (await owner.get<Page<AuditEntry>>("/api/v1/audit?limit=100")).body.rows.map(({ action }) => action);

async function expectFailure(id: string, expected: { step: string; errorCode: string }): Promise<void> {
  const row = await eventually(async () => ended(await read(id)), { timeoutMs: 40_000 });
  const failed = row.steps.filter(({ state }) => state === "failed");
  expect(failed.map(({ name, errorCode }) => ({ step: name, errorCode }))).toEqual([expected]);
  expectNoLiveToken();
}

const issuedTokens = (): string[] =>
  github.context.store.tokens
    .listIssued()
    .filter(({ kind }) => kind === "oauth")
    .map(({ tokenPlain }) => tokenPlain);
const isLive = (token: string): boolean => github.context.store.tokens.find(token) !== undefined;
function expectNoLiveToken(): void {
  expect(issuedTokens().filter(isLive)).toEqual([]);
}

const userId = (): number => github.context.store.users.findByLogin(login)?.id ?? 0;

async function git(...args: string[]): Promise<string> {
  const repository = path.join(github.dataDir, "repos", login, "keepstreak-pulse.git");
  return (await run("git", ["-c", "safe.directory=*", "-C", repository, ...args])).stdout;
}

/** What the hourly schedule would do, with a token that the user made by hand. */
async function wake(): Promise<void> {
  await asUser("POST", `/repos/${login}/keepstreak-pulse/actions/workflows/pulse.yml/dispatches`, {
    ref: "main",
  });
}

async function makeRepository(files: Record<string, string>): Promise<void> {
  await asUser("POST", "/user/repos", { name: "keepstreak-pulse", private: true });
  for (const [name, content] of Object.entries(files))
    await asUser("PUT", `/repos/${login}/keepstreak-pulse/contents/${name}`, {
      message: "mine",
      content: Buffer.from(content).toString("base64"),
    });
}

async function asUser(method: string, address: string, body: object): Promise<void> {
  const { tokenPlain } = github.context.store.tokens.create({
    kind: "classic",
    userId: userId(),
    scopes: ["repo", "workflow"],
  });
  const response = await fetch(`${github.apiUrl}${address}`, {
    method,
    headers: {
      authorization: `Bearer ${tokenPlain}`,
      "content-type": "application/json",
      "user-agent": "test",
    },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${method} ${address}: ${response.status} ${await response.text()}`);
}
