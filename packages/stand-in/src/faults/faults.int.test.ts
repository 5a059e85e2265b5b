import { afterEach, beforeEach, expect, test } from "vitest";
import { apiClient, type ApiClient } from "../testing/api-client.js";
import { issueToken, startForTest, type TestStandIn } from "../testing/start-for-test.js";

let standIn: TestStandIn;
let api: ApiClient;
let admin: ApiClient;
beforeEach(async () => {
  standIn = await startForTest();
  api = apiClient(standIn.apiUrl, issueToken(standIn, "octo-alice", ["repo"]));
  admin = apiClient(standIn.url);
});
afterEach(() => standIn.dispose());

const seed = (fault: Record<string, unknown>) => admin.call("POST", "/_stand-in/faults", fault);

test("a lost reply breaks the connection after the effect", async () => {
  await seed({ kind: "reply_lost", method: "POST", path: "/api/user/repos" });
  await expect(api.call("POST", "/user/repos", { name: "lost" })).rejects.toThrow();
  expect((await api.call("GET", "/repos/octo-alice/lost")).status).toBe(200);
});

test("a server error before the effect leaves nothing behind, one after it does", async () => {
  await seed({ kind: "status", status: 502, path: "/api/user/repos" });
  expect((await api.call("POST", "/user/repos", { name: "before" })).status).toBe(502);
  expect((await api.call("GET", "/repos/octo-alice/before")).status).toBe(404);
  await seed({ kind: "status", status: 500, path: "/api/user/repos", afterEffect: true });
  expect((await api.call("POST", "/user/repos", { name: "after" })).status).toBe(500);
  expect((await api.call("GET", "/repos/octo-alice/after")).status).toBe(200);
});

test("a secondary rate limit names the time to wait, as often as it was seeded", async () => {
  await seed({ kind: "secondary_rate_limit", retryAfterSeconds: 7, path: "/api/repos/*", count: 2 });
  expect((await api.call("GET", "/user")).status).toBe(200);
  for (const _ of [1, 2]) {
    const limited = await api.call("GET", "/repos/octo-alice/x");
    expect(limited.status).toBe(403);
    expect(limited.headers.get("retry-after")).toBe("7");
    expect(limited.body).toMatchObject({ message: expect.stringContaining("secondary rate limit") });
  }
  expect((await api.call("GET", "/repos/octo-alice/x")).status).toBe(404);
});

test.each([
  ["primary_rate_limit", 403, "x-ratelimit-remaining", "0"],
  ["sso_required", 403, "x-github-sso", expect.stringContaining("/orgs/octo-org/sso")],
  ["organization_policy", 403, "x-github-sso", null],
  ["repository_creation_forbidden", 422, "retry-after", null],
  ["actions_disabled", 422, "retry-after", null],
])("%s is refused before any effect, as GitHub refuses it", async (kind, status, header, value) => {
  await seed({ kind, path: "/api/user/repos" });
  const answer = await api.call("POST", "/user/repos", { name: "refused" });
  expect([answer.status, answer.headers.get(header)]).toEqual([status, value]);
  expect((await api.call("GET", "/repos/octo-alice/refused")).status).toBe(404);
});

test("a hanging answer never comes, and one fault can be taken back alone", async () => {
  const { body } = await seed({ kind: "hang", path: "/api/user", count: 2 });
  const { id } = body as { id: number };
  const asked = fetch(`${standIn.apiUrl}/user`, { signal: AbortSignal.timeout(150) });
  await expect(asked).rejects.toThrow();
  await seed({ kind: "status", status: 502, path: "/api/user/repos" });
  expect((await admin.call("DELETE", `/_stand-in/faults/${id}`)).status).toBe(204);
  expect((await api.call("GET", "/user")).status).toBe(200);
  expect((await api.call("GET", "/user/repos")).status).toBe(502);
});

test("an unknown kind of fault is refused", async () => {
  expect((await seed({ kind: "earthquake" })).status).toBe(422);
});

test("the request log says what was called and whether credentials were sent, never which", async () => {
  const token = issueToken(standIn, "octo-alice", ["repo"]);
  await apiClient(standIn.apiUrl, token).call("GET", "/user?x=1");
  await apiClient(standIn.apiUrl).call("GET", "/rate_limit");
  const { body } = await admin.call("GET", "/_stand-in/requests");
  expect(body).toMatchObject({
    requests: [
      { method: "GET", path: "/api/user", authorization: "bearer", status: 200 },
      { method: "GET", path: "/api/rate_limit", authorization: null, status: 200 },
    ],
  });
  expect(JSON.stringify(body)).not.toContain(token);
});

test("issued tokens are listed in plain for the token search", async () => {
  const token = issueToken(standIn, "octo-bob", ["repo"]);
  const { body } = await admin.call("GET", "/_stand-in/issued-tokens");
  expect(body).toMatchObject({ tokens: expect.arrayContaining([{ kind: "classic", token }]) });
});

test("no page in a browser can reach the admin routes", async () => {
  for (const headers of [{ origin: "http://evil.test" }, { "sec-fetch-site": "cross-site" }])
    expect((await fetch(`${standIn.url}/_stand-in/issued-tokens`, { headers })).status).toBe(403);
});
