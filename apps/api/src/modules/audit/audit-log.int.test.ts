import { createHash } from "node:crypto";
import type {
  AuditCheckpoint,
  AuditConsistency,
  AuditExport,
  AuditLeaves,
  AuditProof,
} from "@pulsekeep/contracts/api/audit";
import type { AuditEntry } from "@pulsekeep/contracts/api/identity";
import type { Page } from "@pulsekeep/contracts/api/shared";
import { auditLeafHash } from "@pulsekeep/signing/merkle/audit-leaf";
import { fromBase64 } from "@pulsekeep/signing/merkle/bytes";
import { openCheckpoint, readUnverifiedCheckpoint } from "@pulsekeep/signing/merkle/checkpoint";
import { formatNoteKey } from "@pulsekeep/signing/merkle/signed-note";
import { appendLeaf, EMPTY_RANGE, rootOfRange } from "@pulsekeep/signing/merkle/compact-range";
import { verifyConsistency, verifyInclusion } from "@pulsekeep/signing/merkle/verify-proof";
import { webVerifyEd25519 as verify } from "@pulsekeep/signing/merkle/web-crypto";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { newId } from "../../platform/ids.js";
import type { TestApp } from "../../testing/test-app.js";
import type { TestClient } from "../../testing/test-client.js";
import { eventually } from "../../testing/test-eventually.js";
import { signUpAdmin, startTestAppWithAdmin } from "../admin/test-admin.js";
import { CheckpointsService } from "./checkpoints.service.js";
import { sha256 } from "./log-nodes.js";
import { SequencerJobs } from "./sequencer.jobs.js";
import { readKeys, sealLog, verifyLog } from "./test-audit-log.js";

let test: TestApp;
let alice: TestClient;
let bob: TestClient;
beforeAll(async () => {
  // Without the sequencer's own loop: the log moves when a test says so.
  test = await startTestAppWithAdmin({ roles: ["http"] });
  [alice, bob] = [await test.signUp("Alice"), await test.signUp("Bob")];
});
afterAll(() => test.close());

const rename = (client: TestClient, name: string) => client.patch("/api/v1/me", { name });
const bytes = (text: string) => fromBase64(text) ?? new Uint8Array();
const entriesOf = async (client: TestClient, query = "") =>
  (await client.get<Page<AuditEntry>>(`/api/v1/audit?limit=100${query}`)).body.rows;
const proofOf = async (client: TestClient, id: string) =>
  (await client.get<AuditProof>(`/api/v1/audit/${id}/proof`)).body;
const checkpoints = async (client: TestClient = test.newClient()) =>
  (await client.get<Page<AuditCheckpoint>>("/api/v1/audit/checkpoints?limit=100")).body.rows;
const workspaceOf = async (client: TestClient) =>
  (await client.get<{ workspace: { id: string } }>("/api/v1/me")).body.workspace.id;

/** Checks a proof as an outsider would: from the entry, the answer and the log's key, and nothing else. */
async function holds(entry: AuditEntry, { inclusion }: AuditProof): Promise<boolean> {
  if (!inclusion) return false;
  const opened = await openCheckpoint({ note: inclusion.checkpoint, verify, ...(await readKeys(test)) });
  if (!opened.ok) return false;
  const sealed = { ...entry, workspaceId: inclusion.workspaceId };
  return verifyInclusion({
    leafHash: await auditLeafHash(sealed, bytes(inclusion.salt), sha256),
    leafIndex: inclusion.leafIndex,
    treeSize: opened.checkpoint.treeSize,
    rootHash: opened.checkpoint.rootHash,
    proof: inclusion.proof.map(bytes),
    sha256,
  });
}

describe("an entry's proof", () => {
  it("waits for a checkpoint, then leads from the entry to what was signed", async () => {
    await rename(alice, "Alicia");
    const [entry] = await entriesOf(alice);
    if (!entry) throw new Error("nothing was recorded");
    expect(await proofOf(alice, entry.id)).toEqual({ state: "waiting", inclusion: null });
    await sealLog(test);
    const proof = await proofOf(alice, entry.id);
    expect(proof.state).toBe("included");
    expect(await holds(entry, proof)).toBe(true);
    expect(await holds({ ...entry, action: "account.created" }, proof)).toBe(false);
    expect(await holds({ ...entry, recordedAt: "2020-01-01T00:00:00.000Z" }, proof)).toBe(false);
  });

  it("goes to the entry's own workspace alone", async () => {
    await sealLog(test);
    const [entry] = await entriesOf(alice);
    expect((await bob.get(`/api/v1/audit/${entry?.id}/proof`)).status).toBe(404);
    expect((await bob.get(`/api/v1/audit/${newId()}/proof`)).status).toBe(404);
    expect((await test.newClient().get(`/api/v1/audit/${entry?.id}/proof`)).status).toBe(401);
  });

  it("exists for every entry of everybody", async () => {
    await sealLog(test);
    for (const client of [alice, bob])
      for (const entry of await entriesOf(client))
        expect(await holds(entry, await proofOf(client, entry.id))).toBe(true);
  });
});

