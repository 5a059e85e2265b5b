import { describe, expect, it } from "vitest";
import { parseEnv } from "./env.js";

const keyring = JSON.stringify({ currentId: "k1", keys: { k1: Buffer.alloc(32, 7).toString("base64url") } });
const local = {
  PULSEKEEP_PUBLIC_URL: "http://localhost:3000",
  DATABASE_URL: "postgres://owner@127.0.0.1/pulsekeep",
  AUTH_SECRET: "0123456789abcdef0123456789abcdef",
  PULSEKEEP_KEYRING: keyring,
};
const production = {
  ...local,
  NODE_ENV: "production",
  PULSEKEEP_PUBLIC_URL: "https://pulse.example.com",
  GITHUB_CLIENT_ID: "a",
  GITHUB_CLIENT_SECRET: "b",
  GITHUB_PROVISIONING_CLIENT_ID: "c",
  GITHUB_PROVISIONING_CLIENT_SECRET: "d",
};

describe("the environment", () => {
  it("needs four values and fills in the rest", () => {
    const env = parseEnv(local);
    expect(env.PORT).toBe(3000);
    expect(env.PULSEKEEP_ROLES).toContain("scheduler");
    expect(env.GITHUB_API_URL).toBe("https://api.github.com");
  });

  it("names every bad value and never repeats it", () => {
    const secret = "hunter2-hunter2";
    const parse = () =>
      parseEnv({ ...local, AUTH_SECRET: secret, PORT: "http", PULSEKEEP_ROLES: "http,boss" });
    expect(parse).toThrow(/AUTH_SECRET[^]*PULSEKEEP_ROLES|PULSEKEEP_ROLES[^]*AUTH_SECRET/);
    expect(parse).toThrow(/PORT/);
    expect(parse).not.toThrow(secret);
  });

  it("takes an empty value as one that is not set", () =>
    expect(parseEnv({ ...local, REDIS_URL: "", PORT: "" })).toMatchObject({ PORT: 3000 }));

  it.each([
    ["a keyring without its current key", { PULSEKEEP_KEYRING: keyring.replace('"k1",', '"k2",') }],
    ["a key of the wrong length", { PULSEKEEP_KEYRING: '{"currentId":"k1","keys":{"k1":"AAAA"}}' }],
    ["half of an OAuth app", { GOOGLE_CLIENT_ID: "only-the-id" }],
    ["an allowed scrape without a port", { SCRAPE_ALLOW: "127.0.0.1" }],
  ])("refuses %s", (_, change) => expect(() => parseEnv({ ...local, ...change })).toThrow());

  it("accepts a complete production set-up", () => expect(parseEnv(production).NODE_ENV).toBe("production"));

  it.each([
    ["no GitHub apps", { GITHUB_CLIENT_ID: "", GITHUB_CLIENT_SECRET: "" }],
    [
      "no app for creating workers",
      { GITHUB_PROVISIONING_CLIENT_ID: "", GITHUB_PROVISIONING_CLIENT_SECRET: "" },
    ],
    ["plain HTTP", { PULSEKEEP_PUBLIC_URL: "http://pulse.example.com" }],
    ["a local GitHub", { GITHUB_URL: "http://localhost:4100" }],
    ["a placeholder as secret", { AUTH_SECRET: "please-change-me-please-change-me" }],
  ])("refuses production with %s", (_, change) =>
    expect(() => parseEnv({ ...production, ...change })).toThrow(),
  );
});
