import type { AuditEntry } from "@pulsekeep/contracts/api/identity";
import type { Pulse, Run } from "@pulsekeep/contracts/api/pulses";
import type { Page } from "@pulsekeep/contracts/api/shared";
import type { OwnMachineStarted, Worker, WorkerNotices } from "@pulsekeep/contracts/api/workers";
import type { EnrolResponse } from "@pulsekeep/contracts/worker-enrolment";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { Mailer } from "../../platform/mailer.js";
import { startTestApp, type TestApp } from "../../testing/test-app.js";
import type { TestClient } from "../../testing/test-client.js";
import { createPulse, getRun, runNow } from "../../testing/test-pulse.js";
import { enrolTestWorker, speakAs, type TestWorker } from "../../testing/test-worker.js";
import { RootExpiryJobs } from "./root-expiry.jobs.js";
import { SilencesJobs } from "./silences.jobs.js";

const REPOSITORY = "octo-alice/keepstreak-pulse";
const BINDING = {
  kind: "resident",
  repository: { id: 4_711, ownerId: 42, fullName: REPOSITORY, defaultBranch: "main", made: "adopted" },
  author: { name: "Alice Octo", email: "42+octo-alice@users.noreply.github.com" },
};

let test: TestApp;
let owner: TestClient;
let people = 0;
beforeAll(async () => {
  test = await startTestApp({ standIn: { runner: false } });
});
afterAll(() => test.close());

/** A person of their own with one worker that has said hello. */
async function newWorker(): Promise<TestWorker> {
  people += 1;
  owner = await test.signUp(`Owner${people}`);
  const worker = await enrolTestWorker(test, owner);
  await worker.hello();
  return worker;
}

const read = async (id: string): Promise<Worker> => (await owner.get<Worker>(`/api/v1/workers/${id}`)).body;
const remove = (id: string, confirmation = REPOSITORY) =>
  owner.post<Worker>(`/api/v1/workers/${id}/removal`, { confirmation });
const entries = async (action: string): Promise<AuditEntry[]> =>
  (await owner.get<Page<AuditEntry>>(`/api/v1/audit?limit=100&action=${action}`)).body.rows;
const row = async (id: string): Promise<Record<string, unknown>> => {
  const [found] = await test.sql("select * from workers where id = $1", [id]);
  if (!found) throw new Error("no such worker");
  return found;
};

describe("a worker that is disconnected", () => {
  it("is believed no more, leaves no key, and ends what was open with the reason", async () => {
    const worker = await newWorker();
    const pulse = await createPulse(owner, worker);
    const first = await runNow(owner, pulse);
    await worker.claim();
    expect((await getRun(owner, first.id)).state).toBe("claimed");
    const second = await runNow(owner, pulse);

    expect(await remove(worker.id, "octo-alice/another")).toMatchObject({
      status: 422,
      body: { code: "confirmation_mismatch" },
    });
    expect((await read(worker.id)).state).toBe("active");
    const { body } = await remove(worker.id);
    expect(body).toMatchObject({ state: "removed", removedAt: expect.any(String), nextCheckInAt: null });

    const kept = await row(worker.id);
    expect((kept["handshake_secret_sealed"] as Buffer).length).toBe(0);
    expect([kept["next_secret_sealed"], kept["previous_secret_sealed"]]).toEqual([null, null]);
    expect(await test.sql("select id from worker_sessions where worker_id = $1", [worker.id])).toEqual([]);
    expect(await worker.hello()).toMatchObject({ status: 401, body: { code: "proof_refused" } });
    expect(await worker.call("claim", { claimId: "a".repeat(20), max: 1, waitSeconds: 0 })).toMatchObject({
      status: 401,
    });
    expect(await getRun(owner, first.id)).toMatchObject({ state: "unknown", reason: "worker_removed" });
    expect(await getRun(owner, second.id)).toMatchObject({ state: "cancelled", reason: "worker_removed" });
    expect((await owner.get<Pulse>(`/api/v1/pulses/${pulse.id}`)).body.state).toBe("paused");
    const { body: open } = await owner.get<Page<Run>>(`/api/v1/runs?workerId=${worker.id}&limit=100`);
    expect(open.rows.filter(({ endedAt }) => endedAt === null)).toEqual([]);

    expect((await remove(worker.id)).status).toBe(200);
    const recorded = await entries("worker.removed");
    expect(recorded.map(({ facts }) => facts)).toEqual([
      expect.objectContaining({ repository: REPOSITORY, runsUnknown: 1, pulsesPaused: 1 }),
    ]);
  });

  it("gets no code, no consent and no pulse any more", async () => {
    const worker = await newWorker();
    await remove(worker.id);
    expect((await owner.post("/api/v1/provisionings/own-machine", { workerId: worker.id })).status).toBe(409);
    for (const purpose of ["rotate", "move"])
      expect(
        (await owner.post("/api/v1/provisionings", { existing: { workerId: worker.id, purpose } })).status,
      ).toBe(409);
    await expect(createPulse(owner, worker)).rejects.toThrow();
  });
});

