import { randomBytes } from "node:crypto";
import type { AuditCheckpoint, AuditKeys } from "@pulsekeep/contracts/api/audit";
import type { Page } from "@pulsekeep/contracts/api/shared";
import { appendLeaf, EMPTY_RANGE, rootOfRange } from "@pulsekeep/signing/merkle/compact-range";
import { signCheckpoint } from "@pulsekeep/signing/merkle/checkpoint";
import pg from "pg";
import { afterAll, beforeEach, expect, it } from "vitest";
import { parseEnv } from "../../env.js";
import { startTestApp, type TestApp } from "../../testing/test-app.js";
import type { TestClient } from "../../testing/test-client.js";
import { CheckpointSigner } from "./checkpoint-signer.js";
import { CheckpointsService } from "./checkpoints.service.js";
import { sha256 } from "./log-nodes.js";
import { readKeys, sealLog, tamper, verifyLog } from "./test-audit-log.js";

const ENTRIES = 12;
const ROLES = ["owner", "app", "engine", "identity", "admin", "backup", "eraser", "lookup"].map(
  (name) => `pulsekeep_${name}`,
);
let test: TestApp;
let alice: TestClient;
/** What somebody kept elsewhere while all was well. */
let kept: string[];
let started = 0;

beforeEach(async () => {
  await test?.close();
  test = await startTestApp({ roles: ["http"], transport: "postgres" });
  // Limits count by address, and outlive a server of this process.
  for (let address = 0; address < started; address++) test.newClient();
  started += 1;
  alice = await test.signUp("Alice");
  for (let index = 0; index < ENTRIES; index++) {
    await alice.patch("/api/v1/me", { name: `Name ${index}` });
    if (index % 5 === 0) await sealLog(test);
  }
  await sealLog(test);
  kept = (await checkpoints()).map(({ note }) => note);
});
afterAll(() => test.close());

const checkpoints = async () =>
  (await alice.get<Page<AuditCheckpoint>>("/api/v1/audit/checkpoints?limit=100")).body.rows;
const idAt = async (leafIndex: number) => {
  const [leaf] = await test.sql<{ entry_id: string }>(
    "select entry_id from audit_leaves where leaf_index = $1",
    [leafIndex],
  );
  return leaf?.entry_id ?? "";
};
const size = async () =>
  (await test.sql<{ n: number }>("select count(*)::int n from audit_leaves"))[0]?.n ?? 0;
const found = async (notes: string[] = []) => (await verifyLog(test, notes)).findings;

it("finds nothing where nothing was touched", async () => {
  const report = await verifyLog(test, kept);
  expect(report).toMatchObject({ treeSize: await size(), waiting: 0, erased: 0, findings: [] });
  expect(report.checkpoints).toBe(kept.length);
});

it.each([
  ["its action", "action = 'account.created'"],
  ["its actor", "actor_id = gen_random_uuid()::text"],
  ["a fact", `facts = '{"fields":"email"}'`],
  ["a fact that no entry can have", `facts = '{"deep":{"a":1}}'`],
  ["its workspace", "workspace_id = gen_random_uuid()"],
])("finds the entry that was changed in %s [AUD-02]", async (_, change) => {
  const entryId = await idAt(7);
  await tamper(test, `update audit_entries set ${change} where id = '${entryId}'`);
  expect(await found()).toEqual([{ kind: "entry_changed", leafIndex: 7, entryId }]);
});

it("finds the entry that was deleted [AUD-02]", async () => {
  const entryId = await idAt(4);
  await tamper(test, `delete from audit_entries where id = '${entryId}'`);
  expect(await found()).toEqual([{ kind: "entry_missing", leafIndex: 4, entryId }]);
});

it("finds the entry whose instant was changed, as one that is gone and one that came in [AUD-02]", async () => {
  const entryId = await idAt(4);
  await tamper(test, `update audit_entries set recorded_at = now() where id = '${entryId}'`);
  expect(await found()).toEqual([
    { kind: "entry_missing", leafIndex: 4, entryId },
    { kind: "entry_unlogged", entryId },
  ]);
});

it("finds the two entries that were swapped [AUD-02]", async () => {
  const [three, nine] = [await idAt(3), await idAt(9)];
  await tamper(
    test,
    "update audit_leaves set leaf_index = -1 where leaf_index = 3",
    "update audit_leaves set leaf_index = 3 where leaf_index = 9",
    "update audit_leaves set leaf_index = 9 where leaf_index = -1",
  );
  expect(await found()).toEqual([
    { kind: "entry_moved", leafIndex: 3, entryId: nine, belongsAt: 9 },
    { kind: "entry_moved", leafIndex: 9, entryId: three, belongsAt: 3 },
  ]);
});

