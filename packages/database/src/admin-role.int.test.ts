import { sql } from "drizzle-orm";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Connection, connect } from "./connect.js";
import { createTestDatabase, type TestDatabase } from "./testing/testing.js";

let test: TestDatabase;
let admin: Connection;

beforeAll(async () => {
  test = await createTestDatabase();
  admin = connect(test.ownerUrl, "pulsekeep_admin", { max: 2 });
});
afterAll(async () => {
  await admin.pool.end();
  await test.drop();
});

/** Everything that the role may read: what is counted, and when it is due or happened. */
const READABLE = [
  "audit_checkpoints.made_at",
  "audit_checkpoints.tree_size",
  "audit_entries.action",
  "audit_entries.actor_kind",
  "audit_entries.recorded_at",
  "audit_leaves.leaf_index",
  "audit_pending.recorded_at",
  "data_keys.created_at",
  "data_keys.keyring_key_id",
  "deployments.next_action_at",
  "deployments.state",
  "keyring_keys.current_since",
  "keyring_keys.id",
  "keyring_keys.retired_at",
  "keyring_keys.wraps",
  "metric_endpoints.next_scrape_at",
  "outbox.created_at",
  "outbox.topic",
  "process_heartbeats.*",
  "pulses.next_due_at",
  "pulses.state",
  "runs.attempts",
  "runs.ended_at",
  "runs.kind",
  "runs.next_action_at",
  "runs.offered_at",
  "runs.planned_at",
  "runs.state",
];

it("reads states, kinds and instants, and no column more", async () => {
  const { rows } = await admin.database.execute<{ name: string }>(
    sql`select distinct c.relname || '.' ||
          case when has_table_privilege(c.oid, 'select') then '*' else a.attname end as name
        from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
        where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v', 'm')
          and has_column_privilege(c.oid, a.attnum, 'select')
        order by 1`,
  );
  expect(rows.map(({ name }) => name)).toEqual(READABLE);
});

it("writes nothing", async () => {
  const { rows } = await admin.database.execute(
    sql`select c.relname from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
          and (has_any_column_privilege(c.oid, 'insert, update') or has_table_privilege(c.oid, 'delete, truncate'))`,
  );
  expect(rows).toEqual([]);
});

it.each([
  "select name from pulses",
  "select message from pulses",
  "select schedule from pulses",
  "select target_repository from pulses",
  "select params from runs",
  "select commit_sha from runs",
  "select workspace_id from runs",
  "select email from users",
  "select name from workspaces",
  "select name from projects",
  "select body from outbox",
  "select facts from audit_entries",
  "select actor_id from audit_entries",
  "select workspace_id from audit_entries",
  "select salt from audit_leaves",
  "select active_url from metric_endpoints",
  "select * from metric_samples",
  "select * from verdicts",
])("cannot %s", async (statement) => {
  await expect(admin.database.execute(sql.raw(statement))).rejects.toMatchObject({
    cause: { code: "42501" },
  });
});

it("learns how the database does, without a look at what others ask it", async () => {
  const { rows } = await admin.database.execute(sql`select * from database_health()`);
  expect(rows).toEqual([
    {
      version: expect.stringMatching(/^\d+/),
      size_bytes: expect.stringMatching(/^\d+$/),
      connections: expect.any(Number),
      max_connections: expect.any(Number),
      oldest_transaction_ms: null,
    },
  ]);
});

it("sees for how long a transaction of another role has been open", async () => {
  const app = connect(test.ownerUrl, "pulsekeep_app", { max: 1 });
  await app.database.transaction(async (tx) => {
    await tx.execute(sql`select 1`);
    const readAge = async () => {
      const { rows } = await admin.database.execute(sql`select oldest_transaction_ms from database_health()`);
      return rows[0]?.["oldest_transaction_ms"];
    };
    await expect.poll(readAge).toBeGreaterThanOrEqual(50);
  });
  await app.pool.end();
});
