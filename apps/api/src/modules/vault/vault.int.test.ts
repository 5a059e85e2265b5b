import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, expect, it } from "vitest";
import { parseEnv } from "../../env.js";
import { Databases } from "../../platform/database.js";
import { newId } from "../../platform/ids.js";
import { startTestApp, type TestApp } from "../../testing/test-app.js";
import type { TestClient } from "../../testing/test-client.js";
import { VaultService } from "./vault.service.js";

let test: TestApp;
let vault: VaultService;
const clock = { now: () => new Date() };
let alice: string;
let bob: string;
const secret = randomBytes(32);
const place = { table: "workers", column: "handshake_secret_sealed", row: newId() };
beforeAll(async () => {
  test = await startTestApp({ roles: ["http"] });
  vault = test.get(VaultService);
  alice = await workspaceOf(await test.signUp("Alice"));
  bob = await workspaceOf(await test.signUp("Bob"));
});
afterAll(() => test.close());

const workspaceOf = async (client: TestClient): Promise<string> =>
  (await client.get<{ workspace: { id: string } }>("/api/v1/me")).body.workspace.id;
const seal = (workspaceId: string) =>
  test.get(Databases).inTenant({ workspaceId }, (tx) => vault.seal(tx, workspaceId, place, secret));
const open = (workspaceId: string, sealed: Uint8Array, at = place, by = vault) =>
  test.get(Databases).inTenant({ workspaceId }, (tx) => by.open(tx, workspaceId, at, sealed));

it("opens what it sealed, in the same place alone [IDOR-12]", async () => {
  const sealed = await seal(alice);
  await seal(bob);
  expect(await open(alice, sealed)).toEqual(secret);
  await expect(open(alice, sealed, { ...place, row: newId() })).rejects.toThrow("does not open");
  await expect(open(alice, sealed, { ...place, column: "other" })).rejects.toThrow("does not open");
  await expect(open(alice, sealed, { ...place, table: "projects" })).rejects.toThrow("does not open");
  await expect(open(bob, sealed)).rejects.toThrow("does not open");
});

it("opens nothing for a tenant who took over the other's data key with the row", async () => {
  const sealed = await seal(alice);
  await seal(bob);
  await test.sql("create table kept as select * from data_keys");
  await test.sql(
    "update data_keys set key_wrapped = (select key_wrapped from kept where workspace_id = $1), id = gen_random_uuid() where workspace_id = $2",
    [alice, bob],
  );
  await expect(open(bob, sealed)).rejects.toThrow("data key");
  await test.sql(
    "update data_keys d set key_wrapped = k.key_wrapped, id = k.id from kept k where k.workspace_id = d.workspace_id",
  );
  await test.sql("drop table kept");
});

it("gives a workspace one data key, also when twenty first secrets come together", async () => {
  const carol = await workspaceOf(await test.signUp("Carol"));
  const sealed = await Promise.all(Array.from({ length: 20 }, () => seal(carol)));
  expect(await test.sql("select count(*)::int as n from data_keys where workspace_id = $1", [carol])).toEqual(
    [{ n: 1 }],
  );
  for (const value of sealed) expect(await open(carol, value)).toEqual(secret);
});

it("opens old values while the old key is in the ring, and none when it is gone", async () => {
  const sealed = await seal(alice);
  const fresh = randomBytes(32).toString("base64url");
  const withRing = (ring: object) =>
    new VaultService(parseEnv({ ...test.source, PULSEKEEP_KEYRING: JSON.stringify(ring) }), clock);
  const keys = test.env.PULSEKEEP_KEYRING.keys;
  expect(
    await open(alice, sealed, place, withRing({ currentId: "k2", keys: { ...keys, k2: fresh } })),
  ).toEqual(secret);
  await expect(
    open(alice, sealed, place, withRing({ currentId: "k2", keys: { k2: fresh } })),
  ).rejects.toThrow("data key");
  await expect(
    open(alice, sealed, place, withRing({ currentId: "k1", keys: { k1: fresh } })),
  ).rejects.toThrow("data key");
});

it("seals the same secret differently each time", async () => {
  const [first, second] = [await seal(alice), await seal(alice)];
  expect(first.equals(second)).toBe(false);
  expect(first.includes(secret)).toBe(false);
});