it("finds the entry that was put in past the product [AUD-02]", async () => {
  await tamper(
    test,
    `insert into audit_entries select gen_random_uuid(), workspace_id, action, actor_kind, actor_id, subject_kind,
       subject_id, facts, request_id, recorded_at from audit_entries where id = '${await idAt(5)}'`,
  );
  expect(await found()).toEqual([{ kind: "entry_unlogged", entryId: expect.any(String) }]);
});

it("finds that an entry was taken out before it had its place [AUD-02]", async () => {
  await alice.patch("/api/v1/me", { name: "Waiting" });
  const [waiting] = await test.sql<{ entry_id: string }>("select entry_id from audit_pending");
  await tamper(test, `delete from audit_entries where id = '${waiting?.entry_id}'`);
  expect(await found()).toEqual([{ kind: "waiting_entry_missing", entryId: waiting?.entry_id }]);
});

it("finds the place that was emptied in the middle [AUD-02]", async () => {
  const entryId = await idAt(6);
  await tamper(
    test,
    "delete from audit_leaves where leaf_index = 6",
    `delete from audit_entries where id = '${entryId}'`,
  );
  expect(await found()).toEqual([{ kind: "place_missing", leafIndex: 6 }]);
});

it("finds that the tail was cut off, with all that stood for it [AUD-02]", async () => {
  const whole = await size();
  const ids = [await idAt(whole - 1), await idAt(whole - 2)];
  const sizes = (await checkpoints()).map(({ treeSize }) => treeSize);
  await tamper(
    test,
    `delete from audit_entries where id in ('${ids.join("','")}')`,
    `delete from audit_leaves where leaf_index >= ${whole - 2}`,
    `delete from audit_nodes where (node_index + 1) * (1::bigint << level) > ${whole - 2}`,
  );
  const lost = sizes.filter((treeSize) => treeSize > whole - 2).sort((a, b) => a - b);
  const truncated = (kind: string) => lost.map((treeSize) => ({ kind, treeSize, foundSize: whole - 2 }));
  expect(await found()).toEqual(truncated("log_truncated"));
  // With the checkpoints gone too, what is left agrees with itself: only who kept them can tell.
  await tamper(test, `delete from audit_checkpoints where tree_size > ${whole - 2}`);
  expect(await found()).toEqual([]);
  expect(await found(kept.toReversed())).toEqual(truncated("kept_log_truncated"));
});

it("finds the node and the leaf hash that were changed [AUD-02]", async () => {
  await tamper(
    test,
    "update audit_nodes set hash = decode(repeat('00', 32), 'hex') where level = 1 and node_index = 2",
  );
  expect(await found()).toEqual([{ kind: "node_changed", level: 1, nodeIndex: 2 }]);
  await tamper(test, "insert into audit_nodes values (9, 0, decode(repeat('00', 32), 'hex'))");
  expect(await found()).toContainEqual(expect.objectContaining({ kind: "node_count" }));
});

it("finds the checkpoint that was forged [AUD-02]", async () => {
  const whole = await size();
  const { origin } = await readKeys(test);
  const other = new CheckpointSigner(
    parseEnv({
      ...test.source,
      PULSEKEEP_KEYRING: JSON.stringify({
        currentId: "x",
        keys: { x: randomBytes(32).toString("base64url") },
      }),
    }),
  );
  const rootHash = new Uint8Array(randomBytes(32));
  const [stranger] = await other.getSigners();
  const [ours] = await test.get(CheckpointSigner).getSigners();
  if (!stranger || !ours) throw new Error("no signer");
  const forge = (signers: Parameters<typeof signCheckpoint>[1]) =>
    tamper(
      test,
      `update audit_checkpoints set root_hash = '\\x${Buffer.from(rootHash).toString("hex")}',
         note = '${signCheckpoint({ origin, treeSize: whole, rootHash }, signers)}' where tree_size = ${whole}`,
    );
  await forge([stranger]);
  expect(await found()).toEqual([{ kind: "checkpoint_forged", treeSize: whole, reason: "unknown_key" }]);
  await forge([{ ...stranger, key: ours.key }]);
  expect(await found()).toEqual([{ kind: "checkpoint_forged", treeSize: whole, reason: "forged" }]);
  // Signed with the right key over another root: the log itself speaks against it.
  await forge([ours]);
  expect(await found()).toEqual([{ kind: "root_differs", treeSize: whole }]);
  await tamper(test, "update audit_checkpoints set root_hash = decode(repeat('00', 32), 'hex')");
  expect(await found()).toContainEqual({
    kind: "checkpoint_forged",
    treeSize: whole,
    reason: "row_differs_from_note",
  });
});

