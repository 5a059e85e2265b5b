import type { PostgresServer } from "./postgres-server.ts";

/** Inserts rows given as JSON, in the columns that the first one names. */
export async function insertRows(
  postgres: PostgresServer,
  table: string,
  rows: readonly Record<string, unknown>[],
): Promise<void> {
  const [first] = rows;
  if (first === undefined) return;
  const columns = Object.keys(first).join(", ");
  await postgres.query(
    `insert into ${table} (${columns}) select ${columns} from jsonb_populate_recordset(null::${table}, $1::jsonb)`,
    [JSON.stringify(rows)],
  );
}

/** Bytes as they are written in JSON for a `bytea`. */
export const toBytea = (bytes: Uint8Array): string => `\\x${Buffer.from(bytes).toString("hex")}`;
