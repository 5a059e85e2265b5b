import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { apiClient } from "../testing/api-client.js";
import {
  authorizeQuery,
  type ContractServer,
  contractServers,
  exchange,
  REDIRECT_URI,
  signedInClient,
} from "./contract-server.js";

describe.each(contractServers)("OAuth at $name", ({ start }) => {
  let server: ContractServer;
  beforeAll(async () => {
    server = await start();
  });
  afterAll(() => server.close());

  const codeOf = async (scope = "repo workflow"): Promise<string> => {
    const sentTo = await server.consent({ login: "octo-alice", scope, state: "opaque" });
    return sentTo.searchParams.get("code") ?? "";
  };

  test("the consent page names the app and the accounts", async () => {
    const page = await fetch(
      `${server.webUrl}/login/oauth/authorize?${authorizeQuery({ scope: "repo", state: "x" })}`,
    );
    const text = await page.text();
    expect(page.status).toBe(200);
    expect(text).toContain("Provisioning");
    expect(text).toContain("octo-alice");
    expect(text).toContain("octo-bob");
  });

  test("the browser comes back with a code and the state it was sent with", async () => {
    const sentTo = await server.consent({ login: "octo-alice", scope: "repo", state: "opaque &=" });
    expect(`${sentTo.origin}${sentTo.pathname}`).toBe(REDIRECT_URI);
    expect(sentTo.searchParams.get("state")).toBe("opaque &=");
    expect(sentTo.searchParams.get("code")).toMatch(/^\w{16,}$/);
  });

  test("a code buys a bearer token", async () => {
    const answer = await exchange(server, { code: await codeOf() });
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({
      token_type: "bearer",
      access_token: expect.stringMatching(/^gho_/),
    });
  });

  test("a code works once", async () => {
    const code = await codeOf();
    await exchange(server, { code });
    const second = await exchange(server, { code });
    expect(second.status).toBe(200);
    expect(second.body).toMatchObject({ error: "bad_verification_code" });
  });

  test("a wrong client secret is told with status 200", async () => {
    const answer = await exchange(server, { code: await codeOf(), client_secret: "wrong" });
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({ error: "incorrect_client_credentials" });
  });

  test("an unknown client id gets no consent page", async () => {
    const page = await fetch(`${server.webUrl}/login/oauth/authorize?client_id=nobody`);
    expect(page.status).toBeGreaterThanOrEqual(400);
  });

  test("the token speaks for the account that consented", async () => {
    const api = await signedInClient(server, "user:email");
    expect((await api.call("GET", "/user")).body).toMatchObject({ login: "octo-alice", type: "User" });
    const emails = await api.call("GET", "/user/emails");
    expect(emails.body).toContainEqual(
      expect.objectContaining({ email: "octo-alice@example.test", primary: true, verified: true }),
    );
  });

  test("without a token nobody is signed in", async () => {
    const answer = await apiClient(server.apiUrl).call("GET", "/user");
    expect(answer.status).toBe(401);
    expect(answer.body).toMatchObject({ message: expect.any(String) });
  });
});