it("finds a log that was rewritten whole and signed anew, by a checkpoint that was kept [AUD-02]", async () => {
  const entryId = await idAt(7);
  await tamper(
    test,
    `update audit_entries set action = 'account.created' where id = '${entryId}'`,
    "truncate audit_leaves, audit_nodes, audit_checkpoints",
    "insert into audit_pending select id, recorded_at from audit_entries",
  );
  await sealLog(test);
  expect(await found()).toEqual([]);
  const findings = await found(kept);
  // Salts are drawn anew, so every root differs, the first included.
  expect(findings).toHaveLength(kept.length);
  expect(findings).toContainEqual({ kind: "kept_root_differs", treeSize: await size() });
});

it("signs no log that does not continue the one it signed before [AUD-02]", async () => {
  const signed = (await checkpoints()).length;
  let range = EMPTY_RANGE;
  for (let index = 0; index < (await size()); index++)
    ({ range } = await appendLeaf(range, new Uint8Array(randomBytes(32)), sha256));
  expect(await rootOfRange(range, sha256)).toHaveLength(32);
  await tamper(
    test,
    ...range.edge.map(
      ({ level, index, hash }) =>
        `update audit_nodes set hash = '\\x${Buffer.from(hash).toString("hex")}' where level = ${level} and node_index = ${index}`,
    ),
  );
  await alice.patch("/api/v1/me", { name: "After the fact" });
  await expect(sealLog(test)).rejects.toThrow("does not continue");
  expect(await checkpoints()).toHaveLength(signed);
});

it("finds entries that were erased although their account was not deleted [AUD-08]", async () => {
  const [entry] = await test.sql<{ workspace_id: string }>("select workspace_id from audit_entries limit 1");
  await tamper(
    test,
    "update audit_leaves set salt = null where leaf_index in (2, 3)",
    `delete from audit_entries where id in ('${await idAt(2)}', '${await idAt(3)}')`,
  );
  expect(await found()).toEqual([
    { kind: "erased_without_reason", leafIndex: 2, workspaceId: entry?.workspace_id, entries: 2 },
  ]);
});

it("keeps old checkpoints verifiable when the keyring rotates, and hands over with both signatures", async () => {
  const before = await readKeys(test);
  const ring = test.env.PULSEKEEP_KEYRING;
  test.env.PULSEKEEP_KEYRING = {
    currentId: "k2",
    keys: { ...ring.keys, k2: randomBytes(32).toString("base64url") },
  };
  await test.restart();
  await alice.patch("/api/v1/me", { name: "Rotated" });
  await sealLog(test);
  const after = await readKeys(test);
  expect(after.keys).toHaveLength(2);
  expect(await found(kept)).toEqual([]);
  const [last] = await checkpoints();
  expect(last?.note.match(/^— /gmu)).toHaveLength(2);

  test.env.PULSEKEEP_KEYRING = { currentId: "k2", keys: { k2: test.env.PULSEKEEP_KEYRING.keys.k2 ?? "" } };
  await test.restart();
  await alice.patch("/api/v1/me", { name: "Old key gone" });
  await sealLog(test);
  expect(await found([...kept, last?.note ?? ""])).toEqual([]);
  expect((await alice.get<AuditKeys>("/api/v1/audit/keys")).body.keys).toHaveLength(2);
  expect(before.keys).toHaveLength(1);
});

it("lets no role change the log, the owner included [AUD-01]", async () => {
  const columns = {
    audit_leaves: "entry_id",
    audit_nodes: "level",
    audit_checkpoints: "tree_size",
    audit_keys: "name",
  };
  for (const [table, column] of Object.entries(columns))
    for (const role of ROLES)
      for (const statement of [
        `update ${table} set ${column} = ${column}`,
        `delete from ${table}`,
        `truncate ${table}`,
      ])
        await expect(asRole(role, statement), `${role}: ${statement}`).rejects.toMatchObject({
          code: "42501",
        });
  expect(await found(kept)).toEqual([]);
});

it("erases nothing for a role that only serves requests", async () => {
  for (const role of ["pulsekeep_app", "pulsekeep_identity", "pulsekeep_admin"])
    await expect(asRole(role, "select erase_audit_of(gen_random_uuid())")).rejects.toMatchObject({
      code: "42501",
    });
  await expect(test.get(CheckpointsService).makeDue(0)).resolves.toBeUndefined();
});

async function asRole(role: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: test.database.ownerUrl });
  await client.connect();
  try {
    if (role !== "pulsekeep_owner") await client.query(`set role ${role}`);
    const [entry] = await test.sql<{ workspace_id: string }>(
      "select workspace_id from audit_entries limit 1",
    );
    await client.query("select set_config('app.workspace_id', $1, false)", [entry?.workspace_id]);
    await client.query(statement);
  } finally {
    await client.end();
  }
}