/** The new root of a worker, as its user's own machine gets it. */
async function takeNextRoot(worker: TestWorker): Promise<TestWorker> {
  const { body } = await owner.post<OwnMachineStarted>("/api/v1/provisionings/own-machine", {
    workerId: worker.id,
  });
  const enrolled = await owner.post<EnrolResponse>("/v1/worker/enroll", { ...BINDING, code: body.code });
  if (enrolled.status !== 201) throw new Error(JSON.stringify(enrolled.body));
  return speakAs(test, {
    ...worker,
    kind: "resident",
    handshakeSecret: Buffer.from(enrolled.body.handshakeSecret, "base64url"),
  });
}

describe("what only a fresh sign-in may do to a worker", () => {
  it("is to make one, to remove it, to give it another root and to move it; all else goes on", async () => {
    const worker = await newWorker();
    const signIn = (age: string) =>
      test.sql(
        `update sessions s set created_at = now() - interval '${age}' from workspace_members m
         where m.user_id = s.user_id and m.workspace_id = $1`,
        [worker.workspaceId],
      );
    await test.sql("update workers set kind = 'actions' where id = $1", [worker.id]);
    const dangerous = [
      () => owner.post("/api/v1/provisionings", {}),
      () => owner.post("/api/v1/provisionings/own-machine", {}),
      () => remove(worker.id),
      () => owner.post("/api/v1/provisionings/own-machine", { workerId: worker.id }),
      () => owner.post("/api/v1/provisionings", { existing: { workerId: worker.id, purpose: "rotate" } }),
      () => owner.post("/api/v1/provisionings", { existing: { workerId: worker.id, purpose: "move" } }),
    ];
    await signIn("11 minutes");
    for (const call of dangerous)
      expect(await call()).toMatchObject({ status: 403, body: { code: "sign_in_again" } });
    expect(await read(worker.id)).toMatchObject({ state: "active", rotating: false });

    await signIn("9 minutes");
    expect((await owner.post("/api/v1/provisionings/own-machine", {})).status).toBe(201);
    const { body: move } = await owner.post<{ id: string }>("/api/v1/provisionings", {
      existing: { workerId: worker.id, purpose: "move" },
    });
    await signIn("11 minutes");
    expect(await owner.post(`/api/v1/provisionings/${move.id}/retry`, {})).toMatchObject({
      status: 403,
      body: { code: "sign_in_again" },
    });
    await signIn("9 minutes");
    expect((await remove(worker.id)).status).toBe(200);
  });
});

