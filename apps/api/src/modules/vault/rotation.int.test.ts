import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createApp } from "../../create-app.js";
import { parseEnv } from "../../env.js";
import { Databases } from "../../platform/database.js";
import { newId } from "../../platform/ids.js";
import { createLogger } from "../../platform/logger.js";
import { startTestApp, type TestApp } from "../../testing/test-app.js";
import { runKeysCommand } from "./keys-command.js";
import { openKeyring } from "./keyring.js";
import { KeyringQueries } from "./keyring.queries.js";
import { rewrapBatch } from "./rewrap.js";
import { VaultService } from "./vault.service.js";

const COMMAND = fileURLToPath(new URL("../../../dist/modules/vault/keys-command.js", import.meta.url));
const secret = Buffer.from("a secret that has to stay readable");
const newKey = () => randomBytes(32).toString("base64url");
const k1 = newKey();
const k2 = newKey();
const k3 = newKey();

let test: TestApp;
let workspaces: string[];
const sealed = new Map<string, { row: string; value: Buffer }>();
beforeAll(async () => {
  test = await startTestApp({
    roles: ["http"],
    transport: "postgres",
    env: { PULSEKEEP_KEYRING: JSON.stringify({ currentId: "k1", keys: { k1 } }) },
  });
  workspaces = Array.from({ length: 60 }, newId);
  for (const id of workspaces)
    await test.get(Databases).inTenant({ workspaceId: id }, async (tx) => {
      await tx.execute(`insert into workspaces (id, name) values ('${id}', 'Test')`);
      sealed.set(id, await sealIn(tx, id, test.get(VaultService)));
    });
});
afterAll(() => test.close());

type Tx = Parameters<VaultService["seal"]>[0];
const place = (row: string) => ({ table: "workers", column: "handshake_secret_sealed", row });
async function sealIn(tx: Tx, workspaceId: string, vault: VaultService) {
  const row = newId();
  return { row, value: await vault.seal(tx, workspaceId, place(row), secret) };
}
const envOf = (ring: { currentId: string; keys: Record<string, string> }) => ({
  ...test.source,
  PULSEKEEP_KEYRING: JSON.stringify(ring),
});
const vaultOf = (ring: { currentId: string; keys: Record<string, string> }) =>
  new VaultService(parseEnv(envOf(ring)), { now: () => new Date() });
const openAll = async (vault: VaultService) => {
  for (const [workspaceId, { row, value }] of sealed) {
    const opened = await test
      .get(Databases)
      .inTenant({ workspaceId }, (tx) => vault.open(tx, workspaceId, place(row), value));
    expect(opened).toEqual(secret);
  }
};
const keyCounts = async () =>
  Object.fromEntries(
    (
      await test.sql<{ id: string; n: number }>(
        "select keyring_key_id as id, count(*)::int as n from data_keys group by 1",
      )
    ).map(({ id, n }) => [id, n]),
  );
async function keys(args: string[], ring: { currentId: string; keys: Record<string, string> }) {
  const out: string[] = [];
  const err: string[] = [];
  const code = await runKeysCommand(args, envOf(ring), {
    out: (text) => out.push(text),
    err: (text) => err.push(text),
  });
  const text = out.join("\n");
  return {
    code,
    text,
    errors: err.join("\n"),
    json: args.includes("--json") && text ? JSON.parse(text) : undefined,
  };
}
const tryStart = (ring: { currentId: string; keys: Record<string, string> }) =>
  createApp(parseEnv(envOf(ring)), createLogger("silent")).then(
    async (app) => {
      await app.close();
      return "started";
    },
    (error: Error) => error.message,
  );

const both = { currentId: "k2", keys: { k1, k2 } };

it("does not start with a ring that lacks a key in use, or has another one under its id [CRY-06]", async () => {
  expect(await tryStart({ currentId: "k2", keys: { k2 } })).toContain("k1 (60 data keys)");
  expect(await tryStart({ currentId: "k1", keys: { k1: k3 } })).toContain("k1 is another one than before");
  expect((await keys(["rotate"], { currentId: "k2", keys: { k2 } })).errors).toContain("k1 (60 data keys)");
  expect((await keys(["status", "--json"], { currentId: "k2", keys: { k2 } })).code).toBe(1);
});

it("does not retire a key that still wraps, whoever asks [CRY-06]", async () => {
  await expect(test.sql("update keyring_keys set retired_at = now() where id = 'k1'")).rejects.toThrow(
    "still wraps",
  );
});

