import { request } from "node:http";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestApp, TEST_PASSWORD, type TestApp } from "../../testing/test-app.js";
import type { TestClient } from "../../testing/test-client.js";

let test: TestApp;
beforeAll(async () => {
  // No window ends between two requests of a test.
  const at = new Date();
  test = await startTestApp({ roles: ["http"], clock: () => at });
});
afterAll(() => test.close());

describe("limits", () => {
  let clients = 0;

  /** Each from another network; a password that is none is refused before it is hashed. */
  const from = (address: string, path: string, email: string) =>
    test.newClient().post(`/api/auth/${path}`, { email, password: 5 }, { "x-forwarded-for": address });
  const elsewhere = (path: string, email: string) => {
    clients += 1;
    return from(`203.0.113.${clients % 250}`, path, email);
  };
  const statuses = async (calls: Promise<{ status: number }>[]) =>
    (await Promise.all(calls)).map(({ status }) => status);

  it("RATE-07 counts by account and by address, the same for accounts that are none", async () => {
    const times = Array.from({ length: 110 }, (_, index) => index);
    for (const email of ["vera@example.test", "nobody@example.test"]) {
      const writings = [email, email.toUpperCase(), ` ${email}`];
      const answers = await statuses(times.map((n) => elsewhere("sign-in/email", writings[n % 3] ?? email)));
      expect(answers.filter((status) => status === 429)).toHaveLength(10);
    }
    const spray = await statuses(
      times.slice(0, 40).map((n) => from("198.51.100.7", "sign-in/email", `a${n}@example.test`)),
    );
    expect(spray.filter((status) => status === 429)).toHaveLength(20);
    expect((await from("198.51.100.8", "sign-in/email", "a1@example.test")).status).not.toBe(429);
    // Her account is no worse off than before: another address, another account.
    expect((await elsewhere("sign-in/email", "walter@example.test")).status).not.toBe(429);
  });

  it("RATE-07 lets in who has signed in with this browser before, while strangers hammer the account", async () => {
    const yara = await test.signUp("Yara");
    const hammer = () => statuses(Array.from({ length: 101 }, () => elsewhere("sign-in/email", yara.email)));
    expect((await hammer()).filter((status) => status === 429).length).toBeGreaterThan(0);
    const signIn = (client: TestClient, password: unknown = TEST_PASSWORD, headers = {}) =>
      client.post("/api/auth/sign-in/email", { email: yara.email, password }, headers);
    // A browser that was never here waits; the one that she signed up with does not, and needs her password as ever.
    const stranger = test.newClient();
    expect((await signIn(stranger)).status).toBe(429);
    expect((await signIn(yara)).status).toBe(200);
    expect((await signIn(yara, "not-her-password")).status).toBe(401);
    // What another account's browser was given is worth nothing here, and what somebody made up neither.
    const zoe = await test.signUp("Zoe");
    expect((await signIn(zoe)).status).toBe(429);
    const cookie = `pulsekeep.devices=${"A".repeat(22)}.99999999999.${"A".repeat(43)}`;
    expect((await signIn(stranger, TEST_PASSWORD, { cookie })).status).toBe(429);
    // A browser that was stolen does not guess for ever: it has a count of its own, and shares no other.
    const guesses = await statuses(
      Array.from({ length: 20 }, (_, n) => signIn(yara, 5, { "x-forwarded-for": `192.0.2.${200 + n}` })),
    );
    expect(guesses).toContain(429);
    expect((await elsewhere("sign-in/email", "walter@example.test")).status).not.toBe(429);
  });

  it("RATE-07 counts a sign-in however its address and its body are spelled", async () => {
    const spellings = ["./sign-in/email", "%2e/sign-in/email", "x/../sign-in/email", "sign-in\\email"];
    const answers = await statuses(
      Array.from({ length: 24 }, (_, n) =>
        postAsSpelled(`/api/auth/${spellings[n % 4]}`, `c${n}@example.test`),
      ),
    );
    expect(answers.filter((status) => status === 429)).toHaveLength(4);
    const yves = await test.signUp("Yves");
    const marked = `\uFEFF${JSON.stringify({ email: yves.email, password: TEST_PASSWORD })}`;
    const headers = { "content-type": "application/json" };
    const browser = test.newClient();
    await browser.call("POST", "/api/auth/sign-in/email", { raw: marked, headers });
    // Who is given a count of one's own has been counted by the account.
    expect(browser.jar.get(test.url)?.has("pulsekeep.devices")).toBe(true);
  });

  /** As a client sends it that leaves the dots of a path where they are. */
  const postAsSpelled = (path: string, email: string) =>
    new Promise<{ status: number }>((resolve, reject) => {
      const { hostname, port, origin } = new URL(test.url);
      const sent = request({ hostname, port, path, method: "POST" }, (answer) => {
        answer.resume().once("end", () => resolve({ status: answer.statusCode ?? 0 }));
      });
      sent.once("error", reject);
      sent.setHeader("origin", origin);
      sent.setHeader("content-type", "application/json");
      sent.setHeader("x-forwarded-for", "198.51.100.9");
      sent.end(JSON.stringify({ email, password: 5 }));
    });

  it("RATE-07 gives a browser a count of its own for the account that it signed in to, whomever it names", async () => {
    const [olivia, mallory] = [await test.signUp("Olivia"), await test.signUp("Mallory")];
    const devices = mallory.jar.get(test.url)?.get("pulsekeep.devices");
    const answer = await mallory.post("/api/auth/change-password", {
      currentPassword: TEST_PASSWORD,
      newPassword: `${TEST_PASSWORD}-new`,
      revokeOtherSessions: true,
      email: olivia.email,
    });
    expect(answer.status).toBe(200);
    expect(devices).toBeDefined();
    expect(mallory.jar.get(test.url)?.get("pulsekeep.devices")).toBe(devices);
  });

  it("RATE-03 counts a whole /64 as one address", async () => {
    const ask = (host: string, n: number) => from(host, "sign-in/email", `b${n}@example.test`);
    const hosts = Array.from({ length: 21 }, (_, n) => ask(`2001:db8:7:7::${n.toString(16)}`, n));
    expect((await statuses(hosts)).filter((status) => status === 429)).toHaveLength(1);
    expect((await ask("2001:db8:7:8::1", 30)).status).not.toBe(429);
  });

  it("RATE-09 sends one mailbox five mails in a quarter of an hour at most, whoever asks", async () => {
    for (const email of ["xenia@example.test", "nobody.else@example.test"]) {
      const answers = await statuses(
        Array.from({ length: 12 }, (_, n) =>
          elsewhere(n % 2 === 0 ? "send-verification-email" : "sign-up/email", email),
        ),
      );
      expect(answers.filter((status) => status === 429)).toHaveLength(7);
    }
  });
});
