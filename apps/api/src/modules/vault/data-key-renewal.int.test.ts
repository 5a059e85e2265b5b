import { randomBytes } from "node:crypto";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { connect } from "@pulsekeep/database";
import { deriveWorkerKeys, epochAt, signProof } from "@pulsekeep/signing";
import { sql } from "drizzle-orm";
import { Databases } from "../../platform/database.js";
import { newId } from "../../platform/ids.js";
import { startTestApp, type TestApp } from "../../testing/test-app.js";
import type { TestClient } from "../../testing/test-client.js";
import { eventually } from "../../testing/test-eventually.js";
import { untilWaiting } from "../../testing/test-locks.js";
import { createTestProject } from "../../testing/test-project.js";
import { enrolTestWorker, type TestWorker } from "../../testing/test-worker.js";
import { DataKeyJobs } from "./data-key.jobs.js";
import { openKeyring } from "./keyring.js";
import { runKeysCommand } from "./keys-command.js";
import { forgetFormerKeys, renewDataKeys } from "./renew-data-keys.js";
import { listSealedColumns } from "./sealed-columns.js";
import { VaultService } from "./vault.service.js";
import { verifyVault } from "./verify-vault.js";

const DAY_MS = 86_400_000;

let test: TestApp;
let alice: TestClient;
let bob: TestClient;
let worker: TestWorker;
let project: Awaited<ReturnType<typeof createTestProject>>;
let bobs: TestWorker;
let daysAhead = 0;
beforeAll(async () => {
  test = await startTestApp({
    roles: ["http"],
    transport: "postgres",
    clock: () => new Date(Date.now() + daysAhead * DAY_MS),
  });
  [alice, bob] = await Promise.all([test.signUp("Alice"), test.signUp("Bob")]);
  worker = await enrolTestWorker(test, alice);
  bobs = await enrolTestWorker(test, bob);
  project = await createTestProject(alice);
  await alice.post(`${project.path}/hmac/enable`);
  await alice.post(`${project.path}/hmac/rotate`, { overlapSeconds: 600 });
});
afterEach(() => {
  daysAhead = 0;
});
afterAll(() => test.close());

type KeyRow = { id: string; key_wrapped: Buffer; former_id: string | null; seals: string; created_at: Date };
const keyOf = async ({ workspaceId }: { workspaceId: string }): Promise<KeyRow> => {
  const [row] = await test.sql<KeyRow>("select * from data_keys where workspace_id = $1", [workspaceId]);
  if (!row) throw new Error("no data key");
  return row;
};
const verify = async () => {
  const { pool, database } = connect(test.env.DATABASE_URL, "pulsekeep_backup", { max: 1 });
  try {
    return await verifyVault(database, openKeyring(test.env.PULSEKEEP_KEYRING));
  } finally {
    await pool.end();
  }
};
const renewAll = (more: Partial<Parameters<typeof renewDataKeys>[1]> = {}) =>
  renewDataKeys(test.get(Databases).engine, {
    ring: openKeyring(test.env.PULSEKEEP_KEYRING),
    madeBefore: new Date(Date.now() + DAY_MS),
    size: 100,
    except: [],
    record: async () => undefined,
    ...more,
  });
const place = { table: "workers", column: "handshake_secret_sealed" };
const readSealed = async ({ id }: { id: string }): Promise<Buffer> =>
  (
    await test.sql<{ sealed: Buffer }>(
      "select handshake_secret_sealed as sealed from workers where id = $1",
      [id],
    )
  )[0]?.sealed ?? Buffer.alloc(0);
const open = ({ id, workspaceId }: TestWorker, sealed: Buffer) =>
  test
    .get(Databases)
    .inTenant({ workspaceId }, (tx) =>
      test.get(VaultService).open(tx, workspaceId, { ...place, row: id }, sealed),
    );

