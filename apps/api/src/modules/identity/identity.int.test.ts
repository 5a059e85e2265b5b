import { createHash } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { AuditEntry } from "@pulsekeep/contracts/api/identity";
import type { Page } from "@pulsekeep/contracts/api/shared";
import { startTestApp, TEST_PASSWORD, type TestApp } from "../../testing/test-app.js";
import type { TestClient } from "../../testing/test-client.js";
import { answerConsent, signInWithGitHub } from "../../testing/test-consent.js";

let test: TestApp;
beforeAll(async () => {
  test = await startTestApp({ standIn: { runner: false } });
});
afterAll(() => test.close());

const actionsOf = async (client: TestClient): Promise<string[]> =>
  (await client.get<Page<AuditEntry>>("/api/v1/audit?limit=100")).body.rows.map(({ action }) => action);
const sessionCookie = (client: TestClient): string =>
  client.jar.get(test.url)?.get("pulsekeep.session_token") ?? "";

describe("signing up", () => {
  it("opens a workspace of one's own, with its first audit entries", async () => {
    const alice = await test.signUp("Alice", { locale: "fr", timeZone: "Europe/Paris" });
    expect((await alice.get("/api/v1/me")).body).toMatchObject({
      user: {
        name: "Alice",
        email: "alice@example.test",
        locale: "fr",
        timeZone: "Europe/Paris",
        role: "user",
      },
      workspace: { name: "Alice" },
    });
    expect((await actionsOf(alice)).sort()).toEqual(["account.created", "account.signed_in"]);
  });

  it("rolls back when its audit entry cannot be written [AUD-05]", async () => {
    await test.sql("alter table audit_entries add constraint nothing_more check (false) not valid");
    const answer = await test
      .newClient()
      .post("/api/auth/sign-up/email", { name: "Zoe", email: "zoe@example.test", password: TEST_PASSWORD });
    await test.sql("alter table audit_entries drop constraint nothing_more");
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(await test.sql("select 1 from users where email = 'zoe@example.test'")).toEqual([]);
    expect(await test.sql("select 1 from workspaces where name = 'Zoe'")).toEqual([]);
  });

  it.each([
    ["a role", { role: "admin" }],
    ["an id", { id: "01890000-0000-7000-8000-000000000000" }],
    ["a verified address", { emailVerified: true }],
  ])("cannot give oneself %s", async (_, extra) => {
    const name = `Mallory${Object.keys(extra)[0]}`;
    const client = test.newClient();
    await client.post("/api/auth/sign-up/email", {
      name,
      email: `${name.toLowerCase()}@example.test`,
      password: TEST_PASSWORD,
      ...extra,
    });
    const rows = await test.sql("select id, role, email_verified from users where name = $1", [name]);
    for (const row of rows)
      expect(row).toMatchObject({
        role: "user",
        email_verified: false,
        id: expect.not.stringContaining("01890000-0000-7000"),
      });
  });

  it.each([
    ["an unknown language", { locale: "xx" }],
    ["an unknown time zone", { timeZone: "Mars/Olympus" }],
    ["a short password", { password: "short" }],
    ["no address", { email: "nobody" }],
  ])("with %s is refused", async (_, extra) => {
    const answer = await test.newClient().post("/api/auth/sign-up/email", {
      name: "Wrong",
      email: "wrong@example.test",
      password: TEST_PASSWORD,
      ...extra,
    });
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.status).toBeLessThan(500);
    expect(await test.sql("select 1 from users where name = 'Wrong'")).toEqual([]);
  });

  it("keeps names to one line that is not empty", async () => {
    const long = await test.signUp("Nora", { name: `N\r\nora ${"x".repeat(200)}` });
    const { body } = await long.get<{ user: { name: string } }>("/api/v1/me");
    expect(body.user.name).toMatch(/^N ora x{1,80}$/);
    expect(body.user.name.length).toBeLessThanOrEqual(80);
    const blank = await test.signUp("Blank", { name: " \u0007 " });
    expect((await blank.get("/api/v1/me")).body).toMatchObject({ user: { name: "blank" } });
  });
});

