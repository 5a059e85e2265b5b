import pg from "pg";
import type { TestApp } from "./test-app.js";
import { eventually } from "./test-eventually.js";

/** Runs `work` with a transaction of somebody else's, which holds what it touches until `work` ends it or is over. */
export async function besideTransaction(
  { database }: Pick<TestApp, "database">,
  work: (other: pg.Client) => Promise<void>,
): Promise<void> {
  const other = new pg.Client({ connectionString: database.superuserUrl });
  await other.connect();
  try {
    await other.query("begin");
    await work(other);
  } finally {
    await other.end();
  }
}

/** Resolves once so many statements wait for a lock. */
export async function untilWaiting({ sql }: Pick<TestApp, "sql">, statements = 1): Promise<void> {
  const waiting =
    "select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'";
  await eventually(async () => (await sql(waiting)).length >= statements, {
    what: `${statements} statements that wait for a lock`,
  });
}
