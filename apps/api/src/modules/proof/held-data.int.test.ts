import { createTestDatabase, type TestDatabase } from "@pulsekeep/database/testing";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { HELD_DATA } from "./held-data.js";

type Column = { table: string; column: string; type: string };

let test: TestDatabase;
let pool: pg.Pool;
let columns: Column[];
beforeAll(async () => {
  test = await createTestDatabase();
  pool = new pg.Pool({ connectionString: test.ownerUrl, max: 1 });
  const { rows } = await pool.query<Column>(
    `select c.relname as table, a.attname as column, format_type(a.atttypid, null) as type
     from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
     where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition`,
  );
  columns = rows;
});
afterAll(async () => {
  await pool.end();
  await test.drop();
});

const named = Object.entries(HELD_DATA).flatMap(([table, { columns: byKind }]) =>
  Object.entries(byKind).flatMap(([kind, names]) => names.map((column) => ({ table, column, kind }))),
);
const key = ({ table, column }: { table: string; column: string }) => `${table}.${column}`;

describe("the page of what is held", () => {
  it("names every column of the database, each once, and no other", () => {
    expect(named.map(key).sort(), "name what is new in held-data.ts").toEqual(columns.map(key).sort());
  });

  it("calls no bytes anything but sealed, wrapped, hashed, signed or random", () => {
    const kinds = new Map(named.map((entry) => [key(entry), entry.kind]));
    const bytes = columns.filter(({ type }) => type === "bytea").map(key);
    expect(bytes.length).toBeGreaterThan(10);
    for (const column of bytes)
      expect([column, kinds.get(column)]).toEqual([
        column,
        expect.stringMatching(/^(sealed|wrapped|hash|signed|random)$/),
      ]);
  });

  it("calls nothing sealed that is not bytes, and nothing that is named as sealed or hashed anything else", () => {
    const types = new Map(columns.map((entry) => [key(entry), entry.type]));
    const misnamed = named.filter(
      ({ kind, ...at }) =>
        ((kind === "sealed" || kind === "wrapped") && types.get(key(at)) !== "bytea") ||
        (at.column.endsWith("_sealed") && kind !== "sealed") ||
        (at.column.endsWith("_hash") && kind !== "hash" && kind !== "signed") ||
        (at.column.endsWith("_at") && kind !== "time"),
    );
    expect(misnamed).toEqual([]);
  });

  it("calls empty only what the database itself refuses a value", async () => {
    const { rows } = await pool.query<{ rule: string }>(
      "select pg_get_constraintdef(oid) as rule from pg_constraint where conrelid = 'accounts'::regclass and contype = 'c'",
    );
    const empty = named.filter(({ kind }) => kind === "empty");
    expect(empty.map(key).sort()).toEqual([
      "accounts.access_token",
      "accounts.id_token",
      "accounts.refresh_token",
    ]);
    for (const { column } of empty)
      expect(rows.map(({ rule }) => rule).join()).toContain(`(${column} IS NULL)`);
  });
});
