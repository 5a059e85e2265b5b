import type { AuditEntry } from "@pulsekeep/contracts/api/identity";
import type { Page } from "@pulsekeep/contracts/api/shared";
import { deriveWorkerKeys, epochAt, runnerAudience, signProof } from "@pulsekeep/signing";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { newSecret } from "../../platform/ids.js";
import { startTestApp, type TestApp } from "../../testing/test-app.js";
import type { TestClient } from "../../testing/test-client.js";
import { eventually } from "../../testing/test-eventually.js";
import { createPulse, getRun, runNow } from "../../testing/test-pulse.js";
import { enrolTestWorker, type Forgery, type TestWorker } from "../../testing/test-worker.js";
import { WaitingRoom } from "./waiting-room.js";

let test: TestApp;
let alice: TestClient;
let worker: TestWorker;
beforeAll(async () => {
  test = await startTestApp({ standIn: { runner: false } });
  alice = await test.signUp("Alice");
  worker = await enrolTestWorker(test, alice);
  await worker.hello();
});
afterAll(() => test.close());

const claimBody = () => ({ claimId: newSecret(16), max: 1, waitSeconds: 0 });
const refused = { status: 401, body: { code: "proof_refused" } };

describe("a proof", () => {
  it("opens a session that later proofs carry, and every answer to it is signed", async () => {
    expect(await worker.hello()).toMatchObject({ status: 200, signed: true });
    expect(await worker.call("claim", claimBody())).toMatchObject({ status: 200, signed: true });
  });

  it("counts once, for whatever request", async () => {
    const jti = newSecret(16);
    const body = claimBody();
    expect((await worker.call("claim", body, { jti })).status).toBe(200);
    expect(await worker.call("claim", body, { jti })).toMatchObject(refused);
    expect(await worker.call("claim", claimBody(), { jti })).toMatchObject(refused);
  });

  it("counts once among 50 that arrive together [SIG-02]", async () => {
    const body = claimBody();
    const now = new Date();
    const proof = signProof({
      keys: deriveWorkerKeys({ ...worker, epoch: epochAt(now) }),
      clientId: worker.clientId,
      now,
      jti: newSecret(16),
      sessionId: worker.sessionId,
      request: {
        server: test.url,
        method: "POST",
        url: `${test.url}/v1/worker/claim`,
        body: JSON.stringify(body),
      },
    });
    const answers = await Promise.all(
      Array.from({ length: 50 }, () => worker.call("claim", body, { proof })),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 401)).toHaveLength(49);
  });

  it.each<[string, () => Forgery]>([
    ["of another body", () => ({ proven: { body: "{}" } })],
    ["of another route", () => ({ proven: { url: `${test.url}/v1/worker/report` } })],
    ["of another method", () => ({ proven: { method: "GET" } })],
    ["for another server", () => ({ proven: { server: "https://elsewhere.example" } })],
    ["that is older than five minutes", () => ({ now: new Date(Date.now() - 301_000) })],
    ["from more than 30 seconds ahead", () => ({ now: new Date(Date.now() + 32_000) })],
    ["that is no proof", () => ({ proof: "a.b.c" })],
    ["that is empty", () => ({ proof: "" })],
    ["that is very long", () => ({ proof: "a".repeat(6_000) })],
  ])("%s is refused", async (_, forge) => {
    expect(await worker.call("claim", claimBody(), forge())).toMatchObject(refused);
  });

  it("by another worker's key in this one's name is refused", async () => {
    const other = await enrolTestWorker(test, alice);
    const body = claimBody();
    const now = new Date();
    const proof = signProof({
      keys: deriveWorkerKeys({
        handshakeSecret: other.handshakeSecret,
        clientId: worker.clientId,
        epoch: epochAt(now),
      }),
      clientId: worker.clientId,
      now,
      jti: newSecret(16),
      request: {
        server: test.url,
        method: "POST",
        url: `${test.url}/v1/worker/claim`,
        body: JSON.stringify(body),
      },
    });
    expect(await worker.call("claim", body, { proof })).toMatchObject(refused);
  });

  it("of a worker that nobody knows is refused in the same words", async () => {
    const stranger = await enrolTestWorker(test, alice);
    await test.sql("delete from workers where id = $1", [stranger.id]);
    const { body, status } = await stranger.hello();
    expect({ body, status }).toMatchObject(refused);
    expect(body).not.toHaveProperty("detail");
  });

  it("that was refused for its session is used up all the same", async () => {
    const jti = newSecret(16);
    const body = claimBody();
    expect(await worker.call("claim", body, { jti, sessionId: null })).toMatchObject({
      status: 401,
      body: { code: "session_expired" },
      signed: true,
    });
    expect(await worker.call("claim", body, { jti })).toMatchObject(refused);
  });
});