describe("a root that is replaced", () => {
  it("overlaps with the next one until that is proven, and 20 minutes more; then it is shredded", async () => {
    const before = await newWorker();
    const until = Date.parse((await read(before.id)).secretExpiresAt);
    const next = await takeNextRoot(before);
    expect(await read(before.id)).toMatchObject({ state: "active", rotating: true });
    expect((await before.hello()).status).toBe(200);
    expect((await row(before.id))["next_secret_sealed"]).not.toBeNull();
    expect(await entries("worker.root_rotated")).toEqual([]);

    const answers = await Promise.all(Array.from({ length: 8 }, () => next.hello()));
    expect(answers.filter(({ status, signed }) => status === 200 && signed)).toHaveLength(8);
    expect(await entries("worker.root_rotated")).toHaveLength(1);
    const rotated = await read(before.id);
    expect(rotated.rotating).toBe(false);
    expect(Date.parse(rotated.secretExpiresAt)).toBeGreaterThan(until + 170 * 86_400_000);
    expect((await before.hello()).status).toBe(200);

    await test.sql("update workers set previous_secret_until = now() - interval '1 second' where id = $1", [
      before.id,
    ]);
    expect(await before.hello()).toMatchObject({ status: 401, body: { code: "proof_refused" } });
    await test.get(RootExpiryJobs).lookOnce();
    expect((await row(before.id))["previous_secret_sealed"]).toBeNull();
    expect((await next.hello()).status).toBe(200);
  });

  it("brings back a worker whose root has expired", async () => {
    const expired = await newWorker();
    await test.sql("update workers set secret_expires_at = now() - interval '1 day' where id = $1", [
      expired.id,
    ]);
    expect(await expired.hello()).toMatchObject({ status: 403, body: { code: "worker_disabled" } });
    const next = await takeNextRoot(expired);
    expect((await next.hello()).status).toBe(200);
    expect((await next.hello()).status).toBe(200);
  });

  it("goes to the repository that the worker is bound to, and to no other", async () => {
    const worker = await newWorker();
    const other = { ...BINDING, repository: { ...BINDING.repository, id: 4_712 } };
    for (const binding of [other, { ...BINDING, kind: "actions" }]) {
      const { body } = await owner.post<OwnMachineStarted>("/api/v1/provisionings/own-machine", {
        workerId: worker.id,
      });
      expect(await owner.post("/v1/worker/enroll", { ...binding, code: body.code })).toMatchObject({
        status: 409,
        body: { code: "worker_binding_differs" },
      });
    }
    expect((await read(worker.id)).rotating).toBe(false);
  });
});

describe("a root that expires", () => {
  it("is said 30, 14, 7 and 1 days before and when it has, each once, until there is another", async () => {
    const worker = await newWorker();
    const look = async (expiresIn: string) => {
      await test.sql(`update workers set secret_expires_at = now() + interval '${expiresIn}' where id = $1`, [
        worker.id,
      ]);
      await test.get(RootExpiryJobs).lookOnce();
      await test.get(RootExpiryJobs).lookOnce();
      const { body } = await owner.get<WorkerNotices>("/api/v1/workers/notices");
      return body.rows.map(({ daysBefore }) => daysBefore);
    };
    expect(await look("31 days")).toEqual([]);
    expect(await look("20 days")).toEqual([30]);
    expect(await look("10 days")).toEqual([14]);
    expect(await look("12 hours")).toEqual([1]);
    expect(await look("-1 hours")).toEqual([0]);
    expect((await owner.post(`/api/v1/workers/${worker.id}/notices/dismissal`, {})).status).toBe(204);
    await test.get(RootExpiryJobs).lookOnce();
    expect((await owner.get<WorkerNotices>("/api/v1/workers/notices")).body.rows).toEqual([]);
    expect(await look("6 days")).toEqual([7]);
    await (await takeNextRoot(worker)).hello();
    expect((await owner.get<WorkerNotices>("/api/v1/workers/notices")).body.rows).toEqual([]);
  });
});

