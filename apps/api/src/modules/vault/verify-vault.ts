import type { KeyObject } from "node:crypto";
import type { Database } from "@pulsekeep/database";
import { openValue } from "@pulsekeep/signing";
import { sql } from "drizzle-orm";
import { type UnwrappedDataKey, unwrapDataKey } from "./data-key.js";
import type { Keyring } from "./keyring.js";

type VaultFinding = { table: string; column: string; row: string; reason: string };

export type VaultReport = { dataKeys: number; sealedValues: number; findings: VaultFinding[] };

const BATCH = 500;
/** Names come from the catalogue, and are put into statements only when they are as ours always are. */
const NAME = /^[a-z_]{1,63}$/;

/**
 * Opens every data key and every sealed value that the database holds, and says which do not. Sealed values are
 * found by their columns' names, so none is left out. What opens is dropped at once.
 *
 * @param db as a role that reads every row (`pulsekeep_backup`)
 */
export async function verifyVault(db: Database, ring: Keyring): Promise<VaultReport> {
  const findings: VaultFinding[] = [];
  const keys = new Map<string, { id: string; key: KeyObject }>();
  let dataKeys = 0;
  for await (const row of readDataKeys(db)) {
    dataKeys += 1;
    const unwrapped: UnwrappedDataKey = unwrapDataKey(ring, row);
    if (unwrapped.ok) keys.set(row.workspaceId, { id: row.id, key: unwrapped.key });
    else findings.push({ table: "data_keys", column: "key_wrapped", row: row.id, reason: unwrapped.reason });
  }
  let sealedValues = 0;
  for (const column of await listSealedColumns(db))
    for await (const value of readSealed(db, column)) {
      sealedValues += 1;
      const dataKey = keys.get(value.workspaceId);
      const opened = openValue({
        findKey: (id) => (id === dataKey?.id ? dataKey.key : undefined),
        place: { tenant: value.workspaceId, table: column.table, column: column.column, row: value.row },
        sealed: value.sealed,
      });
      if (opened.ok) opened.plaintext.fill(0);
      else
        findings.push({ table: column.table, column: column.column, row: value.row, reason: opened.reason });
    }
  return { dataKeys, sealedValues, findings };
}

async function* readDataKeys(db: Database) {
  let after = "00000000-0000-0000-0000-000000000000";
  for (;;) {
    const { rows } = await db.execute<{
      id: string;
      workspaceId: string;
      keyringKeyId: string;
      keyWrapped: Buffer;
      retiredAt: Date | null;
    }>(
      sql`select d.id, d.workspace_id as "workspaceId", d.keyring_key_id as "keyringKeyId",
                 d.key_wrapped as "keyWrapped", k.retired_at as "retiredAt"
          from data_keys d left join keyring_keys k on k.id = d.keyring_key_id
          where d.id > ${after} order by d.id limit ${BATCH}`,
    );
    yield* rows;
    if (rows.length < BATCH) return;
    after = rows.at(-1)?.id ?? after;
  }
}

type SealedColumn = { table: string; column: string; key: string };

/** Columns whose name says that they hold sealed values, with the one column that names their rows. */
async function listSealedColumns(db: Database): Promise<SealedColumn[]> {
  const { rows } = await db.execute<SealedColumn>(
    sql`select c.table_name as "table", c.column_name as "column", a.attname as "key"
        from information_schema.columns c
        join pg_index i on i.indrelid = format('%I.%I', c.table_schema, c.table_name)::regclass and i.indisprimary
        join pg_attribute a on a.attrelid = i.indrelid and a.attnum = i.indkey[0]
        where c.table_schema = 'public' and c.data_type = 'bytea' and c.column_name like '%\\_sealed' and i.indnkeyatts = 1
        order by 1, 2`,
  );
  for (const name of rows.flatMap(({ table, column, key }) => [table, column, key]))
    if (!NAME.test(name)) throw new Error(`Sealed values are in ${name}, which is no name of ours`);
  return rows;
}

async function* readSealed(db: Database, { table, column, key }: SealedColumn) {
  let after = "00000000-0000-0000-0000-000000000000";
  for (;;) {
    const { rows } = await db.execute<{ row: string; workspaceId: string; sealed: Buffer }>(
      sql`select ${sql.identifier(key)} as "row", workspace_id as "workspaceId", ${sql.identifier(column)} as sealed
          from ${sql.identifier(table)}
          where ${sql.identifier(column)} is not null and ${sql.identifier(key)} > ${after}
          order by 1 limit ${BATCH}`,
    );
    yield* rows;
    if (rows.length < BATCH) return;
    after = rows.at(-1)?.row ?? after;
  }
}