describe("an export", () => {
  it("has all of one's own entries, page by page, each with its proof, and nobody else's", async () => {
    await sealLog(test);
    const read = async (client: TestClient, query: string) =>
      (await client.get<AuditExport>(`/api/v1/audit/export?${query}`)).body;
    for (const client of [alice, bob]) {
      const own = await entriesOf(client);
      const pages: AuditExport[] = [];
      for (let from: number | null = 0; from !== null; from = pages.at(-1)?.next ?? null)
        pages.push(await read(client, `from=${from}&limit=2`));
      const exported = pages.flatMap(({ checkpoint, entries }) =>
        entries.map((proven) => ({ checkpoint, treeSize: 0, ...proven })),
      );
      expect(exported.map(({ entry }) => entry.id).sort()).toEqual(own.map(({ id }) => id).sort());
      for (const { entry, ...inclusion } of exported) {
        const { workspaceId } = entry;
        expect(await holds(entry, { state: "included", inclusion: { ...inclusion, workspaceId } })).toBe(
          true,
        );
      }
      expect(new Set(exported.map(({ entry }) => entry.workspaceId))).toEqual(
        new Set([await workspaceOf(client)]),
      );
      expect(pages[0]?.keys).toEqual((await readKeys(test)).keys.map(formatNoteKey));
    }
    expect((await test.newClient().get("/api/v1/audit/export")).status).toBe(401);
    expect((await alice.get("/api/v1/audit/export?limit=5001")).status).toBe(422);
  });
});

describe("the log", () => {
  it("is one without gap or fork, however many write and sequence at once [AUD-03]", async () => {
    const before = await test.sql<{ n: number }>("select count(*)::int n from audit_leaves");
    const writing = Array.from({ length: 40 }, (_, index) =>
      rename(index % 2 ? alice : bob, `Name ${index}`),
    );
    const sequencing = Array.from({ length: 10 }, () => sealLog(test));
    await Promise.all([...writing, ...sequencing]);
    await sealLog(test);
    const [after] = await test.sql<{ n: number; last: number; entries: number }>(
      `select count(*)::int n, max(leaf_index)::int + 1 as last, count(distinct entry_id)::int entries from audit_leaves`,
    );
    expect(after).toEqual({ n: (before[0]?.n ?? 0) + 40, last: after?.n, entries: after?.n });
    expect(await verifyLog(test)).toMatchObject({ treeSize: after?.n, waiting: 0, findings: [] });
  });

  it("places an entry whose transaction commits after a later one's", async () => {
    const workspaceId = await workspaceOf(alice);
    const slow = newId();
    const client = await openTransaction();
    await client.query(
      `insert into audit_entries (id, workspace_id, action, actor_kind, subject_kind, facts, recorded_at)
       values ($1, $2, 'account.updated', 'system', 'user', '{}', clock_timestamp())`,
      [slow, workspaceId],
    );
    await rename(alice, "Faster");
    await sealLog(test);
    await client.query("commit");
    await client.end();
    await sealLog(test);
    const [leaf] = await test.sql("select leaf_index from audit_leaves where entry_id = $1", [slow]);
    expect(leaf).toBeDefined();
    expect(await verifyLog(test)).toMatchObject({ waiting: 0, findings: [] });
  });

  it("gives no place to an entry whose change was rolled back", async () => {
    const client = await openTransaction();
    const id = newId();
    await client.query(
      `insert into audit_entries (id, workspace_id, action, actor_kind, subject_kind, facts)
       values ($1, $2, 'account.updated', 'system', 'user', '{}')`,
      [id, await workspaceOf(alice)],
    );
    await client.query("rollback");
    await client.end();
    await sealLog(test);
    expect(await test.sql("select from audit_leaves where entry_id = $1", [id])).toEqual([]);
    expect(await test.sql("select from audit_pending where entry_id = $1", [id])).toEqual([]);
  });

  it("goes on where it was when a sequencer dies in the middle of a turn", async () => {
    await rename(alice, "Before the crash");
    await test.sql("alter table audit_nodes add constraint no_more check (false) not valid");
    try {
      await expect(sealLog(test)).rejects.toThrow();
    } finally {
      await test.sql("alter table audit_nodes drop constraint no_more");
    }
    expect((await verifyLog(test)).findings).toEqual([]);
    expect((await verifyLog(test)).waiting).toBeGreaterThan(0);
    await sealLog(test);
    expect(await verifyLog(test)).toMatchObject({ waiting: 0, findings: [] });
  });

  it("reveals nothing by its hashes: the same entry never has the same leaf", async () => {
    const leaves = await test.sql<{ salt: Buffer }>("select salt from audit_leaves");
    expect(new Set(leaves.map(({ salt }) => salt.toString("hex"))).size).toBe(leaves.length);
    expect(leaves.every(({ salt }) => salt.length === 32)).toBe(true);
  });
});