describe("a worker that stays away", () => {
  const look = () => test.get(SilencesJobs).lookOnce();
  /** As if nobody had heard of it for this long, with somebody looking all the time. */
  async function silenceFor(worker: TestWorker, minutes: number): Promise<void> {
    await test.sql("update worker_watch set since = now() - interval '1 day', looked_at = now()");
    await test.sql(
      `update workers set last_handshake_at = now() - make_interval(mins => $2),
         next_check_in_at = now() - make_interval(mins => $2 - case kind when 'resident' then 10 else 60 end)
       where id = $1`,
      [worker.id, minutes],
    );
  }
  const notices = async () => (await owner.get<WorkerNotices>("/api/v1/workers/notices")).body.silences;

  it("SIG-20 is told of once for each silence, on the page and by mail, until it is back", async () => {
    const send = vi.spyOn(test.get(Mailer), "send").mockResolvedValue(true);
    const mails = () =>
      send.mock.calls.flatMap(([mail]) => (mail.template === "worker_silent" ? [mail] : []));
    const worker = await newWorker();
    const stranger = await test.signUp("Stranger");
    await test.sql(
      "update users set email_verified = true where id in (select user_id from workspace_members where workspace_id = $1)",
      [worker.workspaceId],
    );
    await look();

    await silenceFor(worker, 34);
    await look();
    expect(await notices()).toEqual([]);
    await silenceFor(worker, 36);
    await look();
    await look();
    const told = { workerId: worker.id, repository: REPOSITORY, kind: "resident", missed: 3 };
    expect(await notices()).toEqual([expect.objectContaining(told)]);
    expect((await read(worker.id)).silence).toMatchObject({ missed: 3 });
    expect((await stranger.get<WorkerNotices>("/api/v1/workers/notices")).body.silences).toEqual([]);
    expect(mails()).toHaveLength(1);
    expect(mails()[0]?.params).toMatchObject({
      repository: REPOSITORY,
      url: `${test.url}/app/workers/${worker.id}`,
    });
    expect(await entries("worker.went_silent")).toHaveLength(1);

    expect((await worker.hello()).status).toBe(200);
    expect(await notices()).toEqual([]);
    expect((await read(worker.id)).silence).toBeNull();
    await look();
    expect(await entries("worker.came_back")).toHaveLength(1);

    await silenceFor(worker, 60);
    await look();
    expect(mails()).toHaveLength(2);
    expect((await stranger.post(`/api/v1/workers/${worker.id}/silence/dismissal`, {})).status).toBe(404);
    expect(await notices()).toHaveLength(1);
    expect((await owner.post(`/api/v1/workers/${worker.id}/silence/dismissal`, {})).status).toBe(204);
    await look();
    expect(await notices()).toEqual([]);
    expect((await read(worker.id)).silence).not.toBeNull();
    send.mockRestore();
  });

  it("SIG-20 is known by the cadence of its mode: three hours' schedules, with GitHub's lateness", async () => {
    const worker = await newWorker();
    await test.sql("update workers set kind = 'actions' where id = $1", [worker.id]);
    expect((await read(worker.id)).actionsUse).toEqual({ wakes: 720, minutes: 720 });
    await silenceFor(worker, 60 + 149);
    await look();
    expect((await read(worker.id)).silence).toBeNull();
    await silenceFor(worker, 60 + 151);
    await look();
    expect((await read(worker.id)).silence).not.toBeNull();
    await remove(worker.id);
    await look();
    expect(await notices()).toEqual([]);
    expect(await entries("worker.came_back")).toEqual([]);
  });

  it("is not blamed for the time in which nobody here was there to be asked", async () => {
    const worker = await newWorker();
    await silenceFor(worker, 36);
    await test.sql("update worker_watch set looked_at = now() - interval '6 minutes'");
    await look();
    expect((await read(worker.id)).silence).toBeNull();
  });

  it("is not expected when its user's own scheduler wakes it", async () => {
    const worker = await newWorker();
    expect(Date.parse((await read(worker.id)).nextCheckInAt ?? "")).toBeGreaterThan(Date.now());
    const runner = { kind: "resident", repository: null, runId: null, runAttempt: null, workflowSha: null };
    const answer = await worker.call(
      "hello",
      {
        workerVersion: "0.1.0",
        runner: { ...runner, wokenBy: "own_scheduler", os: "linux", nodeVersion: "v24.0.0" },
      },
      { sessionId: null },
    );
    expect(answer).toMatchObject({ status: 200, body: { nextCheckInSeconds: null } });
    expect((await read(worker.id)).nextCheckInAt).toBeNull();
  });
});
