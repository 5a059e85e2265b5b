import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { eventually } from "../../testing/test-eventually.js";
import { type TestProvisioning, failureOf, startTestProvisioning } from "../../testing/test-provisioning.js";
import { createPulse, getRun, runNow } from "../../testing/test-pulse.js";

let at: TestProvisioning;
beforeAll(async () => {
  at = await startTestProvisioning();
});
afterAll(() => at.close());
beforeEach(() => at.newPerson());

describe("a repository of that name", () => {
  it("that is somebody else's work is left alone", async () => {
    await at.makeRepository({ "notes.md": "mine" });
    const id = await at.provision();
    await at.expectFailure(id, { step: "repository", errorCode: "repository_name_taken" });
    expect(await at.git("ls-tree", "-r", "--name-only", "main")).toBe("notes.md\n");
  });

  it("that is somebody else's work can be gone round by another name, which is kept for the next try", async () => {
    await at.makeRepository({ "notes.md": "mine" });
    const id = await at.provision();
    await at.expectFailure(id, { step: "repository", errorCode: "repository_name_taken" });
    const { steps } = await at.read(id);
    expect(steps.find(({ name }) => name === "repository")?.errorFacts).toEqual({
      repository: `${at.login}/keepstreak-pulse`,
    });
    for (const repositoryName of ["..", "a/b", "x.git", ""])
      expect((await at.owner.post(`/api/v1/provisionings/${id}/retry`, { repositoryName })).status).toBe(422);
    const done = await at.retryAndFinish(id, { repositoryName: "my-pulse" });
    expect((await at.readWorker(done)).repository?.fullName).toBe(`${at.login}/my-pulse`);
  });

  it("in which another worker of the same person lives is not taken from that one", async () => {
    const first = await at.provisioned();
    const id = await at.provision();
    await at.expectFailure(id, { step: "repository", errorCode: "repository_in_use" });
    expect((await at.readWorker(first)).state).toBe("active");
  });

  it("that an earlier worker left behind is adopted, and the user's bounds stay as they are", async () => {
    const first = await at.provisioned();
    const bounds = await at.git("show", "main:allow.json");
    await at.test.sql("delete from workers where id = $1", [first.workerId]);
    const done = await at.provisioned();
    expect(done.steps.find(({ name }) => name === "repository")?.facts).toMatchObject({ made: "adopted" });
    expect(await at.git("show", "main:allow.json")).toBe(bounds);
    expect((await at.readWorker(done)).state).toBe("active");
  });
});

describe("a worker that there is", () => {
  it("gets another root with one more consent, and proves it with its next run", async () => {
    const first = await at.provisioned();
    const before = await at.readWorker(first);
    const commits = await at.git("rev-list", "--count", "main");
    const done = await at.again(first.workerId, { purpose: "rotate" });
    expect(done).toMatchObject({ state: "done", purpose: "rotate", tokenRevokedAt: expect.any(String) });
    expect(done.steps.map(({ name, state }) => `${name} ${state}`)).toEqual([
      "consent done",
      "repository done",
      "secrets done",
      "wake done",
      "revoke done",
      "verify done",
    ]);
    const after = await at.readWorker(done);
    expect(after).toMatchObject({ state: "active", rotating: false });
    expect(Date.parse(after.secretExpiresAt)).toBeGreaterThan(Date.parse(before.secretExpiresAt));
    expect(await at.git("rev-list", "--count", "main")).toBe(commits);
    expect(await at.actions()).toContain("worker.root_rotated");
    at.expectNoLiveToken();
  });

  it("is not re-keyed by another account, nor where its repository is another one of that name", async () => {
    const first = await at.provisioned();
    at.github.context.store.users.ensure(`${at.login}-other`, { name: "Other" });
    const other = await at.again(first.workerId, { purpose: "rotate", as: `${at.login}-other` });
    expect(failureOf(other)).toEqual({ step: "repository", errorCode: "account_differs" });
    await at.test.sql("update workers set repository_id = 1 where id = $1", [first.workerId]);
    const gone = await at.again(first.workerId, { purpose: "rotate" });
    expect(failureOf(gone)).toEqual({ step: "repository", errorCode: "repository_gone" });
    expect((await at.readWorker(first)).state).toBe("active");
    at.expectNoLiveToken();
  });

  it("moves to another account with its pulses, and where it was is believed no more", async () => {
    const first = await at.provisioned();
    const pulse = await createPulse(at.owner, { id: first.workerId });
    at.github.context.store.users.ensure(`${at.login}-new`, { name: "New" });
    const failed = await at.again(first.workerId, { purpose: "move" });
    expect(failureOf(failed)).toEqual({ step: "repository", errorCode: "repository_in_use" });
    expect((await at.readWorker(first)).state).toBe("active");
    await at.github.whenIdle();

    const done = await at.again(first.workerId, { purpose: "move", as: `${at.login}-new` });
    expect(done).toMatchObject({ state: "done", tokenRevokedAt: expect.any(String) });
    expect(await at.readWorker(done)).toMatchObject({
      id: first.workerId,
      state: "active",
      repository: { fullName: `${at.login}-new/keepstreak-pulse` },
      author: { name: "New" },
    });
    expect(await at.actions()).toEqual(expect.arrayContaining(["worker.moved", "worker.root_rotated"]));
    const refusals = () => at.test.logs.filter((line) => line.includes("worker proof refused")).length;
    const before = refusals();
    await at.wake();
    await eventually(() => refusals() > before, { timeoutMs: 20_000 });
    await at.github.whenIdle();
    expect((await getRun(at.owner, (await runNow(at.owner, pulse)).id)).state).not.toBe("succeeded");
    at.expectNoLiveToken();
  });
});
