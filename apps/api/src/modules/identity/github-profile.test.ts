import { randomBytes } from "node:crypto";
import { afterEach, expect, it, vi } from "vitest";
import { parseEnv } from "../../env.js";
import { createLogger } from "../../platform/logger.js";
import { readGitHubProfile } from "./github-profile.js";

const env = parseEnv({
  PULSEKEEP_PUBLIC_URL: "http://localhost:3000",
  DATABASE_URL: "postgres://localhost/x",
  AUTH_SECRET: "x".repeat(32),
  PULSEKEEP_KEYRING: JSON.stringify({ currentId: "k", keys: { k: randomBytes(32).toString("base64url") } }),
  GITHUB_CLIENT_ID: "id",
  GITHUB_CLIENT_SECRET: "secret",
});

afterEach(() => vi.unstubAllGlobals());

type Email = { email: string; primary: boolean; verified: boolean };

async function profileWith(emails: Email[]) {
  const asked: string[] = [];
  vi.stubGlobal("fetch", async (url: string, init: { method?: string } = {}) => {
    asked.push(`${init.method ?? "GET"} ${new URL(url).pathname}`);
    if (init.method === "DELETE") return new Response(null, { status: 204 });
    const body = url.endsWith("/emails") ? emails : { id: 1, login: "octo", email: "profile@example.test" };
    return Response.json(body);
  });
  const profile = await readGitHubProfile(env, "gho_token", createLogger("silent"));
  return { profile, asked };
}

it("takes the verified primary address", async () => {
  const { profile, asked } = await profileWith([
    { email: "second@example.test", primary: false, verified: true },
    { email: "first@example.test", primary: true, verified: true },
  ]);
  expect(profile).toMatchObject({ id: "1", email: "first@example.test", emailVerified: true });
  expect(asked).toContain("DELETE /applications/id/token");
});

it.each<[string, Email[]]>([
  ["an unverified primary address", [{ email: "first@example.test", primary: true, verified: false }]],
  [
    "an unverified primary address beside a verified one",
    [
      { email: "first@example.test", primary: true, verified: false },
      { email: "second@example.test", primary: false, verified: true },
    ],
  ],
  ["no address but the profile's", []],
])("signs nobody in with %s, and ends the token [OAUTH-15]", async (_, emails) => {
  const { profile, asked } = await profileWith(emails);
  expect(profile).toBeNull();
  expect(asked).toContain("DELETE /applications/id/token");
});