describe("checkpoints", () => {
  it("are the same for everybody, and each continues the one before [AUD-06]", async () => {
    for (const name of ["One", "Two", "Three"]) {
      await rename(alice, name);
      await sealLog(test);
    }
    const seen = await Promise.all([alice, bob, test.newClient()].map((client) => checkpoints(client)));
    expect(seen[1]).toEqual(seen[0]);
    expect(seen[2]).toEqual(seen[0]);
    const rows = (seen[0] ?? []).toReversed();
    expect(rows.length).toBeGreaterThan(3);
    for (const [index, later] of rows.entries())
      for (const earlier of rows.slice(0, index + 1)) {
        const { body } = await bob.get<AuditConsistency>(
          `/api/v1/audit/consistency?from=${earlier.treeSize}&to=${later.treeSize}`,
        );
        const input = {
          firstSize: earlier.treeSize,
          secondSize: later.treeSize,
          secondRoot: bytes(later.rootHash),
          proof: body.proof.map(bytes),
          sha256,
        };
        expect(await verifyConsistency({ ...input, firstRoot: bytes(earlier.rootHash) })).toBe(true);
        // Whoever was shown another log of that size finds out.
        const forked = createHash("sha256").update(earlier.note).digest();
        expect(await verifyConsistency({ ...input, firstRoot: forked })).toBe(false);
      }
  });

  it("are made once a minute, and only when there is something new", async () => {
    const service = test.get(CheckpointsService);
    await sealLog(test);
    const before = (await checkpoints()).length;
    expect(await service.makeDue(0)).toBeUndefined();
    await rename(bob, "Robert");
    await test.get(SequencerJobs).sequenceOnce();
    expect(await service.makeDue(60)).toBeUndefined();
    expect(await service.makeDue(0)).toBeDefined();
    expect((await checkpoints()).length).toBe(before + 1);
  });

  it("agree with their notes, page by page", async () => {
    const all = await checkpoints();
    const first = await bob.get<Page<AuditCheckpoint>>("/api/v1/audit/checkpoints?limit=2");
    const second = await bob.get<Page<AuditCheckpoint>>(
      `/api/v1/audit/checkpoints?limit=2&cursor=${first.body.nextCursor}`,
    );
    expect([...first.body.rows, ...second.body.rows]).toEqual(all.slice(0, 4));
    for (const { note, treeSize } of all) expect(readUnverifiedCheckpoint(note)?.treeSize).toBe(treeSize);
  });

  it("answer only for what was signed", async () => {
    const [last] = await checkpoints();
    const size = last?.treeSize ?? 0;
    const ask = async (query: string) => (await bob.get(`/api/v1/audit/consistency?${query}`)).status;
    expect(await ask(`from=1&to=${size}`)).toBe(200);
    expect(await ask(`from=1&to=${size + 1}`)).toBe(404);
    for (const query of ["from=0&to=1", "from=3&to=2", "from=1", "from=x&to=2", "from=1.5&to=2"])
      expect(await ask(query)).toBe(422);
  });

  it("are roots over the leaves that anybody may read", async () => {
    const [last] = await checkpoints();
    const leaves: string[] = [];
    for (let size = -1; size !== leaves.length; ) {
      size = leaves.length;
      const page = await test.newClient().get<AuditLeaves>(`/api/v1/audit/leaves?from=${size}&limit=3`);
      leaves.push(...page.body.leaves);
    }
    let range = EMPTY_RANGE;
    for (const leaf of leaves.slice(0, last?.treeSize))
      range = (await appendLeaf(range, Buffer.from(leaf, "base64"), sha256)).range;
    expect(Buffer.from(await rootOfRange(range, sha256)).toString("base64")).toBe(last?.rootHash);
    for (const query of ["from=-1", "limit=0", "limit=1001", "from=x"])
      expect((await bob.get(`/api/v1/audit/leaves?${query}`)).status).toBe(422);
  });
});

