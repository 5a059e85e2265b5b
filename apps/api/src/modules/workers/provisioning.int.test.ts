import type { ProvisioningStarted } from "@pulsekeep/contracts/api/workers";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { answerConsent } from "../../testing/test-consent.js";
import { eventually } from "../../testing/test-eventually.js";
import { type TestProvisioning, ended, startTestProvisioning } from "../../testing/test-provisioning.js";
import { createPulse, getRun, runNow } from "../../testing/test-pulse.js";
import { ProvisioningService } from "./provisioning.service.js";

let at: TestProvisioning;
beforeAll(async () => {
  at = await startTestProvisioning();
});
afterAll(() => at.close());
beforeEach(() => at.newPerson());

describe("creating a worker", () => {
  it("ends with an active worker, a token that is worth nothing, and the steps to show for it", async () => {
    at.github.context.requests.clear();
    const id = await at.provision();
    const done = await eventually(async () => ended(await at.read(id)), { timeoutMs: 40_000 });
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
    const worker = await at.readWorker(done);
    expect(worker).toMatchObject({
      state: "active",
      repository: { fullName: `${at.login}/keepstreak-pulse` },
      author: {
        name: `Octo ${at.count}`,
        email: expect.stringMatching(new RegExp(`^\\d+\\+${at.login}@users\\.noreply\\.github\\.com$`)),
      },
    });
    at.expectNoLiveToken();
    expect(await at.actions()).toEqual(
      expect.arrayContaining([
        "worker.created",
        "consent.started",
        "consent.granted",
        "consent.token_revoked",
        "worker.verified",
      ]),
    );
    const files = (await at.git("ls-tree", "-r", "--name-only", "main")).trim().split("\n").sort();
    expect(files).toEqual([".github/workflows/pulse.yml", "README.md", "allow.json", "worker.mjs"]);
  });

  it("lets a run commit as the user with the run's mark, and calls GitHub with a header in the consent's time only [ZT-06]", async () => {
    const done = await at.provisioned();
    const worker = await at.readWorker(done);
    at.github.context.requests.clear();
    const pulse = await createPulse(at.owner, worker);
    const queued = await runNow(at.owner, pulse);
    await at.wake();
    const ran = await eventually(
      async () => {
        const now = await getRun(at.owner, queued.id);
        return now.endedAt !== null && now;
      },
      { timeoutMs: 40_000 },
    );
    expect(ran).toMatchObject({ state: "succeeded", commitSha: expect.stringMatching(/^[0-9a-f]{40}$/) });
    const [author, committer, trailer] = (
      await at.git("log", "-1", "--format=%an <%ae>%n%cn <%ce>%n%(trailers:key=Pulse-Run)", "main")
    ).split("\n");
    expect(author).toBe(`${worker.author?.name} <${worker.author?.email}>`);
    expect(committer).toBe(author);
    expect(trailer).toBe(`Pulse-Run: ${queued.id}`);
    expect((await at.git("rev-parse", "main")).trim()).toBe(ran.commitSha);
    const ours = at.github.context.requests.list().filter(({ userAgent }) => userAgent === "pulsekeep");
    expect(ours).toEqual([]);
    expect(ran.commitUrl).toBe(`${at.github.url}/${at.login}/keepstreak-pulse/commit/${ran.commitSha}`);
  });

  it("asks with a consent of its own for what it needs, bound by PKCE and state [ZT-04]", async () => {
    const { authorizeUrl } = await at.start();
    const { searchParams } = new URL(authorizeUrl);
    expect(Object.fromEntries(searchParams)).toMatchObject({
      client_id: "Iv1.provisioning",
      scope: "repo workflow",
      code_challenge_method: "S256",
      redirect_uri: `${at.test.url}/api/v1/provisionings/callback`,
    });
    expect(searchParams.get("state")?.length).toBeGreaterThanOrEqual(43);
  });
});

