import type { AuditEntry } from "@pulsekeep/contracts/api/identity";
import type { Page } from "@pulsekeep/contracts/api/shared";
import type { OwnMachineStarted, Provisioning, Worker } from "@pulsekeep/contracts/api/workers";
import type { EnrolmentStatus, EnrolRequest, EnrolResponse } from "@pulsekeep/contracts/worker-enrolment";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { startTestApp, type TestApp } from "../../testing/test-app.js";
import type { TestClient } from "../../testing/test-client.js";
import { eventually } from "../../testing/test-eventually.js";
import { speakAs } from "../../testing/test-worker.js";

let test: TestApp;
let owner: TestClient;
let machine: TestClient;
let people = 0;
let repositoryId = 9_000;
beforeAll(async () => {
  test = await startTestApp({ standIn: { runner: false } });
});
afterAll(() => test.close());
beforeEach(async () => {
  people += 1;
  owner = await test.signUp(`Owner${people}`);
  // The user's own machine has no session.
  machine = test.newClient();
});

const takeCode = async (body: object = {}): Promise<OwnMachineStarted> => {
  const started = await owner.post<OwnMachineStarted>("/api/v1/provisionings/own-machine", body);
  if (started.status !== 201) throw new Error(JSON.stringify(started.body));
  return started.body;
};

const request = (code: string, changes: Partial<EnrolRequest> = {}): EnrolRequest => ({
  code,
  kind: "resident",
  repository: {
    id: repositoryId,
    ownerId: 42,
    fullName: "octo-alice/my-pulse",
    defaultBranch: "main",
    made: "created",
  },
  author: { name: "Alice Octo", email: "42+octo-alice@users.noreply.github.com" },
  ...changes,
});

async function enrol(changes: Partial<EnrolRequest> = {}): Promise<EnrolResponse> {
  repositoryId += 1;
  const { code } = await takeCode();
  const { status, body } = await machine.post<EnrolResponse>("/v1/worker/enroll", request(code, changes));
  if (status !== 201) throw new Error(JSON.stringify(body));
  return body;
}

const read = async (id: string): Promise<Provisioning> =>
  (await owner.get<Provisioning>(`/api/v1/provisionings/${id}`)).body;
const readWorker = async (id: string): Promise<Worker> =>
  (await owner.get<Worker>(`/api/v1/workers/${id}`)).body;
const status = async (ticket: string): Promise<EnrolmentStatus> =>
  (await machine.post<EnrolmentStatus>("/v1/worker/enroll/status", { ticket })).body;
const actions = async (): Promise<string[]> =>
  (await owner.get<Page<AuditEntry>>("/api/v1/audit?limit=100")).body.rows.map(({ action }) => action);
const refused = { status: 401, body: { code: "enrolment_code_refused" } };

/** The worker with the root that it got, as its user's machine would run it. */
const start = ({ workerId, clientId, handshakeSecret }: EnrolResponse) =>
  speakAs(test, {
    id: workerId,
    clientId,
    workspaceId: "",
    kind: "resident",
    handshakeSecret: Buffer.from(handshakeSecret, "base64url"),
  });

async function verifyFirstRun(enrolled: EnrolResponse, facts: { repositoryId: number }): Promise<void> {
  const worker = start(enrolled);
  await worker.hello();
  const [run] = await worker.claim();
  if (!run) throw new Error("no verify run");
  await worker.report(run, {
    outcome: "succeeded",
    commitSha: null,
    facts: { ...facts, ownerId: 42, isPrivate: true, defaultBranch: "main", allowedKinds: ["verify"] },
  });
}

