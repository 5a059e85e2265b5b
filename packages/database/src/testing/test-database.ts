import { randomBytes } from "node:crypto";
import pg from "pg";
import { inject } from "vitest";

export interface TestDatabase {
  /** As `pulsekeep_owner`; add `options=-c role=...` for the role under test. */
  ownerUrl: string;
  /** As superuser, for what no product role may do: forging rows, ending connections. */
  superuserUrl: string;
  /** Removes the database, connections included. */
  drop(): Promise<void>;
}

/**
 * Creates a database of its own for one test file (some 50 ms).
 * @param options.migrated default true: a copy of the migrated template; false: an empty one
 */
export async function createTestDatabase(options: { migrated?: boolean } = {}): Promise<TestDatabase> {
  const server = inject("testPostgres");
  const migrated = options.migrated ?? true;
  if (migrated && server.migrationFailure) {
    throw new Error(`The migrations failed, so there is no database to copy:\n${server.migrationFailure}`);
  }
  const name = `test_${randomBytes(8).toString("hex")}`;
  const template = migrated ? server.template : "template1";
  await runOn(server.superuserUrl, `CREATE DATABASE ${name} OWNER pulsekeep_owner TEMPLATE ${template}`);
  return {
    ownerUrl: withDatabase(server.ownerUrl, name),
    superuserUrl: withDatabase(server.superuserUrl, name),
    drop: () => runOn(server.superuserUrl, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`),
  };
}

function withDatabase(url: string, name: string): string {
  const changed = new URL(url);
  changed.pathname = `/${name}`;
  return changed.href;
}

async function runOn(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
