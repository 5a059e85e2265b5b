import pg from "pg";
import { expect, it } from "vitest";
import { createTestDatabase } from "./testing/testing.js";

it("finds whatever goes with another row by an index, however much there is of other tenants", async () => {
  const database = await createTestDatabase();
  const client = new pg.Client({ connectionString: database.superuserUrl });
  await client.connect();
  try {
    const { rows } = await client.query(
      `select conrelid::regclass::text as table, conname as key from pg_constraint
       where contype = 'f' and conparentid = 0 and not exists (
         select from pg_index where indrelid = conrelid and indpred is null and indkey[0] = any (conkey))`,
    );
    expect(rows).toEqual([]);
  } finally {
    await client.end();
    await database.drop();
  }
});