it("is read by action, actor and time", async () => {
  const all = await entriesOf(alice);
  const updated = await entriesOf(alice, "&action=account.updated");
  expect(updated.length).toBeGreaterThan(0);
  expect(updated).toEqual(all.filter(({ action }) => action === "account.updated"));
  expect(await entriesOf(alice, "&actorKind=system")).toEqual(
    all.filter(({ actor }) => actor.kind === "system"),
  );
  const middle = all[Math.floor(all.length / 2)]?.recordedAt ?? "";
  expect(await entriesOf(alice, `&from=${middle}`)).toEqual(all.filter((e) => e.recordedAt >= middle));
  expect(await entriesOf(alice, `&to=${middle}`)).toEqual(all.filter((e) => e.recordedAt < middle));
  expect((await alice.get("/api/v1/audit?from=yesterday")).status).toBe(422);
});

it("shows an administrator how the log is, and nobody else, and no name", async () => {
  const olga = await signUpAdmin(test);
  await rename(alice, "Alice");
  const { body } = await olga.get("/api/v1/admin/audit");
  const [size] = await test.sql<{ n: number }>("select count(*)::int n from audit_leaves");
  expect(body).toMatchObject({ treeSize: size?.n, lastCheckpoint: { treeSize: size?.n } });
  expect(body.pending).toBeGreaterThan(0);
  expect(body.lagMs).toBeGreaterThanOrEqual(0);
  expect(body.recentActions).toContainEqual(
    expect.objectContaining({ action: "account.created", actorKind: "user", count: 3 }),
  );
  expect(JSON.stringify(body)).not.toMatch(/[0-9a-f]{8}-[0-9a-f]{4}|@/);
  expect((await alice.get("/api/v1/admin/audit")).status).toBe(404);
  expect((await test.newClient().get("/api/v1/admin/audit")).status).toBe(401);
});

it("names no person and holds no secret, and stays whole when an account's part is erased [AUD-08]", async () => {
  const carol = await test.signUp("Carol");
  const workspaceId = await workspaceOf(carol);
  await rename(carol, "Caroline");
  await sealLog(test);
  const rows = await test.sql("select e::text as row from audit_entries e where workspace_id = $1", [
    workspaceId,
  ]);
  expect(JSON.stringify(rows)).not.toMatch(/carol|@example|password/i);
  await expect(test.sql("select erase_audit_of($1)", [workspaceId])).rejects.toThrow("no deletion");

  await test.sql(
    `insert into audit_entries (id, workspace_id, action, actor_kind, subject_kind, facts)
     values ($1, $2, 'account.deleted', 'user', 'user', '{}')`,
    [newId(), workspaceId],
  );
  await sealLog(test);
  const before = await checkpoints();
  const [erased] = await test.sql<{ n: number }>("select erase_audit_of($1) as n", [workspaceId]);
  expect(erased?.n).toBe(rows.length);
  expect(await test.sql("select action from audit_entries where workspace_id = $1", [workspaceId])).toEqual([
    { action: "account.deleted" },
  ]);
  expect(
    await test.sql("select count(*)::int n from audit_leaves where workspace_id = $1 and salt is not null", [
      workspaceId,
    ]),
  ).toEqual([{ n: 1 }]);
  expect(
    await verifyLog(
      test,
      before.map(({ note }) => note),
    ),
  ).toMatchObject({ erased: rows.length, findings: [] });
});

it("places what is recorded within moments, by itself", async () => {
  await sealLog(test);
  const engine = await startTestAppWithAdmin({});
  try {
    const dave = await engine.signUp("Dave");
    const [entry] = await entriesOf(dave);
    const proof = await eventually(async () => {
      const now = await proofOf(dave, entry?.id ?? "");
      return now.state === "included" && now;
    });
    expect(proof.inclusion?.leafIndex).toBeGreaterThanOrEqual(0);
  } finally {
    await engine.close();
  }
});

async function openTransaction() {
  const client = new pg.Client({ connectionString: test.database.superuserUrl });
  await client.connect();
  await client.query("begin");
  return client;
}
