import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { writeRunningFile } from "../start/running-file.ts";
import { findKeysEnvironment } from "./keys-environment.ts";

let root: string;
beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), "pulsekeep-keys-"));
  mkdirSync(path.join(root, "data"));
});
afterEach(() => rmSync(root, { recursive: true }));

const databaseUrl = "postgres://owner:x@127.0.0.1:1/pulsekeep";
const run = () =>
  writeRunningFile(path.join(root, "data"), {
    url: "http://localhost:3300",
    supervisorPid: 1,
    pids: {},
    databaseUrl,
    superuserUrl: undefined,
    redisUrl: undefined,
    standInUrl: undefined,
    emulated: undefined,
  });

it("is that of the product which runs in this checkout", () => {
  run();
  const env = findKeysEnvironment(root, { PATH: "/bin" });
  expect(env).toMatchObject({
    DATABASE_URL: databaseUrl,
    PULSEKEEP_PUBLIC_URL: "http://localhost:3300",
    PATH: "/bin",
  });
  // The secrets that the server was started with, the second time too.
  expect(findKeysEnvironment(root, {})?.PULSEKEEP_KEYRING).toBe(env?.PULSEKEEP_KEYRING);
  const own = JSON.stringify({ currentId: "k9", keys: {} });
  expect(findKeysEnvironment(root, { PULSEKEEP_KEYRING: own })?.PULSEKEEP_KEYRING).toBe(own);
});

it("is the operator's own where one is named, and none where nothing runs", () => {
  expect(findKeysEnvironment(root, {})).toBeUndefined();
  run();
  expect(findKeysEnvironment(root, { DATABASE_URL: "postgres://o@db/x" })).toBeUndefined();
});

it("says so when the secrets are damaged", () => {
  run();
  writeFileSync(path.join(root, "data/secrets.json"), "{");
  expect(() => findKeysEnvironment(root, {})).toThrow("damaged");
});