describe("many workers at once", () => {
  it("each get their own session, in one look and one write of the server", async () => {
    const workers = await Promise.all(Array.from({ length: 6 }, () => enrolTestWorker(test, alice)));
    const stranger = await enrolTestWorker(test, await test.signUp("Eve"));
    const forger = { ...stranger, hello: () => stranger.hello({ proven: { body: "{}" } }) };
    const answers = await Promise.all([...workers, forger].map((one) => one.hello()));
    expect(answers.map(({ status, signed }) => ({ status, signed }))).toEqual([
      ...workers.map(() => ({ status: 200, signed: true })),
      { status: 401, signed: false },
    ]);
    const sessions = await test.sql<{ worker_id: string }>(
      "select worker_id from worker_sessions where worker_id = any($1)",
      [[...workers, stranger].map(({ id }) => id)],
    );
    expect(sessions.map(({ worker_id }) => worker_id).sort()).toEqual(workers.map(({ id }) => id).sort());
    const claims = await Promise.all(workers.map((one) => one.call("claim", claimBody())));
    expect(claims.every(({ status, signed }) => status === 200 && signed)).toBe(true);
  });

  it("are let in although somebody holds the row of one of them", async () => {
    const [held, free] = [await enrolTestWorker(test, alice), await enrolTestWorker(test, alice)];
    const client = new pg.Client({ connectionString: test.database.superuserUrl });
    await client.connect();
    try {
      await client.query("begin");
      await client.query("select from workers where id = $1 for update", [held.id]);
      const [blocked, passed] = await Promise.all([held.hello(), free.hello()]);
      expect(passed).toMatchObject({ status: 200, signed: true });
      expect(blocked.status).toBeGreaterThanOrEqual(500);
    } finally {
      await client.end();
    }
    expect((await held.hello()).status).toBe(200);
  });

  it("leave a nonce for verified proofs only", async () => {
    const count = () => test.sql("select count(*)::int as nonces from worker_nonces");
    const before = await count();
    const forgeries: Forgery[] = [{ proven: { body: "{}" } }, { now: new Date(0) }, { proof: "a.b.c" }];
    await Promise.all(forgeries.map((forgery) => worker.call("claim", claimBody(), forgery)));
    expect(await count()).toEqual(before);
  });
});

describe("a session", () => {
  it("of another worker does not count, of the same person or not [SIG-10]", async () => {
    const bob = await test.signUp("Bob");
    for (const owner of [alice, bob]) {
      const other = await enrolTestWorker(test, owner);
      await other.hello();
      const answer = await worker.call("claim", claimBody(), { sessionId: other.sessionId ?? null });
      expect(answer).toMatchObject({ status: 401, body: { code: "session_expired" }, signed: true });
    }
  });

  it("ends, and the worker says hello again", async () => {
    await test.sql(
      "update worker_sessions set expires_at = now() - interval '1 second' where worker_id = $1",
      [worker.id],
    );
    expect(await worker.call("claim", claimBody())).toMatchObject({
      status: 401,
      body: { code: "session_expired" },
    });
    await worker.hello();
    expect((await worker.call("claim", claimBody())).status).toBe(200);
  });

  it("that ends in the middle of a long poll hands out nothing more: a move has made the worker another's", async () => {
    const other = await enrolTestWorker(test, alice);
    await other.hello();
    const waiting = test.get(WaitingRoom);
    const before = waiting.size;
    const poll = other.call("claim", { ...claimBody(), waitSeconds: 20 });
    await eventually(() => waiting.size > before);
    await test.sql("delete from worker_sessions where worker_id = $1", [other.id]);
    const run = await runNow(alice, await createPulse(alice, other));
    expect(await poll).toMatchObject({ status: 401, body: { code: "session_expired" }, signed: true });
    expect(["queued", "offered"]).toContain((await getRun(alice, run.id)).state);
    await other.hello();
    expect((await other.claim()).map(({ runId }) => runId)).toEqual([run.id]);
  });

  it.each(["' or 1=1", "00000000-0000-0000-0000-000000000000", "x"])(
    "named %s is none",
    async (sessionId) => {
      const answer = await worker.call("claim", claimBody(), { sessionId });
      expect(answer).toMatchObject({ status: 401 });
    },
  );
});

