import { createHash } from "node:crypto";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { apiClient, field } from "../testing/api-client.js";
import { LOGIN_APP, PROVISIONING_APP, startForTest, type TestStandIn } from "../testing/start-for-test.js";

const CALLBACK = LOGIN_APP.callbackUrls[0] ?? "";
const VERIFIER = "a-verifier-of-at-least-forty-three-characters-0123";
const CHALLENGE = createHash("sha256").update(VERIFIER).digest("base64url");

let standIn: TestStandIn;
let nowMs = Date.UTC(2026, 10, 20);
beforeEach(async () => {
  nowMs = Date.UTC(2026, 10, 20);
  standIn = await startForTest({ now: () => nowMs });
});
afterEach(() => standIn.dispose());

type Fields = Record<string, string>;

function authorizeUrl(extra: Fields = {}): string {
  const query = new URLSearchParams({
    client_id: LOGIN_APP.clientId,
    state: "st",
    scope: "repo workflow",
    ...extra,
  });
  return `${standIn.url}/login/oauth/authorize?${query.toString()}`;
}

async function submit(url: string, form: Fields, headers: Fields = {}): Promise<Response> {
  return fetch(url, { method: "POST", redirect: "manual", headers, body: new URLSearchParams(form) });
}

async function consent(extra: Fields = {}, form: Fields = {}): Promise<{ sentTo: URL; cookie: string }> {
  const answer = await submit(authorizeUrl(extra), { login: "octo-alice", decision: "authorize", ...form });
  const cookie = (answer.headers.get("set-cookie") ?? "").split(";")[0] ?? "";
  return { sentTo: new URL(answer.headers.get("location") ?? "about:blank"), cookie };
}

function exchange(fields: Fields) {
  return apiClient(standIn.url).call(
    "POST",
    "/login/oauth/access_token",
    { client_id: LOGIN_APP.clientId, client_secret: LOGIN_APP.clientSecret, ...fields },
    { accept: "application/json" },
  );
}

async function tokenOf(extra: Fields = {}, form: Fields = {}): Promise<string> {
  const { sentTo } = await consent(extra, form);
  return field(await exchange({ code: sentTo.searchParams.get("code") ?? "" }), "access_token");
}

describe("codes", () => {
  test("buy nothing with the wrong PKCE verifier, and are used up by the attempt", async () => {
    const { sentTo } = await consent({ code_challenge: CHALLENGE, code_challenge_method: "S256" });
    const code = sentTo.searchParams.get("code") ?? "";
    expect((await exchange({ code, code_verifier: "wrong" })).body).toMatchObject({
      error: "bad_verification_code",
    });
    expect((await exchange({ code, code_verifier: VERIFIER })).body).toMatchObject({
      error: "bad_verification_code",
    });
  });

  test("buy nothing when the verifier is left out", async () => {
    const { sentTo } = await consent({ code_challenge: CHALLENGE, code_challenge_method: "S256" });
    const answer = await exchange({ code: sentTo.searchParams.get("code") ?? "" });
    expect(answer.body).toMatchObject({ error: "bad_verification_code" });
  });

  test("buy a token with the right verifier", async () => {
    const { sentTo } = await consent({ code_challenge: CHALLENGE, code_challenge_method: "S256" });
    const answer = await exchange({ code: sentTo.searchParams.get("code") ?? "", code_verifier: VERIFIER });
    expect(answer.body).toMatchObject({ token_type: "bearer", scope: "repo,workflow" });
  });

  test("expire after ten minutes", async () => {
    const { sentTo } = await consent();
    nowMs += 10 * 60_000;
    const answer = await exchange({ code: sentTo.searchParams.get("code") ?? "" });
    expect(answer.body).toMatchObject({ error: "bad_verification_code" });
  });

  test("belong to the app that asked for them", async () => {
    const { sentTo } = await consent();
    const answer = await exchange({
      code: sentTo.searchParams.get("code") ?? "",
      client_id: PROVISIONING_APP.clientId,
      client_secret: PROVISIONING_APP.clientSecret,
    });
    expect(answer.body).toMatchObject({ error: "bad_verification_code" });
  });

  test("refuse the plain PKCE method", async () => {
    const answer = await fetch(authorizeUrl({ code_challenge: CHALLENGE, code_challenge_method: "plain" }), {
      redirect: "manual",
    });
    expect(new URL(answer.headers.get("location") ?? "").searchParams.get("error")).toBe("invalid_request");
  });
});

describe("redirects", () => {
  test.each([
    "http://localhost:3001/api/auth/callback/github",
    "http://localhost.evil.test:3000/api/auth/callback/github",
    "http://localhost:3000/api/auth/callback/githubber",
    "https://localhost:3000/api/auth/callback/github",
    "http://localhost:3000/api/auth/callback/github/../../steal",
  ])("to %s go to the registered callback with an error instead", async (redirectUri) => {
    const answer = await fetch(authorizeUrl({ redirect_uri: redirectUri }), { redirect: "manual" });
    const sentTo = new URL(answer.headers.get("location") ?? "");
    expect(`${sentTo.origin}${sentTo.pathname}`).toBe(CALLBACK);
    expect(sentTo.searchParams.get("error")).toBe("redirect_uri_mismatch");
    expect(sentTo.searchParams.has("code")).toBe(false);
  });

  test("name the same address at the exchange, or it is refused", async () => {
    const { sentTo } = await consent({ redirect_uri: CALLBACK });
    const answer = await exchange({
      code: sentTo.searchParams.get("code") ?? "",
      redirect_uri: `${CALLBACK}/other`,
    });
    expect(answer.body).toMatchObject({ error: "redirect_uri_mismatch" });
  });
});

