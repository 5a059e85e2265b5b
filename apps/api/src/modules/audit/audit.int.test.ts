import pg from "pg";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { AuditEntry } from "@pulsekeep/contracts/api/identity";
import type { Page } from "@pulsekeep/contracts/api/shared";
import { startTestApp, type TestApp } from "../../testing/test-app.js";
import type { TestClient } from "../../testing/test-client.js";
import { createPulse } from "../../testing/test-pulse.js";
import { enrolTestWorker, type TestWorker } from "../../testing/test-worker.js";

let test: TestApp;
let alice: TestClient;
let worker: TestWorker;
beforeAll(async () => {
  test = await startTestApp();
  alice = await test.signUp("Alice");
  worker = await enrolTestWorker(test, alice);
});
afterAll(() => test.close());

const entries = async (client: TestClient, query = ""): Promise<Page<AuditEntry>> =>
  (await client.get<Page<AuditEntry>>(`/api/v1/audit${query}`)).body;

it("names who did what to what, one entry for each change [AUD-04]", async () => {
  const before = (await entries(alice, "?limit=100")).rows.length;
  const pulse = await createPulse(alice, worker);
  await alice.patch(`/api/v1/pulses/${pulse.id}`, { name: "Renamed" });
  await alice.del(`/api/v1/pulses/${pulse.id}`);
  const { rows } = await entries(alice, "?limit=100");
  expect(rows.length).toBe(before + 3);
  const me = await alice.get<{ user: { id: string } }>("/api/v1/me");
  const actor = { kind: "user", id: me.body.user.id };
  const subject = { kind: "pulse", id: pulse.id };
  expect(rows.slice(0, 3)).toMatchObject([
    { action: "pulse.deleted", actor, subject },
    { action: "pulse.updated", actor, subject, facts: { fields: "name" } },
    { action: "pulse.created", actor, subject },
  ]);
});

it("keeps a change from happening that it could not record [AUD-05]", async () => {
  const pulse = await createPulse(alice, worker);
  await test.sql("alter table audit_entries add constraint nothing_more check (false) not valid");
  try {
    expect((await alice.patch(`/api/v1/pulses/${pulse.id}`, { name: "Unseen" })).status).toBe(500);
    expect((await alice.del(`/api/v1/pulses/${pulse.id}`)).status).toBe(500);
    expect((await alice.patch("/api/v1/me", { name: "Unseen" })).status).toBe(500);
  } finally {
    await test.sql("alter table audit_entries drop constraint nothing_more");
  }
  expect((await alice.get(`/api/v1/pulses/${pulse.id}`)).body).toMatchObject({ name: pulse.name });
  expect((await alice.get("/api/v1/me")).body).toMatchObject({ user: { name: "Alice" } });
});

it.each(["pulsekeep_app", "pulsekeep_engine", "pulsekeep_identity", "pulsekeep_owner"])(
  "is changed by nobody, as %s [AUD-01]",
  async (role) => {
    const client = new pg.Client({
      connectionString: test.database.ownerUrl,
      ...(role === "pulsekeep_owner" ? {} : { options: `-c role=${role}` }),
    });
    await client.connect();
    const { rows: partitions } = await client.query<{ name: string }>(
      "select inhrelid::regclass::text as name from pg_inherits where inhparent = 'audit_entries'::regclass",
    );
    const [first] = await test.sql<{ id: string; workspace_id: string }>(
      "select id, workspace_id from audit_entries limit 1",
    );
    await client.query("select set_config('app.workspace_id', $1, false)", [first?.workspace_id]);
    const before = await test.sql("select id, action from audit_entries order by id");
    for (const statement of [
      "update audit_entries set action = 'nothing'",
      "delete from audit_entries",
      "truncate audit_entries",
      ...partitions.map(({ name }) => `truncate ${name}`),
    ])
      await client.query(statement).catch(() => undefined);
    await client.end();
    expect(await test.sql("select id, action from audit_entries order by id")).toEqual(before);
  },
);

it("is read page by page without a gap or a repeat", async () => {
  const all = (await entries(alice, "?limit=100")).rows.map(({ id }) => id);
  const read: string[] = [];
  let cursor: string | null = "";
  while (cursor !== null) {
    const page: Page<AuditEntry> = await entries(
      alice,
      `?limit=2${cursor === "" ? "" : `&cursor=${cursor}`}`,
    );
    read.push(...page.rows.map(({ id }) => id));
    cursor = page.nextCursor;
  }
  expect(read).toEqual(all);
});
