import { randomUUID } from "node:crypto";
import { sql } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Connection, connect } from "./connect.js";
import { createTestDatabase, type TestDatabase } from "./testing/testing.js";

let test: TestDatabase;
let app: Connection;
let engine: Connection;
let owner: Connection["pool"];

const alice = randomUUID();
const bob = randomUUID();

beforeAll(async () => {
  test = await createTestDatabase();
  app = connect(test.ownerUrl, "pulsekeep_app", { max: 2 });
  engine = connect(test.ownerUrl, "pulsekeep_engine", { max: 2 });
  owner = connect(test.ownerUrl, "pulsekeep_backup", { max: 1 }).pool;
  for (const [id, name] of [
    [alice, "Alice"],
    [bob, "Bob"],
  ] as const)
    await asTenant(id, async (query) => {
      await query(sql`insert into workspaces (id, name) values (${id}, ${name})`);
      await query(
        sql`insert into projects (id, workspace_id, name, environments, sample_seconds, window_seconds, baseline_seconds, abandon_seconds)
            values (${randomUUID()}, ${id}, ${`${name}'s shop`}, '{prod}', 10, 300, 60, 7200)`,
      );
    });
});

afterAll(async () => {
  await Promise.all([app.pool.end(), engine.pool.end(), owner.end()]);
  await test.drop();
});

type Query = (statement: ReturnType<typeof sql>) => Promise<Record<string, unknown>[]>;

async function asTenant<T>(workspaceId: string, work: (query: Query) => Promise<T>): Promise<T> {
  return app.database.transaction(async (tx) => {
    await tx.execute(sql`select set_config('app.workspace_id', ${workspaceId}, true)`);
    return work(async (statement) => (await tx.execute(statement)).rows);
  });
}

describe("row-level security", () => {
  it("is forced on every table that names a workspace", async () => {
    const { rows } = await owner.query(
      `select c.relname from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'workspace_id'
       where c.relkind in ('r', 'p') and c.relnamespace = 'public'::regnamespace and not c.relispartition
         and c.relname <> 'outbox' and not (c.relrowsecurity and c.relforcerowsecurity)`,
    );
    expect(rows).toEqual([]);
  });

  it("shows a tenant its own rows only", async () => {
    const names = await asTenant(alice, (query) => query(sql`select name from projects`));
    expect(names).toEqual([{ name: "Alice's shop" }]);
  });

  it("shows nothing when no tenant is set", async () => {
    const { rows } = await app.database.execute(sql`select name from projects`);
    expect(rows).toEqual([]);
  });

  it("refuses to write a row of another tenant", async () => {
    const writing = asTenant(alice, (query) =>
      query(sql`update projects set workspace_id = ${bob} where name = ${"Alice's shop"}`),
    );
    await expect(writing).rejects.toMatchObject({ cause: { code: "42501" } });
  });

  it("keeps the content of users from the engine", async () => {
    const reading = engine.database.execute(sql`select name from pulses`);
    await expect(reading).rejects.toMatchObject({ cause: { code: "42501" } });
    await expect(engine.database.execute(sql`select id, next_due_at from pulses`)).resolves.toBeDefined();
  });

  it("keeps accounts and sessions from the role of requests", async () => {
    for (const table of ["accounts", "sessions", "verifications"])
      await expect(app.database.execute(sql.raw(`select * from ${table}`))).rejects.toMatchObject({
        cause: { code: "42501" },
      });
  });

  it("grants nobody a partition directly", async () => {
    const { rows } = await owner.query(
      `select c.relname, r.rolname from pg_class c cross join pg_roles r
       where c.relispartition and c.relkind = 'r' and r.rolname in ('pulsekeep_app', 'pulsekeep_engine')
         and has_table_privilege(r.rolname, c.oid, 'select, insert, update, delete')`,
    );
    expect(rows).toEqual([]);
  });
});

describe("the role of pipelines' calls", () => {
  it("sees and writes in the workspaces that its transaction names, and nothing that it has no part in", async () => {
    const ci = connect(test.ownerUrl, "pulsekeep_ci", { max: 1 });
    const naming = (ids: readonly string[], statement: ReturnType<typeof sql>) =>
      ci.database.transaction(async (tx) => {
        await tx.execute(sql`select set_config('app.workspace_ids', ${ids.join(",")}, true)`);
        return (await tx.execute(statement)).rows;
      });
    const owners = sql`select workspace_id from projects order by workspace_id`;
    expect(await naming([], owners)).toEqual([]);
    expect(await naming([bob], owners)).toEqual([{ workspace_id: bob }]);
    expect(await naming([alice, bob], owners)).toHaveLength(2);
    const counting = naming(
      [bob],
      sql`insert into workspace_deployments (workspace_id, month, used) values (${alice}, '2026-01-01', 0)`,
    );
    await expect(counting).rejects.toMatchObject({ cause: { code: "42501" } });
    for (const reading of [
      sql`select name from projects`,
      sql`select name from workspaces`,
      sql`select key_hash from project_api_keys`,
      sql`select prometheus_token_sealed from metric_endpoints`,
      sql`delete from deployments`,
    ])
      await expect(naming([alice, bob], reading)).rejects.toMatchObject({ cause: { code: "42501" } });
    await ci.pool.end();
  });
});

describe("the audit table", () => {
  it("takes entries and refuses to change or delete them", async () => {
    await asTenant(alice, (query) =>
      query(
        sql`insert into audit_entries (id, workspace_id, action, actor_kind, subject_kind, facts)
            values (${randomUUID()}, ${alice}, 'test', 'system', 'test', '{}')`,
      ),
    );
    for (const change of [sql`update audit_entries set action = 'forged'`, sql`delete from audit_entries`])
      await expect(asTenant(alice, (query) => query(change))).rejects.toMatchObject({
        cause: { code: "42501" },
      });
  });
});

describe("sign-in methods", () => {
  it("cannot hold a token of GitHub, Google or Apple", async () => {
    const identity = connect(test.ownerUrl, "pulsekeep_identity", { max: 1 });
    const user = randomUUID();
    await identity.database.execute(
      sql`insert into users (id, name, email) values (${user}, 'Carol', 'carol@example.com')`,
    );
    const planting = identity.database.execute(
      sql`insert into accounts (id, user_id, account_id, provider_id, access_token)
          values (${randomUUID()}, ${user}, '1', 'github', 'gho_planted')`,
    );
    await expect(planting).rejects.toMatchObject({ cause: { code: "23514" } });
    await identity.pool.end();
  });
});
