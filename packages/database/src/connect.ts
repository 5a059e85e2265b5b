import { drizzle, type NodePgDatabase } from "drizzle-orm/node-postgres";
import pg from "pg";
import * as schema from "./schema.js";

export type DatabaseRole =
  | "pulsekeep_app"
  | "pulsekeep_engine"
  | "pulsekeep_claims"
  | "pulsekeep_gate"
  | "pulsekeep_ci"
  | "pulsekeep_identity"
  | "pulsekeep_admin"
  | "pulsekeep_backup";
export type Database = NodePgDatabase<typeof schema>;
export type Transaction = Parameters<Parameters<Database["transaction"]>[0]>[0];

export type Connection = { pool: pg.Pool; database: Database };

const DEFAULT_SETTINGS = { statement_timeout: "30000", idle_in_transaction_session_timeout: "60000" };

/** A statement that the server parses and plans once per connection: `name` must differ wherever `text` does. */
export type Statement = { name: string; text: string };

/**
 * Runs prepared statements of one transaction, in the order of the calls: one that needs no answer of those before it
 * need not wait for them. Values are passed to the server as they are; instants come as `Date`.
 */
export interface Statements {
  run<Row>(statement: Statement, values: readonly unknown[]): Promise<Row[]>;
  /** As `run`, of the last one: it leaves together with the commit. */
  runLast<Row>(statement: Statement, values: readonly unknown[]): Promise<Row[]>;
}

/**
 * Runs `work` in one transaction of prepared statements, for the few statements that run thousands of times a
 * second; everything else uses `Connection.database`. What opens the transaction travels with its first statement, and
 * the commit with the last, so that a transaction of two statements is two round trips.
 *
 * @param pool one with `pipeline`
 * @param first what the transaction begins with
 */
export async function inStatements<T>(
  pool: pg.Pool,
  work: (statements: Statements) => Promise<T>,
  first?: { statement: Statement; values: readonly unknown[] },
): Promise<T> {
  const client = await pool.connect();
  const send = <Row>({ name, text }: Statement, values: readonly unknown[]) => {
    gatherWrites(client);
    return client.query<Row & pg.QueryResultRow>({ name, text, values: [...values] });
  };
  let broken: Error | undefined;
  let isEnded = false;
  let cause: Error | undefined;
  const keepFirst = (error: Error): void => void (cause ??= error);
  try {
    gatherWrites(client);
    // Where these fail, so does the first statement of the work, which is waited for.
    client.query("begin").catch(keepFirst);
    if (first) send(first.statement, first.values).catch(keepFirst);
    const result = await work({
      run: async <Row>(statement: Statement, values: readonly unknown[]) =>
        (await send<Row>(statement, values)).rows,
      runLast: async <Row>(statement: Statement, values: readonly unknown[]) => {
        const last = send<Row>(statement, values);
        isEnded = true;
        // A commit after a failed statement rolls back.
        const [{ rows }] = await Promise.all([last, client.query("commit")]);
        return rows;
      },
    });
    if (!isEnded) await client.query("commit");
    return result;
  } catch (error) {
    // Also after a commit that was sent: nobody knows whether it came. A connection that cannot even roll back is
    // not given to anybody else.
    await client.query("rollback").catch((failure: Error) => {
      broken = failure;
    });
    // After a failure of what it begins with, the work hears only that the transaction is over.
    throw cause ?? error;
  } finally {
    client.release(broken);
  }
}

/** What is sent in one go leaves as one packet, and wakes the server once: half of a small transaction's time is that. */
function gatherWrites(client: pg.ClientBase): void {
  if (!(client instanceof pg.Client)) return;
  const { stream } = client.connection;
  if (stream.writableCorked > 0) return;
  stream.cork();
  process.nextTick(() => stream.uncork());
}

/**
 * Opens a pool whose every connection has taken one of PulseKeep's roles, so that nothing of this process
 * works with the owner's rights.
 *
 * @param options.max connections in the pool, 1 to 100
 * @param options.settings of every connection, as the server names them
 * @param options.pipeline sends a connection's next statement without waiting for the answer to the one before
 */
export function connect(
  url: string,
  role: DatabaseRole,
  options: { max?: number; settings?: Record<string, string>; pipeline?: boolean } = {},
): Connection {
  const settings = { ...DEFAULT_SETTINGS, ...options.settings };
  const pool = new pg.Pool({
    connectionString: url,
    max: options.max ?? 10,
    application_name: role,
    pipeline: options.pipeline ?? false,
    options: Object.entries({ role, ...settings })
      .map(([name, value]) => `-c ${name}=${value}`)
      .join(" "),
  });
  // A connection that the server ends must not end the process. The pool hears of idle ones only; one that is in
  // use says it in its next query.
  pool.on("error", () => undefined);
  pool.on("connect", (client) => client.on("error", () => undefined));
  return { pool, database: drizzle(pool, { schema }) };
}