describe("a worker by its user's own hands", () => {
  it("comes to be step by step, and works once its user has said that the repository is theirs", async () => {
    const enrolled = await enrol();
    const { provisioningId, ticket, workerId } = enrolled;
    expect(await status(ticket)).toMatchObject({ state: "running", worker: { state: "provisioning" } });
    expect((await start(enrolled).hello()).status).toBe(403);

    const installed = { ticket, commitSha: "a".repeat(40) };
    for (const _ of [1, 2])
      expect((await machine.post("/v1/worker/enroll/installed", installed)).body).toEqual({
        state: "verifying",
      });
    await verifyFirstRun(enrolled, { repositoryId });
    expect(await status(ticket)).toMatchObject({
      state: "awaiting_confirmation",
      worker: { state: "verifying" },
    });
    const asked = await read(provisioningId);
    expect(asked.repository).toMatchObject({ id: repositoryId, ownerId: 42, author: "Alice Octo" });
    expect(asked.steps.map(({ name, state }) => `${name} ${state}`)).toEqual([
      "enrolment done",
      "repository done",
      "files done",
      "secrets skipped",
      "wake done",
      "verify done",
      "confirm running",
    ]);

    const confirm = (ids: { repositoryId: number; ownerId: number }) =>
      owner.post<Provisioning>(`/api/v1/provisionings/${provisioningId}/confirm`, ids);
    expect((await confirm({ repositoryId: repositoryId + 1, ownerId: 42 })).status).toBe(409);
    expect((await readWorker(workerId)).state).toBe("verifying");
    expect((await confirm({ repositoryId, ownerId: 42 })).body.state).toBe("done");
    expect((await confirm({ repositoryId, ownerId: 42 })).status).toBe(409);
    expect(await readWorker(workerId)).toMatchObject({ state: "active", way: "machine", kind: "resident" });
    expect(await status(ticket)).toMatchObject({ state: "done" });
    expect(await actions()).toEqual(
      expect.arrayContaining([
        "worker.created",
        "worker.enrolment_started",
        "worker.enrolled",
        "worker.verified",
        "worker.confirmed",
      ]),
    );
  });

  it("fails where its user's machine says so, and can be done again with another code", async () => {
    const { provisioningId, ticket, workerId } = await enrol();
    const failure = { ticket, step: "secrets", errorCode: "actions_disabled" };
    expect((await machine.post("/v1/worker/enroll/failed", failure)).body).toEqual({ state: "failed" });
    expect(await status(ticket)).toMatchObject({ state: "failed", errorCode: "actions_disabled" });
    expect((await read(provisioningId)).steps.find(({ name }) => name === "secrets")).toMatchObject({
      state: "failed",
      errorCode: "actions_disabled",
    });
    expect((await machine.post("/v1/worker/enroll/installed", { ticket })).status).toBe(409);
    const again = await takeCode({ workerId });
    const { body } = await machine.post<EnrolResponse>("/v1/worker/enroll", request(again.code));
    expect(body.workerId).toBe(workerId);
  });

  it("is not the repository of another worker of the same person", async () => {
    await enrol();
    const { code } = await takeCode();
    expect(await machine.post("/v1/worker/enroll", request(code))).toMatchObject({
      status: 409,
      body: { code: "worker_binding_differs" },
    });
  });
});

describe("a one-time code", () => {
  it("is exchanged once, of 20 at the same time too", async () => {
    const { code } = await takeCode();
    // From two addresses: one may try ten times a minute.
    const other = test.newClient();
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, place) =>
        (place % 2 === 0 ? machine : other).post("/v1/worker/enroll", request(code)),
      ),
    );
    expect(answers.filter((answer) => answer.status === 201)).toHaveLength(1);
    expect(answers.filter((answer) => answer.status === 401)).toHaveLength(19);
  });

  it("is refused when it is over, replaced, a ticket, or somebody's guess, in the same words", async () => {
    const over = await takeCode();
    await test.sql("update provisionings set enrolment_expires_at = now() - interval '1 ms' where id = $1", [
      over.id,
    ]);
    const replaced = await takeCode();
    const { workerId } = await read(replaced.id);
    await takeCode({ workerId });
    const { ticket } = await enrol();
    for (const code of [over.code, replaced.code, ticket, "pk1-aaaaaaaaaaaaaaaaaaaaaaaaaaa"])
      expect(await machine.post("/v1/worker/enroll", request(code))).toMatchObject(refused);
    for (const path of ["installed", "status"])
      expect(await machine.post(`/v1/worker/enroll/${path}`, { ticket: "a".repeat(43) })).toMatchObject(
        refused,
      );
  });

  it("that nobody used is said to have expired", async () => {
    const { id } = await takeCode();
    await test.sql(
      "update provisionings set next_action_at = now() - interval '1 ms', enrolment_expires_at = now() - interval '1 ms' where id = $1",
      [id],
    );
    const ended = await eventually(async () => {
      const now = await read(id);
      return now.state === "failed" && now;
    });
    expect(ended.steps[0]).toMatchObject({ name: "enrolment", state: "failed", errorCode: "code_expired" });
  });

  it("is kept as a hash only, and so is the ticket", async () => {
    const { code, id } = await takeCode();
    const { ticket, handshakeSecret, provisioningId } = await enrol();
    const rows = await test.sql("select * from provisionings where id in ($1, $2)", [id, provisioningId]);
    const text = JSON.stringify(rows);
    expect(rows).toHaveLength(2);
    for (const plain of [code, ticket, handshakeSecret]) expect(text).not.toContain(plain);
    for (const plain of [code, ticket, handshakeSecret]) expect(test.logs.join("\n")).not.toContain(plain);
  });

  it("cannot be guessed at speed", async () => {
    const answers = [];
    // More than two of the windows that limits are counted in let through.
    for (let guess = 10; guess < 32; guess++)
      answers.push(
        (await machine.post("/v1/worker/enroll", request(`pk1-${"a".repeat(25)}${guess}`))).status,
      );
    expect(answers.slice(0, 10)).toEqual(Array.from({ length: 10 }, () => 401));
    expect(answers.filter((code) => code === 429).length).toBeGreaterThanOrEqual(2);
  });

  it("takes nothing along that could be a GitHub token [ZT-07]", async () => {
    const { code } = await takeCode();
    const sent = { ...request(code), token: "ghp_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" };
    expect((await machine.post("/v1/worker/enroll", sent)).status).toBe(422);
    expect(test.logs.join("\n")).not.toContain("ghp_");
    expect((await machine.post("/v1/worker/enroll", request(code))).status).toBe(201);
  });
});