describe("a consent", () => {
  it("that is refused leaves nothing at GitHub, and the page says so", async () => {
    const { id, authorizeUrl } = await at.start();
    await at.owner.fetch("GET", await answerConsent(authorizeUrl, { login: at.login, decision: "cancel" }));
    expect(await at.read(id)).toMatchObject({
      state: "failed",
      steps: expect.arrayContaining([
        expect.objectContaining({ name: "consent", state: "failed", errorCode: "consent_refused" }),
      ]),
    });
    expect(at.github.context.store.repositories.find(at.login, "keepstreak-pulse")).toBeUndefined();
    expect(await at.actions()).toContain("consent.refused");
  });

  it("counts in the browser that asked alone [OAUTH-01]", async () => {
    const { id, authorizeUrl } = await at.start();
    const answer = await answerConsent(authorizeUrl, { login: at.login });
    const sameUser = at.test.newClient();
    await sameUser.post("/api/auth/sign-in/email", {
      email: `person${at.count}@example.test`,
      password: "correct-horse-battery-9",
    });
    const mallory = await at.test.signUp(`Mallory${at.count}`);
    for (const client of [sameUser, mallory]) {
      const response = await client.fetch("GET", answer);
      expect(response.headers.get("location")).toBe("/app/workers?consent=unknown");
    }
    expect((await at.test.newClient().fetch("GET", answer)).status).toBe(401);
    expect(await at.read(id)).toMatchObject({ state: "awaiting_consent" });
  });

  it("of somebody else's is refused, though they planted its cookie here [OAUTH-02]", async () => {
    const mallory = await at.test.signUp(`Mallory${at.count}`);
    const { body } = await mallory.post<ProvisioningStarted>("/api/v1/provisionings", {});
    at.owner.jar.set(
      at.test.url,
      new Map([
        ...(at.owner.jar.get(at.test.url) ?? []),
        ["pulsekeep.consent", mallory.jar.get(at.test.url)?.get("pulsekeep.consent") ?? ""],
      ]),
    );
    const response = await at.owner.fetch("GET", await answerConsent(body.authorizeUrl, { login: at.login }));
    expect(response.headers.get("location")).toBe("/app/workers?consent=unknown");
  });

  it("is answered once", async () => {
    const { id, authorizeUrl } = await at.start();
    const answer = await answerConsent(authorizeUrl, { login: at.login });
    const cookies = new Map(at.owner.jar.get(at.test.url));
    await at.owner.fetch("GET", answer);
    at.owner.jar.set(at.test.url, cookies);
    const again = await at.owner.fetch("GET", answer);
    expect(again.headers.get("location")).toBe("/app/workers?consent=unknown");
    await eventually(async () => ended(await at.read(id)), { timeoutMs: 40_000 });
    expect(await at.read(id)).toMatchObject({ state: "done" });
  });

  it.each(["?state=", "?code=x", "?code=x&state=unknown", ""])(
    "with a callback of %j makes nothing happen",
    async (query) => {
      await at.start();
      const before = at.github.context.requests.list().length;
      const response = await at.owner.fetch("GET", `/api/v1/provisionings/callback${query}`);
      expect([303, 422]).toContain(response.status);
      expect(at.github.context.requests.list().length).toBe(before);
    },
  );

  it("whose code GitHub refuses fails at the consent, and can be asked for again", async () => {
    const { id, authorizeUrl } = await at.start();
    const answer = new URL(await answerConsent(authorizeUrl, { login: at.login }));
    answer.searchParams.set("code", "0123456789abcdef0123");
    await at.owner.fetch("GET", answer.href);
    await at.expectFailure(id, { step: "consent", errorCode: "consent_expired" });
    expect(await at.retryAndFinish(id)).toMatchObject({ state: "done" });
  });
});

describe("a process that ends in between", () => {
  it("leaves a provisioning that says interrupted after the time for it, and can be retried [ZT-02]", async () => {
    const { id } = await at.start();
    await at.test.sql(
      `update provisionings set state = 'running', state_hash = null, next_action_at = now() - interval '1 second',
         steps = jsonb_set(steps, '{2,state}', '"running"') where id = $1`,
      [id],
    );
    await at.expectFailure(id, { step: "files", errorCode: "interrupted" });
    expect(await at.read(id)).toMatchObject({ tokenRevokedAt: null });
    await at.retryAndFinish(id);
  });

  it("in good order ends the token first", async () => {
    at.github.context.faults.seed(
      { kind: "secondary_rate_limit", retryAfterSeconds: 9, path: "*/git/trees" },
      100,
    );
    const id = await at.provision();
    await eventually(async () =>
      (await at.read(id)).steps.some(({ name, state }) => name === "files" && state === "running"),
    );
    await at.test.restart();
    at.expectNoLiveToken();
    await at.expectFailure(id, { step: "files", errorCode: "github_unavailable" });
    expect(await at.read(id)).toMatchObject({ tokenRevokedAt: expect.any(String) });
  });

  it("with its database ends the token all the same [ZT-03]", async () => {
    const service = at.test.get(ProvisioningService);
    const beginStep = service.beginStep.bind(service);
    const broken = () => Promise.reject(new Error("database away"));
    let begun = 0;
    vi.spyOn(service, "beginStep").mockImplementation((...args) =>
      ++begun > 2 ? broken() : beginStep(...args),
    );
    vi.spyOn(service, "fail").mockImplementation(broken);
    vi.spyOn(service, "recordRevocation").mockImplementation(broken);
    try {
      await at.provision();
      await eventually(() => begun > 2);
      await eventually(() => at.issuedTokens().every((token) => !at.isLive(token)));
      await eventually(() => at.test.logs.some((line) => line.includes("provisioning was not recorded")));
    } finally {
      vi.restoreAllMocks();
    }
    at.expectNoLiveToken();
  });
});