it("may write every column that holds something sealed, or it could not seal it anew", async () => {
  const engine = test.get(Databases).engine;
  const columns = await listSealedColumns(engine);
  expect(columns.length).toBeGreaterThan(5);
  for (const { table, column } of columns) {
    const { rows } = await engine.execute<{ may: boolean }>(
      sql`select has_column_privilege(${table}, ${column}, 'select') and has_column_privilege(${table}, ${column}, 'update') as may`,
    );
    expect({ table, column, ...rows[0] }).toEqual({ table, column, may: true });
  }
});

const age = (days: number) => test.sql(`update data_keys set created_at = now() - interval '${days} days'`);

it("leaves data keys alone that are young", async () => {
  const before = await keyOf(worker);
  await age(89);
  await test.get(DataKeyJobs).turn();
  expect((await keyOf(worker)).id).toBe(before.id);
});

it("makes a data key anew when its time has come, and what it sealed opens as before", async () => {
  const before = await keyOf(worker);
  const sealed = await readSealed(worker);
  await age(91);
  // One look an hour.
  expect(await test.get(DataKeyJobs).turn()).toBe("idle");
  daysAhead = 1;
  expect(await test.get(DataKeyJobs).turn()).toBe("more");
  expect(await test.get(DataKeyJobs).turn()).toBe("idle");
  const after = await keyOf(worker);
  expect(after.id).not.toBe(before.id);
  expect(after.key_wrapped).not.toEqual(before.key_wrapped);
  expect(after.former_id).toBe(before.id);
  const anew = await readSealed(worker);
  expect(anew).not.toEqual(sealed);
  expect(anew.includes(before.id)).toBe(false);
  expect(await open(worker, anew)).toEqual(Buffer.from(worker.handshakeSecret));
  expect(await verify()).toMatchObject({ findings: [] });
  // The worker that GitHub runs has the same root as before.
  daysAhead = 0;
  expect((await worker.hello()).status).toBe(200);
  expect(
    await test.sql(
      "select actor_kind, subject_id, facts from audit_entries where action = 'data_key.renewed' and workspace_id = $1",
      [worker.workspaceId],
    ),
  ).toEqual([
    { actor_kind: "system", subject_id: after.id, facts: { from: before.id, to: after.id, values: 3 } },
  ]);
});

it("opens what was read just before, and forgets the former key soon afterwards", async () => {
  const sealed = await readSealed(worker);
  expect((await renewAll()).renewed).toBe(2);
  expect(await open(worker, sealed)).toEqual(Buffer.from(worker.handshakeSecret));
  expect(await forgetFormerKeys(test.get(Databases).engine)).toBe(0);
  await test.sql("update data_keys set created_at = created_at - interval '16 minutes'");
  expect(await forgetFormerKeys(test.get(Databases).engine)).toBe(2);
  await expect(open(worker, sealed)).rejects.toThrow("does not open");
  expect(await open(worker, await readSealed(worker))).toEqual(Buffer.from(worker.handshakeSecret));
});

it("loses nothing that is read and written meanwhile", async () => {
  const { id, workspaceId } = worker;
  const databases = test.get(Databases);
  const vault = test.get(VaultService);
  const done = { reads: 0, writes: 0 };
  let going = true;
  const reader = async () => {
    while (going) {
      // Two statements with everything between them that may be.
      const sealed = await readSealed(worker);
      if (!(await open(worker, sealed)).equals(worker.handshakeSecret)) throw new Error("another value");
      done.reads += 1;
    }
  };
  const writer = async () => {
    while (going) {
      await databases.inTenant({ workspaceId }, async (tx) => {
        const anew = await vault.reseal(tx, workspaceId, { ...place, row: id }, worker.handshakeSecret);
        await tx.execute(sql`update workers set handshake_secret_sealed = ${anew} where id = ${id}`);
      });
      done.writes += 1;
    }
  };
  const load = Promise.all([reader(), reader(), writer()]);
  let renewed = 0;
  for (let round = 0; round < 8; round++) {
    const { reads, writes } = done;
    // Readers of the round before are through: a value is never two renewals old.
    await eventually(async () => done.reads >= reads + 4 && done.writes > writes);
    renewed += (await renewAll()).renewed;
  }
  going = false;
  await load;
  expect(renewed).toBeGreaterThan(8);
  expect(await verify()).toMatchObject({ dataKeys: 2, findings: [] });
});

