import type { Fault } from "@pulsekeep/stand-in";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { eventually } from "../../testing/test-eventually.js";
import { type TestProvisioning, ended, startTestProvisioning } from "../../testing/test-provisioning.js";

let at: TestProvisioning;
beforeAll(async () => {
  at = await startTestProvisioning();
});
afterAll(() => at.close());
beforeEach(() => at.newPerson());

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
    at.github.context.faults.seed(fault, count);
    const id = await at.provision();
    const done = await eventually(async () => ended(await at.read(id)), { timeoutMs: 40_000 });
    expect(done).toMatchObject({ state: "done" });
    await eventually(async () => (await at.read(id)).tokenRevokedAt !== null);
    expect((await at.read(id)).steps.find(({ name }) => name === "revoke")).toMatchObject({ state: "done" });
    at.expectNoLiveToken();
    expect(at.github.context.faults.list()).toEqual([]);
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
    at.github.context.faults.seed(fault, 100);
    const id = await at.provision();
    await at.expectFailure(id, expected);
    expect(await at.read(id)).toMatchObject({ tokenRevokedAt: expect.any(String) });
    at.github.context.faults.clear();
    await at.retryAndFinish(id);
    expect(await at.git("rev-list", "--count", "main")).toMatch(/^[23]\n$/);
  });

  it("that keeps the consent from ending is told, with the page where it can be ended", async () => {
    at.github.context.faults.seed({ kind: "status", status: 500, method: "DELETE", path: "*/grant" }, 100);
    const id = await at.provision();
    const row = await eventually(
      async () => {
        const now = await at.read(id);
        return now.steps.some(({ name, state }) => name === "revoke" && state === "failed") && now;
      },
      { timeoutMs: 30_000 },
    );
    expect(row).toMatchObject({
      tokenRevokedAt: null,
      revokeUrl: `${at.github.url}/settings/connections/applications/Iv1.provisioning`,
    });
    expect(await at.actions()).toContain("consent.token_revocation_failed");
    at.github.context.faults.clear();
    at.github.context.store.grants.revoke(at.userId(), "Iv1.provisioning");
  });

  it("to confirm the end, with a token that still works, is no proof of it", async () => {
    at.github.context.faults.seed({ kind: "status", status: 422, method: "DELETE", path: "*/grant" }, 1);
    const id = await at.provision();
    await eventually(async () => (await at.read(id)).tokenRevokedAt !== null, { timeoutMs: 30_000 });
    at.expectNoLiveToken();
  });
});
