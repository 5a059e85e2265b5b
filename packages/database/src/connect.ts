import { drizzle, type NodePgDatabase } from "drizzle-orm/node-postgres";
import pg from "pg";
import * as schema from "./schema.js";

export type DatabaseRole =
  | "pulsekeep_app"
  | "pulsekeep_engine"
  | "pulsekeep_identity"
  | "pulsekeep_admin"
  | "pulsekeep_backup";
export type Database = NodePgDatabase<typeof schema>;
export type Transaction = Parameters<Parameters<Database["transaction"]>[0]>[0];

export type Connection = { pool: pg.Pool; database: Database };

/**
 * Opens a pool whose every connection has taken one of PulseKeep's roles, so that nothing of this process
 * works with the owner's rights.
 *
 * @param options.max connections in the pool, 1 to 100
 */
export function connect(url: string, role: DatabaseRole, options: { max?: number } = {}): Connection {
  const pool = new pg.Pool({
    connectionString: url,
    max: options.max ?? 10,
    application_name: role,
    options: `-c role=${role} -c statement_timeout=30000 -c idle_in_transaction_session_timeout=60000`,
  });
  // An idle connection that the server ends must not end the process; the next query opens another.
  pool.on("error", () => undefined);
  return { pool, database: drizzle(pool, { schema }) };
}
