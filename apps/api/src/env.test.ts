import { spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { forgetSecrets, parseEnv } from "./env.js";

const ringOf = (key: Buffer | string) =>
  JSON.stringify({ currentId: "k1", keys: { k1: Buffer.from(key as string).toString("base64url") } });
const keyring = ringOf(randomBytes(32));
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
    ["a name server that has to be looked up itself", { PULSEKEEP_DNS_SERVERS: "dns.example.com" }],
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

describe("the keyring", () => {
  it.each<[string, string]>([
    ["none", ""],
    ["a short key", ringOf(randomBytes(16))],
    ["a long key", ringOf(randomBytes(33))],
    ["zeros", ringOf(Buffer.alloc(32))],
    ["one byte again and again", ringOf(Buffer.alloc(32, 0xa5))],
    ["a counter", ringOf(Buffer.from(Array.from({ length: 32 }, (_, at) => at * 3)))],
    ["a pass phrase", ringOf("correct horse battery staple 123")],
    ["hexadecimal digits", ringOf("0123456789abcdef0123456789abcdef")],
    ["the example of the documentation", '{"currentId":"k1","keys":{"k1":"<32 bytes, base64url>"}}'],
    ["no keys", '{"currentId":"k1","keys":{}}'],
    ["a current key out of the prototype", '{"currentId":"constructor","keys":{}}'],
  ])("with %s keeps the server from starting, and is not repeated [CRY-10]", (_, text) => {
    const parse = () => parseEnv({ ...local, PULSEKEEP_KEYRING: text });
    expect(parse).toThrow("PULSEKEEP_KEYRING");
    const key = /"k1":"([^"<]+)"/.exec(text)?.[1];
    if (key) expect(parse).not.toThrow(key);
  });

  it("takes every key that chance makes", () => {
    for (let round = 0; round < 2_000; round++)
      expect(() => parseEnv({ ...local, PULSEKEEP_KEYRING: ringOf(randomBytes(32)) })).not.toThrow();
  });

  it("refuses one key under two ids", () => {
    const key = randomBytes(32).toString("base64url");
    const text = JSON.stringify({ currentId: "k2", keys: { k1: key, k2: key } });
    expect(() => parseEnv({ ...local, PULSEKEEP_KEYRING: text })).toThrow("two ids");
  });

  it("may lie in a file, but not in both places", () => {
    const folder = mkdtempSync(path.join(tmpdir(), "pulsekeep-ring-"));
    const file = path.join(folder, "keyring.json");
    writeFileSync(file, keyring);
    const { PULSEKEEP_KEYRING: _, ...rest } = local;
    expect(parseEnv({ ...rest, PULSEKEEP_KEYRING_FILE: file }).PULSEKEEP_KEYRING.currentId).toBe("k1");
    expect(() => parseEnv({ ...local, PULSEKEEP_KEYRING_FILE: file })).toThrow("is set too");
    rmSync(folder, { recursive: true });
    expect(() => parseEnv({ ...rest, PULSEKEEP_KEYRING_FILE: file })).toThrow("cannot be read (ENOENT)");
  });

  it("is inherited by no child process, nor is any other secret [CRY-10]", () => {
    const environment: Record<string, string | undefined> = {
      ...production,
      PATH: process.env.PATH,
      REDIS_URL: "redis://:hunter2-hunter2@localhost",
      METRICS_TOKEN: "metrics-token-of-a-test",
      RESEND_API_KEY: "re_key-of-a-test",
    };
    const env = parseEnv(environment);
    forgetSecrets(environment);
    const child = spawnSync("/bin/cat", ["/proc/self/environ"], { env: environment as NodeJS.ProcessEnv });
    const inherited = child.stdout.toString();
    expect(inherited).toContain("PULSEKEEP_PUBLIC_URL");
    for (const secret of [
      ...Object.values(env.PULSEKEEP_KEYRING.keys),
      env.AUTH_SECRET,
      "hunter2-hunter2",
      "metrics-token-of-a-test",
      "re_key-of-a-test",
      "CLIENT_SECRET",
      "DATABASE_URL",
    ])
      expect(inherited).not.toContain(secret);
  });

  it("lies in no file of the repository [CRY-10]", () => {
    const root = fileURLToPath(new URL("../../../", import.meta.url));
    const files = spawnSync(
      "git",
      ["grep", "-lIE", '"?keys"?: ?[{] ?"?[A-Za-z0-9_-]+"?: ?"[A-Za-z0-9_-]{43}"'],
      {
        cwd: root,
        encoding: "utf8",
      },
    );
    expect(files.stdout).toBe("");
    expect(readFileSync(path.join(root, ".env.example"), "utf8")).toMatch(
      /^# PULSEKEEP_KEYRING=.*<32 bytes/m,
    );
  });
});
