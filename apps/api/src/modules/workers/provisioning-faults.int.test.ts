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
  const status = (code: number, path: string, method?: string): Fault => ({
    kind: "status",
    status: code,
    path,
    ...(method && { method }),
  });
  const lost = (method: string, path: string): Fault => ({ kind: "reply_lost", method, path });
  const limit = (retryAfterSeconds: number, path: string): Fault => ({
    kind: "secondary_rate_limit",
    retryAfterSeconds,
    path,
  });
  it.each<[string, Fault, times: number]>([
    ["one server error", status(502, REPOSITORIES), 1],
    [
      "a server error after the effect",
      { kind: "status", status: 500, path: REPOSITORIES, afterEffect: true },
      1,
    ],
    ["a reply lost after the repository was made", lost("POST", REPOSITORIES), 1],
    ["a reply lost after the commit", lost("PATCH", "*/git/refs/heads/main"), 1],
    ["a reply lost after a secret", lost("PUT", "*/actions/secrets/*"), 2],
    ["a reply lost after the wake-up", lost("POST", "*/dispatches"), 1],
    ["a short secondary limit", limit(1, "*/git/trees"), 1],
    ["a reply lost after the revocation", lost("DELETE", "*/grant"), 1],
    ["server errors at the revocation", status(503, "*/grant", "DELETE"), 2],
  ])("that passes (%s) changes nothing for the user", async (_, fault, times) => {
    at.github.context.faults.seed(fault, times);
    const id = await at.provision();
    const done = await eventually(async () => ended(await at.read(id)), { timeoutMs: 40_000 });
    expect(done).toMatchObject({ state: "done" });
    await eventually(async () => (await at.read(id)).tokenRevokedAt !== null);
    expect((await at.read(id)).steps.find(({ name }) => name === "revoke")).toMatchObject({ state: "done" });
    at.expectNoLiveToken();
    expect(at.github.context.faults.list()).toEqual([]);
  });

  it.each<[string, Fault, step: string, errorCode: string]>([
    ["that lasts, at the repository", status(503, REPOSITORIES), "repository", "github_unavailable"],
    ["that lasts, at the files", status(500, "*/git/trees"), "files", "github_unavailable"],
    ["that lasts, at the secrets", status(500, "*/actions/secrets/*"), "secrets", "github_unavailable"],
    ["that lasts, at the wake-up", status(500, "*/dispatches"), "wake", "github_unavailable"],
    ["of a long secondary limit", limit(600, "*/git/commits*"), "files", "github_secondary_limited"],
    ["of a workflow it does not know", status(404, "*/dispatches"), "wake", "workflow_not_registered"],
    ["that answers 401", status(401, "*/git/trees"), "files", "github_token_refused"],
  ])("%s names the step, ends the token, and goes on from there", async (_, fault, step, errorCode) => {
    at.github.context.faults.seed(fault, 100);
    const id = await at.provision();
    await at.expectFailure(id, { step, errorCode });
    expect(await at.read(id)).toMatchObject({ tokenRevokedAt: expect.any(String) });
    at.github.context.faults.clear();
    await at.retryAndFinish(id);
    expect(await at.git("rev-list", "--count", "main")).toMatch(/^[23]\n$/);
  });

  it("that keeps the consent from ending is told, with the page where it can be ended", async () => {
    at.github.context.faults.seed(status(500, "*/grant", "DELETE"), 100);
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
    at.github.context.faults.seed(status(422, "*/grant", "DELETE"), 1);
    const id = await at.provision();
    await eventually(async () => (await at.read(id)).tokenRevokedAt !== null, { timeoutMs: 30_000 });
    at.expectNoLiveToken();
  });
});