describe("a worker", () => {
  it.each(["failed", "removed", "provisioning"])("that is %s gets no session", async (state) => {
    const other = await enrolTestWorker(test, alice);
    await test.sql("update workers set state = $2 where id = $1", [other.id, state]);
    const expected =
      state === "removed" ? refused : { status: 403, body: { code: "worker_disabled" }, signed: true };
    expect(await other.hello()).toMatchObject(expected);
  });

  it("whose secret is older than its time gets no session, and is told why", async () => {
    const other = await enrolTestWorker(test, alice, { secretExpiresAt: new Date(Date.now() - 1_000) });
    expect(await other.hello()).toMatchObject({
      status: 403,
      body: { code: "worker_disabled", detail: "secret_expired" },
      signed: true,
    });
  });

  it("reaches no run of another worker", async () => {
    const other = await enrolTestWorker(test, alice);
    await other.hello();
    await runNow(alice, await createPulse(alice, worker));
    const [run] = await eventually(async () => {
      const runs = await worker.claim();
      return runs.length > 0 && runs;
    });
    if (!run) throw new Error("no run");
    expect(await other.report(run)).toMatchObject({
      status: 404,
      body: { code: "run_not_found" },
      signed: true,
    });
    expect(await other.release(run)).toMatchObject({ status: 200, body: { releasedRunIds: [] } });
    expect(await other.claim()).toEqual([]);
    expect(await worker.report(run)).toMatchObject({
      status: 200,
      body: { state: "succeeded" },
      signed: true,
    });
  });

  it("SIG-01 that was given a signal twice says so, and the audit keeps it, whatever became of the run", async () => {
    await runNow(alice, await createPulse(alice, worker));
    const [run] = await eventually(async () => {
      const runs = await worker.claim();
      return runs.length > 0 && runs;
    });
    if (!run) throw new Error("no run");
    await worker.report(run);
    const reason = { code: "signal_replayed", detail: "signal seen before" } as const;
    expect(await worker.report(run, { outcome: "refused", reason })).toMatchObject({
      status: 200,
      body: { state: "succeeded" },
    });
    const audit = await alice.get<Page<AuditEntry>>("/api/v1/audit");
    expect(audit.body.rows[0]).toMatchObject({
      action: "signal.replay",
      actor: { kind: "worker", id: worker.id },
      subject: { kind: "run", id: run.runId },
    });
  });

  it("that sends what looks like a token in a report is refused, and nothing of it is kept [ZT-07]", async () => {
    const token = `ghs_${"A1b2".repeat(9)}`;
    const answer = await worker.call("report", {
      runId: "01890000-0000-7000-8000-000000000000",
      fence: 1,
      signalId: null,
      startedAt: new Date().toISOString(),
      finishedAt: new Date().toISOString(),
      result: { outcome: "failed", reason: { code: "worker_fault", detail: `died on ${token}` } },
    });
    expect(answer).toMatchObject({ status: 422, signed: true });
    expect(JSON.stringify(answer.body) + test.logs.join("")).not.toContain(token);
    const unknown = await worker.call("report", { token });
    expect(unknown.status).toBe(422);
    expect(JSON.stringify(unknown.body) + test.logs.join("")).not.toContain(token);
  });
});

