import { describe, expect, it } from "vitest";
import { apiEnvironment, webEnvironment } from "./product-environment.ts";
import { readyLines } from "./ready-line.ts";
import type { LocalSecrets } from "./secrets.ts";
import { readStartOptions } from "./start-options.ts";

const secrets: LocalSecrets = {
  authSecret: "auth",
  keyringKeyId: "k1",
  keyringKey: "key",
  redisPassword: "redis",
  metricsToken: "metrics",
  githubClientSecret: "gh",
  githubProvisioningClientSecret: "ghp",
  googleClientSecret: "google",
  appleClientSecret: "apple",
  resendApiKey: "re_key",
};
const addresses = { databaseUrl: "postgres://db", redisUrl: undefined, webPort: 3100, emulated: undefined };
const apiEnv = (env: NodeJS.ProcessEnv) =>
  apiEnvironment(env, readStartOptions("/repo", env), secrets, addresses);

describe("the API's environment", () => {
  it("points to the local GitHub even where a GitHub runner set GITHUB_API_URL", () => {
    expect(apiEnv({ GITHUB_API_URL: "https://api.github.com" }).GITHUB_API_URL).toBe(
      "http://localhost:4100/api",
    );
  });

  it("leaves GitHub's addresses alone when real credentials are given", () => {
    const env = apiEnv({ GITHUB_CLIENT_ID: "Iv1.real", GITHUB_CLIENT_SECRET: "s" });
    expect(env).toMatchObject({ GITHUB_CLIENT_ID: "Iv1.real", GITHUB_CLIENT_SECRET: "s" });
    expect(env.GITHUB_URL).toBeUndefined();
  });

  it("prefers a person's own secrets to the local ones, but not empty ones", () => {
    expect(apiEnv({ AUTH_SECRET: "mine" }).AUTH_SECRET).toBe("mine");
    expect(apiEnv({ AUTH_SECRET: "" }).AUTH_SECRET).toBe("auth");
    expect(apiEnv({ PULSEKEEP_KEYRING_FILE: "ring.json" })).not.toHaveProperty("PULSEKEEP_KEYRING");
  });

  it("allows the sample app's address and no other to be scraped", () => {
    expect(apiEnv({}).SCRAPE_ALLOW).toBe("127.0.0.1:4200");
  });
});

it("gives the web server no secret", () => {
  const env = {
    PATH: "/bin",
    AUTH_SECRET: "mine",
    DATABASE_URL: "postgres://u:p@db/x",
    GITHUB_CLIENT_SECRET: "s",
  };
  const values = Object.values(webEnvironment(env, readStartOptions("/repo", env), 3100)).join(" ");
  expect(values).not.toMatch(/mine|u:p@|\bs\b/);
});

it("ends with one line that has address, sign-in, data and how to stop", () => {
  const last = readyLines(readStartOptions("/repo", {}), 3.21).at(-1);
  expect(last).toBe(
    "PulseKeep is ready at http://localhost:3000 (3.2 s). Sign in: create an account with e-mail and password, " +
      'or "Continue with GitHub" as octo-alice (local stand-in). Data: /repo/data. Stop: Ctrl-C.',
  );
});