it("wraps everything anew while it is read and written, killed at every step [CRY-05]", async () => {
  if (!existsSync(COMMAND)) throw new Error("apps/api is not built: npm run build");
  const vault = vaultOf(both);
  let going = true;
  let reads = 0;
  const load = [0, 1, 2].map(async (offset) => {
    for (let round = offset; going; round += 3) {
      const workspaceId = workspaces[round % workspaces.length] ?? "";
      await test.get(Databases).inTenant({ workspaceId }, async (tx) => {
        const kept = sealed.get(workspaceId);
        if (!kept) throw new Error("nothing sealed");
        expect(await vault.open(tx, workspaceId, place(kept.row), kept.value)).toEqual(secret);
        if (round % 2 === 0) sealed.set(workspaceId, await sealIn(tx, workspaceId, vault));
      });
      reads += 1;
    }
  });
  // Killed by the power failing after the first, third and sixth batch; each next call goes on.
  for (const batches of [1, 3, 6]) await killAfter(batches);
  const halfway = await keyCounts();
  expect(halfway.k1).toBeGreaterThan(0);
  expect(halfway.k2).toBeGreaterThan(0);
  // And in the middle of a batch: what was not committed is as if it had never been.
  const dying = rewrapBatch(test.get(Databases).engine, openKeyring(both), {
    size: 5,
    record: async () => {
      throw new Error("killed");
    },
  });
  await expect(dying).rejects.toThrow("killed");
  const rest = await keys(["rotate", "--json", "--batch", "7"], both);
  going = false;
  await Promise.all(load);
  expect(rest).toMatchObject({ code: 0, json: { currentId: "k2", retired: ["k1"] } });
  expect(rest.json.rewrapped).toBeLessThan(60);
  expect(reads).toBeGreaterThan(20);
  expect(await keyCounts()).toEqual({ k2: 60 });
  await openAll(vault);
});

it("has told every workspace of it, once", async () => {
  const told = await test.sql(
    "select workspace_id, facts from audit_entries where action = 'data_key.rewrapped' order by workspace_id",
  );
  expect(told).toHaveLength(60);
  expect(told[0]).toMatchObject({ facts: { from: "k1", to: "k2" } });
});

it("goes on without the old key, and never takes it back [CRY-07]", async () => {
  await openAll(vaultOf({ currentId: "k2", keys: { k2 } }));
  expect(await tryStart({ currentId: "k1", keys: { k1, k2 } })).toContain("k1 is retired");
  await expect(test.sql("update keyring_keys set retired_at = null where id = 'k1'")).rejects.toThrow(
    "only ages",
  );
  await expect(test.sql("delete from keyring_keys where id = 'k1'")).rejects.toThrow("not forgotten");
});

it("opens nothing that a retired key wrapped, also with the key at hand [CRY-07]", async () => {
  const [workspaceId = ""] = workspaces;
  const vault = vaultOf(both);
  const [before] = await test.sql<{ id: string; key_wrapped: Buffer }>(
    "select id, key_wrapped from data_keys where workspace_id = $1",
    [workspaceId],
  );
  // As a row from an old backup would be.
  const { wrapDataKey } = await import("./data-key.js");
  const old = wrapDataKey(
    openKeyring({ currentId: "k1", keys: { k1 } }),
    { workspaceId, id: before?.id ?? "" },
    randomBytes(32),
  );
  const put = (keyringKeyId: string, keyWrapped: Buffer) =>
    test.sql("update data_keys set keyring_key_id = $1, key_wrapped = $2 where workspace_id = $3", [
      keyringKeyId,
      keyWrapped,
      workspaceId,
    ]);
  const { row, value } = sealed.get(workspaceId) ?? { row: "", value: Buffer.alloc(0) };
  const open = () =>
    test.get(Databases).inTenant({ workspaceId }, (tx) => vault.open(tx, workspaceId, place(row), value));
  await put("k1", old.keyWrapped);
  await expect(open()).rejects.toThrow("retired_key");
  // Nor when the column names another key than the one that wrapped.
  await put("k2", old.keyWrapped);
  await expect(open()).rejects.toThrow("tampered");
  const report = await keys(["verify", "--json"], both);
  expect(report).toMatchObject({ code: 1, json: { findings: [{ table: "data_keys", reason: "tampered" }] } });
  await put("k2", before?.key_wrapped ?? Buffer.alloc(0));
  expect(await open()).toEqual(secret);
});