describe("a worker on GitHub Actions", () => {
  const REPOSITORY = {
    id: 4_711,
    owner: "octo-alice",
    ownerId: 42,
    name: "keepstreak-pulse",
    defaultBranch: "main",
    visibility: "private" as const,
  };
  const WORKFLOW = "octo-alice/keepstreak-pulse/.github/workflows/pulse.yml@refs/heads/main";
  type Job = Parameters<NonNullable<TestApp["standIn"]>["context"]["oidc"]["mintToken"]>[0];
  let actions: TestWorker;
  beforeAll(async () => {
    actions = await enrolTestWorker(test, alice, { kind: "actions" });
  });

  const jobOf = (changes: Partial<Job> = {}): Job => ({
    repository: REPOSITORY,
    runId: 9,
    runNumber: 1,
    runAttempt: 1,
    ref: "refs/heads/main",
    sha: "b".repeat(40),
    eventName: "schedule",
    actor: { id: 42, login: "octo-alice" },
    workflow: "pulse",
    workflowRef: WORKFLOW,
    workflowSha: "b".repeat(40),
    runnerEnvironment: "github-hosted",
    ...changes,
  });
  const mint = async (changes: Partial<Job> = {}, audience?: string): Promise<string> => {
    const own = runnerAudience({ serverUrl: test.url, clientId: actions.clientId });
    const oidc = test.standIn?.context.oidc;
    if (!oidc) throw new Error("no issuer");
    return oidc.mintToken(jobOf(changes), { audience: audience ?? own });
  };
  const tokenRefused = { status: 401, body: { code: "runner_token_refused" }, signed: true };

  it("gets a session with GitHub's token for this run", async () => {
    expect(await actions.hello({ runnerToken: await mint() })).toMatchObject({ status: 200, signed: true });
    const rows = await test.sql("select github_run_id from worker_sessions where worker_id = $1", [
      actions.id,
    ]);
    expect(rows).toEqual([{ github_run_id: "9" }]);
  });

  it("gets none without a token", async () => {
    expect(await actions.hello()).toMatchObject(tokenRefused);
  });

  it.each<[string, () => Promise<string>]>([
    [
      "another worker's audience",
      () => mint({}, runnerAudience({ serverUrl: test.url, clientId: worker.clientId })),
    ],
    [
      "another server's audience",
      () => mint({}, runnerAudience({ serverUrl: "https://elsewhere.example", clientId: actions.clientId })),
    ],
    ["GitHub's default audience", () => mint({}, `${test.standIn?.url}/octo-alice`)],
    ["a recreated repository [SIG-11]", () => mint({ repository: { ...REPOSITORY, id: 4_712 } })],
    ["a transferred repository [SIG-11]", () => mint({ repository: { ...REPOSITORY, ownerId: 43 } })],
    ["another workflow", () => mint({ workflowRef: WORKFLOW.replace("pulse.yml", "other.yml") })],
    ["another branch", () => mint({ workflowRef: WORKFLOW.replace("heads/main", "heads/evil") })],
    ["no signature", async () => `${(await mint()).split(".").slice(0, 2).join(".")}.`],
    [
      "a flipped claim",
      async () => {
        const [header, payload = "", signature] = (await mint()).split(".");
        const claims = JSON.parse(Buffer.from(payload, "base64url").toString()) as object;
        const forged = Buffer.from(JSON.stringify({ ...claims, run_id: "10" })).toString("base64url");
        return [header, forged, signature].join(".");
      },
    ],
    [
      "a token without signature algorithm",
      async () => {
        const [, payload] = (await mint()).split(".");
        return `${Buffer.from('{"alg":"none","typ":"JWT"}').toString("base64url")}.${payload}.`;
      },
    ],
    ["no token at all", async () => "x"],
  ])("gets none with %s", async (_, forge) => {
    expect(await actions.hello({ runnerToken: await forge() })).toMatchObject(tokenRefused);
  });

  it("uses a token once", async () => {
    const runnerToken = await mint();
    expect((await actions.hello({ runnerToken })).status).toBe(200);
    expect(await actions.hello({ runnerToken })).toMatchObject(tokenRefused);
  });

  it("uses a token once among twenty handshakes that arrive together, and the record says of which run", async () => {
    const runnerToken = await mint({ runId: 77 });
    const answers = await Promise.all(Array.from({ length: 20 }, () => actions.hello({ runnerToken })));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    const records = await test.sql(
      "select runner from worker_sessions where worker_id = $1 and github_run_id = '77'",
      [actions.id],
    );
    expect(records).toMatchObject([
      {
        runner: {
          repositoryId: "4711",
          repositoryOwnerId: "42",
          workflowRef: WORKFLOW,
          eventName: "schedule",
        },
      },
    ]);
  });
});