it("lets nobody seal under the key that is being replaced", async () => {
  const { id, workspaceId } = worker;
  const inside = Promise.withResolvers<void>();
  const held = Promise.withResolvers<void>();
  const renewing = renewAll({
    record: async (_, renewal) => {
      if (renewal.workspaceId !== workspaceId) return;
      inside.resolve();
      await held.promise;
    },
  });
  await inside.promise;
  const sealing = test.get(Databases).inTenant({ workspaceId }, async (tx) => {
    const anew = await test
      .get(VaultService)
      .reseal(tx, workspaceId, { ...place, row: id }, worker.handshakeSecret);
    await tx.execute(sql`update workers set handshake_secret_sealed = ${anew} where id = ${id}`);
  });
  await untilWaiting(test);
  held.resolve();
  await Promise.all([renewing, sealing]);
  expect(await verify()).toMatchObject({ findings: [] });
});

it("leaves everything as it was when it is killed halfway", async () => {
  const before = [await keyOf(worker), await readSealed(worker)];
  const dying = () => Promise.reject(new Error("killed"));
  await expect(renewAll({ record: dying })).rejects.toThrow("killed");
  expect([await keyOf(worker), await readSealed(worker)]).toEqual(before);
});

it("needs nobody for the keys of the protocol: they change every 30 days, until the root is 180 days old", async () => {
  await test.sql("update workers set secret_expires_at = now() + interval '180 days' where id = $1", [
    worker.id,
  ]);
  const helloAfter = async (days: number) => {
    daysAhead = days;
    return (await worker.hello({ now: new Date(Date.now() + days * DAY_MS) })).status;
  };
  for (const days of [31, 61, 91, 121, 151, 179]) {
    expect(await helloAfter(days)).toBe(200);
    // What the keys of an epoch that is over have proven is worth nothing, at whatever time it says it is.
    const old = deriveWorkerKeys({
      handshakeSecret: worker.handshakeSecret,
      clientId: worker.clientId,
      epoch: epochAt(new Date(Date.now() + (days - 31) * DAY_MS)),
    });
    const proof = signProof({
      keys: old,
      clientId: worker.clientId,
      now: new Date(Date.now() + days * DAY_MS),
      jti: randomBytes(16).toString("base64url"),
      sessionId: undefined,
      request: { server: test.url, method: "POST", url: `${test.url}/v1/worker/hello`, body: "{}" },
    });
    expect((await worker.call("hello", {}, { proof })).status).toBe(401);
  }
  expect(await helloAfter(181)).toBe(403);
});

it("waits for nobody: what somebody holds is done the next time", async () => {
  const before = await keyOf(worker);
  await test.get(Databases).inTenant(worker, async (tx) => {
    await tx.execute(sql`select 1 from workers where id = ${worker.id} for update`);
    expect(await renewAll()).toMatchObject({ renewed: 1, busy: [worker.workspaceId], failed: [] });
  });
  expect((await keyOf(worker)).id).toBe(before.id);
  expect((await renewAll()).renewed).toBe(2);
});

it("makes a key anew early that has sealed very often [CRY-03]", async () => {
  const before = await keyOf(worker);
  await test.sql("update data_keys set seals = 8388608 where workspace_id = $1", [worker.workspaceId]);
  expect((await renewAll({ madeBefore: new Date(0) })).renewed).toBe(1);
  const after = await keyOf(worker);
  expect(after.id).not.toBe(before.id);
  expect(Number(after.seals)).toBeLessThan(10);
});