describe("a session", () => {
  it("is stored by the hash of its token alone [SES-03]", async () => {
    const bob = await test.signUp("Bob");
    const token = decodeURIComponent(sessionCookie(bob)).split(".")[0] ?? "";
    expect(token.length).toBeGreaterThanOrEqual(22);
    const rows = await test.sql<{ token: string; row: string }>(
      "select s.token, row_to_json(s)::text as row from sessions s join users u on u.id = s.user_id where u.email = $1",
      [bob.email],
    );
    expect(rows.map((row) => row.token)).toEqual([createHash("sha256").update(token).digest("base64url")]);
    expect(rows[0]?.row).not.toContain(token);
  });

  it("defect 13: is given in an HttpOnly cookie and in no body [SES-07]", async () => {
    const dora = await test.signUp("Dora");
    const answer = await test
      .newClient()
      .post("/api/auth/sign-in/email", { email: dora.email, password: TEST_PASSWORD });
    const cookie = answer.headers.getSetCookie().find((line) => line.startsWith("pulsekeep.session_token="));
    expect(cookie).toMatch(/; HttpOnly/i);
    expect(cookie).toMatch(/; SameSite=Lax/i);
    expect(cookie).toMatch(/; Path=\//i);
    expect(cookie).not.toMatch(/domain=/i);
    const token = decodeURIComponent(sessionCookie(dora)).split(".")[0] ?? "";
    for (const body of [answer.body, (await dora.get("/api/auth/get-session")).body]) {
      expect(body).not.toHaveProperty("token");
      expect(JSON.stringify(body)).not.toContain(token);
    }
  });

  it("made from what the table holds opens nothing", async () => {
    const [row] = await test.sql<{ token: string }>("select token from sessions limit 1");
    for (const value of [row?.token ?? "", `${row?.token}.${"A".repeat(43)}=`]) {
      const cookie = `pulsekeep.session_token=${encodeURIComponent(value)}`;
      expect((await test.newClient().get("/api/v1/me", { cookie })).status).toBe(401);
    }
  });

  it("is over at once when one signs out, and the audit says so [SES-02]", async () => {
    const erin = await test.signUp("Erin");
    const cookie = `pulsekeep.session_token=${sessionCookie(erin)}`;
    expect((await test.newClient().get("/api/v1/me", { cookie })).status).toBe(200);
    expect((await erin.post("/api/auth/sign-out")).status).toBe(200);
    expect((await test.newClient().get("/api/v1/me", { cookie })).status).toBe(401);
    const again = test.newClient();
    await again.post("/api/auth/sign-in/email", { email: erin.email, password: TEST_PASSWORD });
    expect((await actionsOf(again)).slice(0, 2)).toEqual(["account.signed_in", "account.signed_out"]);
  });

  it("changes with each sign-in [SES-01]", async () => {
    const frank = await test.signUp("Frank");
    const before = sessionCookie(frank);
    await frank.post("/api/auth/sign-in/email", { email: frank.email, password: TEST_PASSWORD });
    expect(sessionCookie(frank)).not.toBe(before);
  });
});

describe("one's own profile", () => {
  it("changes, and the audit names the fields and not their content", async () => {
    const gina = await test.signUp("Gina");
    const answer = await gina.patch("/api/v1/me", {
      name: "  Gina Grey ",
      locale: "fr",
      timeZone: "Asia/Tokyo",
    });
    expect(answer).toMatchObject({
      status: 200,
      body: { user: { name: "Gina Grey", locale: "fr", timeZone: "Asia/Tokyo" } },
    });
    const { body } = await gina.get<Page<AuditEntry>>("/api/v1/audit");
    expect(body.rows[0]).toMatchObject({
      action: "account.updated",
      actor: { kind: "user" },
      facts: { fields: "name, locale, timeZone" },
    });
    expect(JSON.stringify(body)).not.toContain("Gina Grey");
  });

  it("changes by no route of the auth library", async () => {
    const hugo = await test.signUp("Hugo");
    expect((await hugo.post("/api/auth/update-user", { name: "Other", timeZone: "x" })).status).toBe(404);
    expect((await hugo.get("/api/v1/me")).body).toMatchObject({ user: { name: "Hugo" } });
  });
});

describe("signing in with GitHub", () => {
  it("makes an account that holds no token, and ends the token at GitHub [ZT-05]", async () => {
    const client = test.newClient();
    expect(await signInWithGitHub(client, "octo-alice")).toBe("/app");
    expect((await client.get("/api/v1/me")).body).toMatchObject({
      user: { name: "Alice Octo", email: "octo-alice@example.test", emailVerified: true },
    });
    const accounts = await test.sql(
      "select access_token, refresh_token, id_token, password, access_token_expires_at from accounts where provider_id = 'github'",
    );
    expect(accounts).toEqual([
      {
        access_token: null,
        refresh_token: null,
        id_token: null,
        password: null,
        access_token_expires_at: null,
      },
    ]);
    expectAllRevoked("oauth", 1);
  });

  it("asks for the address alone, with PKCE [ZT-04] [OAUTH-04]", async () => {
    const { body } = await test
      .newClient()
      .post<{ url: string }>("/api/auth/sign-in/social", { provider: "github", callbackURL: "/app" });
    const { searchParams } = new URL(body.url);
    expect(searchParams.get("scope")?.split(/[ ,]/).sort()).toEqual(["read:user", "user:email"]);
    expect(searchParams.get("code_challenge_method")).toBe("S256");
  });

  it("finds the same account again, still without a token", async () => {
    const client = test.newClient();
    await signInWithGitHub(client, "octo-alice");
    expect(
      await test.sql("select count(*)::int as n from users where email = 'octo-alice@example.test'"),
    ).toEqual([{ n: 1 }]);
    expect(
      await test.sql(
        "select 1 from accounts where coalesce(access_token, refresh_token, id_token) is not null",
      ),
    ).toEqual([]);
    expectAllRevoked("oauth", 2);
  });

  it("takes over no account that somebody opened with the same address [OAUTH-08]", async () => {
    const mallory = await test.signUp("octo-bob");
    const client = test.newClient();
    expect(await signInWithGitHub(client, "octo-bob")).toContain("error");
    expect((await client.get("/api/v1/me")).status).toBe(401);
    expect((await mallory.get("/api/v1/me")).body).toMatchObject({ user: { emailVerified: false } });
    expectAllRevoked("oauth", 3);
  });

  it("is refused to a browser that did not ask [OAUTH-02]", async () => {
    const { body } = await test
      .newClient()
      .post<{ url: string }>("/api/auth/sign-in/social", { provider: "github", callbackURL: "/app" });
    const victim = test.newClient();
    await victim.fetch("GET", await answerConsent(body.url));
    expect((await victim.get("/api/v1/me")).status).toBe(401);
  });

  it.each(["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"])(
    "sends nobody on to %s [OAUTH-06]",
    async (callbackURL) => {
      const answer = await test
        .newClient()
        .post("/api/auth/sign-in/social", { provider: "github", callbackURL });
      expect(answer.status).toBe(403);
    },
  );

  it("ends the token at the second try when GitHub fails at the first [ZT-03]", async () => {
    seed({ kind: "status", status: 502, path: "/api/applications/*" });
    expect(await signInWithGitHub(test.newClient(), "octo-alice")).toBe("/app");
    expectAllRevoked("oauth", 4);
  });

  it("leaves no live token when GitHub fails after it was given [ZT-03]", async () => {
    seed({ kind: "status", status: 500, path: "/api/user/emails" });
    const client = test.newClient();
    expect(await signInWithGitHub(client, "octo-alice")).toMatch(/^\/sign-in\?error=/);
    expect((await client.get("/api/v1/me")).status).toBe(401);
    expectAllRevoked("oauth", 4);
  });
});

function seed(fault: { kind: "status"; status: number; path: string }): void {
  test.standIn?.context.faults.seed(fault, 1);
}

function expectAllRevoked(kind: string, atLeast: number): void {
  const tokens = test.standIn?.context.store.tokens;
  const issued = (tokens?.listIssued() ?? []).filter((token) => token.kind === kind);
  expect(issued.length).toBeGreaterThanOrEqual(atLeast);
  expect(issued.filter(({ tokenPlain }) => tokens?.find(tokenPlain) !== undefined)).toEqual([]);
}