describe("the consent page", () => {
  test("has clear buttons and escapes what it is given", async () => {
    const page = await (await fetch(authorizeUrl({ login: `"><script>alert(1)</script>` }))).text();
    expect(page).toContain("Authorize Login</button>");
    expect(page).toContain("Cancel</button>");
    expect(page).not.toContain("<script>");
  });

  test("tells the app when the user cancels", async () => {
    const answer = await submit(authorizeUrl(), { login: "octo-alice", decision: "cancel" });
    const sentTo = new URL(answer.headers.get("location") ?? "");
    expect(Object.fromEntries(sentTo.searchParams)).toMatchObject({ error: "access_denied", state: "st" });
  });

  test("makes a new account on demand", async () => {
    const token = await tokenOf({}, { new_login: "fresh-face" });
    const me = await apiClient(standIn.apiUrl, token).call("GET", "/user");
    expect(me.body).toMatchObject({ login: "fresh-face" });
  });

  test("refuses a form that another origin sends", async () => {
    const form = { login: "octo-alice", decision: "authorize" };
    const answer = await submit(authorizeUrl(), form, { origin: "http://evil.test" });
    expect(answer.status).toBe(403);
  });

  test("is skipped for scopes that were granted before, and only for those", async () => {
    const { cookie } = await consent();
    const again = await fetch(authorizeUrl(), { redirect: "manual", headers: { cookie } });
    expect(again.status).toBe(302);
    expect(new URL(again.headers.get("location") ?? "").searchParams.has("code")).toBe(true);
    const more = await fetch(authorizeUrl({ scope: "repo workflow delete_repo" }), {
      redirect: "manual",
      headers: { cookie },
    });
    expect(more.status).toBe(200);
    const otherPrompt = await fetch(authorizeUrl({ prompt: "select_account" }), {
      redirect: "manual",
      headers: { cookie },
    });
    expect(otherPrompt.status).toBe(200);
  });
});

describe("revoking", () => {
  const app = apiClientOf(LOGIN_APP);

  test("a token makes it unknown to the API at once", async () => {
    const token = await tokenOf();
    const api = apiClient(standIn.apiUrl, token);
    expect((await api.call("GET", "/user")).status).toBe(200);
    const revoked = await app("DELETE", "token", token);
    expect(revoked.status).toBe(204);
    const after = await api.call("GET", "/user");
    expect(after.status).toBe(401);
    expect(after.body).toMatchObject({ message: "Bad credentials" });
    expect((await app("DELETE", "token", token)).status).toBe(404);
  });

  test("the grant ends every token of the user and the silent consent", async () => {
    const first = await tokenOf();
    const { cookie, sentTo } = await consent();
    const second = field(await exchange({ code: sentTo.searchParams.get("code") ?? "" }), "access_token");
    expect((await app("DELETE", "grant", first)).status).toBe(204);
    for (const token of [first, second])
      expect((await apiClient(standIn.apiUrl, token).call("GET", "/user")).status).toBe(401);
    const again = await fetch(authorizeUrl(), { redirect: "manual", headers: { cookie } });
    expect(again.status).toBe(200);
  });

  test("the grant ends codes that were not exchanged yet", async () => {
    const token = await tokenOf();
    const { sentTo } = await consent();
    await app("DELETE", "grant", token);
    const answer = await exchange({ code: sentTo.searchParams.get("code") ?? "" });
    expect(answer.body).toMatchObject({ error: "bad_verification_code" });
  });

  test("another app learns nothing about a token and cannot end it", async () => {
    const token = await tokenOf();
    const other = apiClientOf(PROVISIONING_APP);
    expect((await other("POST", "token", token)).status).toBe(404);
    expect((await other("DELETE", "grant", token)).status).toBe(404);
    expect((await app("POST", "token", token)).body).toMatchObject({
      scopes: ["repo", "workflow"],
      user: { login: "octo-alice" },
    });
  });

  test("wrong app credentials are a 401", async () => {
    const token = await tokenOf();
    const wrong = apiClientOf({ ...LOGIN_APP, clientSecret: "guess" });
    expect((await wrong("DELETE", "token", token)).status).toBe(401);
  });

  test("the user does it on the connections page", async () => {
    const { cookie } = await consent();
    const url = `${standIn.url}/settings/connections/applications/${LOGIN_APP.clientId}`;
    expect(await (await fetch(url, { headers: { cookie } })).text()).toContain("<code>workflow</code>");
    await fetch(url, {
      method: "POST",
      redirect: "manual",
      headers: { cookie, "content-type": "application/x-www-form-urlencoded" },
    });
    expect(await (await fetch(url, { headers: { cookie } })).text()).toContain("has not authorized");
  });
});

function apiClientOf(app: { clientId: string; clientSecret: string }) {
  const authorization = `Basic ${Buffer.from(`${app.clientId}:${app.clientSecret}`).toString("base64")}`;
  return (method: string, what: "token" | "grant", token: string) =>
    apiClient(standIn.apiUrl).call(
      method,
      `/applications/${app.clientId}/${what}`,
      { access_token: token },
      { authorization },
    );
}