it("does not replace the only key to something that does not open, and says so once a look", async () => {
  const sealed = await readSealed(bobs);
  const tampered = Buffer.from(sealed);
  tampered[tampered.length - 1] = (tampered.at(-1) ?? 0) ^ 1;
  const put = (value: Buffer) =>
    test.sql("update workers set handshake_secret_sealed = $1 where id = $2", [value, bobs.id]);
  await put(tampered);
  const before = await keyOf(bobs);
  await age(100);
  daysAhead = 2;
  const jobs = test.get(DataKeyJobs);
  while ((await jobs.turn()) === "more");
  expect((await keyOf(bobs)).id).toBe(before.id);
  expect(test.logs.filter((line) => line.includes("cannot be made anew"))).toHaveLength(1);
  // Nobody looks for an hour, and then again.
  await put(sealed);
  expect(await jobs.turn()).toBe("idle");
  daysAhead += 1;
  while ((await jobs.turn()) === "more");
  expect((await keyOf(bobs)).id).not.toBe(before.id);
});

it("is what `keys rotate --data-keys` does at once, and removed workers' empty roots are no findings", async () => {
  const [, removed] = [newId(), await enrolTestWorker(test, bob)];
  await test.sql("update workers set handshake_secret_sealed = '', state = 'removed' where id = $1", [
    removed.id,
  ]);
  const before = await keyOf(worker);
  const out: string[] = [];
  const io = { out: (text: string) => out.push(text), err: () => undefined };
  expect(await runKeysCommand(["rotate", "--data-keys", "--json"], test.source, io)).toBe(0);
  expect(JSON.parse(out.join(""))).toMatchObject({ rewrapped: 0, renewed: 2, failed: [] });
  expect((await keyOf(worker)).id).not.toBe(before.id);
  expect(await runKeysCommand(["verify"], test.source, io)).toBe(0);
  expect(await runKeysCommand(["verify", "--data-keys"], test.source, io)).toBe(2);
});

it("warns of a keyring key that is due, and lets an expired one protect nothing new", async () => {
  const health = async () =>
    (await test.newClient().get<{ status: string; warnings: string[] }>("/health")).body;
  expect(await health()).toMatchObject({ status: "ok", warnings: [] });
  daysAhead = 91;
  const due = await test.newClient().get("/health");
  expect(due).toMatchObject({ status: 200, body: { status: "degraded", reasons: [] } });
  expect(due.body).toMatchObject({ warnings: ["the rotation of the keyring is due"] });
  const fresh = await createTestProject(alice, { name: "Due" });
  expect((await alice.post(`${fresh.path}/hmac/enable`)).status).toBe(200);

  daysAhead = 181;
  expect(await health()).toMatchObject({ warnings: ["the rotation of the keyring is expired"] });
  const { workspaceId } = worker;
  const databases = test.get(Databases);
  const vault = test.get(VaultService);
  const at = { ...place, row: worker.id };
  await expect(
    databases.inTenant({ workspaceId }, (tx) => vault.seal(tx, workspaceId, at, Buffer.from("new"))),
  ).rejects.toMatchObject({ code: "encryption_key_expired", status: 503 });
  // What there is goes on: it opens, it may be replaced, data keys are made anew, and the server starts.
  const again = await databases.inTenant({ workspaceId }, (tx) =>
    vault.reseal(tx, workspaceId, at, worker.handshakeSecret),
  );
  expect(await open(worker, again)).toEqual(Buffer.from(worker.handshakeSecret));
  expect((await renewAll()).renewed).toBe(2);
  await test.sql("update keyring_keys set current_since = now() - interval '181 days'");
  await test.restart();
  daysAhead = 0;
  expect((await worker.hello()).status).toBe(200);
  expect(test.logs.some((line) => line.includes('"rotation":"expired"'))).toBe(true);
  const refused = await alice.post<{ code: string }>("/api/v1/provisionings/own-machine");
  expect(refused).toMatchObject({ status: 503, body: { code: "encryption_key_expired" } });
});