it("seals no more with a data key, or wraps with a keyring key, that has done so too often [CRY-03]", async () => {
  const [, workspaceId = ""] = workspaces;
  const vault = vaultOf(both);
  const seal = (id: string) =>
    test.get(Databases).inTenant({ workspaceId: id }, (tx) => sealIn(tx, id, vault));
  await test.sql("update data_keys set seals = 16777215 where workspace_id = $1", [workspaceId]);
  await seal(workspaceId);
  await expect(seal(workspaceId)).rejects.toThrow("may seal no more");
  const fresh = newId();
  await test.sql("insert into workspaces (id, name) values ($1, 'Fresh')", [fresh]);
  await test.sql("update keyring_keys set wraps = 4294967296 where id = 'k2'");
  await expect(seal(fresh)).rejects.toThrow("k2 may wrap no more");
  expect(await test.sql("select 1 from data_keys where workspace_id = $1", [fresh])).toEqual([]);
});

it("lets a request change neither a wrapped key nor what is known of the ring", async () => {
  const [workspaceId = ""] = workspaces;
  const ask = (statement: string) =>
    test.get(Databases).inTenant({ workspaceId }, (tx) => tx.execute(statement));
  for (const statement of [
    "update data_keys set key_wrapped = ''",
    "update data_keys set keyring_key_id = 'k1'",
    "delete from data_keys",
    "update keyring_keys set retired_at = now()",
    "insert into keyring_keys (id, check_value) values ('k9', '')",
    "select check_value from keyring_keys",
  ])
    await expect(ask(statement)).rejects.toMatchObject({ cause: { code: "42501" } });
});

it("says how old the key is, as a gauge, a warning and a status", async () => {
  await test.sql("update keyring_keys set current_since = now() - interval '91 days' where id = 'k2'");
  const ring = { currentId: "k2", keys: { k2 } };
  const status = await keys(["status", "--json"], ring);
  expect(status).toMatchObject({
    code: 0,
    json: {
      currentId: "k2",
      waiting: 0,
      rotation: { state: "due" },
      keys: [
        { id: "k1", state: "retired", inRing: false, dataKeys: 0 },
        { id: "k2", state: "current", inRing: true, dataKeys: 60 },
      ],
    },
  });
  expect((await keys(["status"], ring)).text).toMatch(/current key k2, 91 days old, rotation due/);
  await test.sql("update keyring_keys set current_since = now() - interval '121 days' where id = 'k2'");
  expect((await keys(["status"], ring)).code).toBe(1);
  const queries = new KeyringQueries(parseEnv(envOf(ring)), { now: () => new Date() }, test.get(Databases));
  expect(await queries.getHealth()).toMatchObject({
    currentId: "k2",
    rotation: "overdue",
    waiting: 0,
    dataKeys: 60,
  });
});

it("makes a new key into the file that holds the ring, and shows it nowhere", async () => {
  const folder = mkdtempSync(path.join(tmpdir(), "pulsekeep-ring-"));
  const file = path.join(folder, "keyring.json");
  writeFileSync(file, JSON.stringify({ currentId: "k2", keys: { k2 } }), { mode: 0o600 });
  const said: string[] = [];
  const io = { out: (text: string) => said.push(text), err: (text: string) => said.push(text) };
  const { PULSEKEEP_KEYRING: _, ...rest } = envOf(both);
  expect(await runKeysCommand(["rotate", "--new-key"], { ...rest, PULSEKEEP_KEYRING_FILE: file }, io)).toBe(
    0,
  );
  const ring = JSON.parse(readFileSync(file, "utf8")) as typeof both;
  expect(ring.keys.k2).toBe(k2);
  expect(ring.currentId).toMatch(/^k\d{8}-[0-9a-f]{6}$/);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  for (const key of Object.values(ring.keys)) expect(said.join("\n")).not.toContain(key);
  rmSync(folder, { recursive: true });
});

it("answers an order that it does not know with its usage, and a bad environment with its name", async () => {
  for (const args of [
    [],
    ["destroy"],
    ["status", "--new-key"],
    ["rotate", "--batch", "0"],
    ["rotate", "now"],
  ])
    expect((await keys(args, both)).code).toBe(2);
  const bad = await keys(["status"], { currentId: "k2", keys: { k2: "short" } });
  expect(bad).toMatchObject({ code: 78, text: "" });
  expect(bad.errors).not.toContain("short");
});

/** Runs the built command until it has reported so many batches of two, then ends it as the power failing would. */
async function killAfter(batches: number): Promise<void> {
  const child = spawn(process.execPath, [COMMAND, "rotate", "--batch", "2"], {
    env: { PATH: process.env.PATH, ...envOf(both) },
    stdio: ["ignore", "ignore", "pipe"],
  });
  let text = "";
  child.stderr.on("data", (chunk: Buffer) => {
    text += chunk.toString();
    if ((text.match(/wrapped anew/g)?.length ?? 0) >= batches) child.kill("SIGKILL");
  });
  await once(child, "exit");
  if (child.signalCode !== "SIGKILL") throw new Error(`The command ended by itself:\n${text}`);
}
