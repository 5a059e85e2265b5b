import type { KeyObject } from "node:crypto";
import type { Database, Transaction } from "@pulsekeep/database";
import { openValue } from "@pulsekeep/signing";
import { sql } from "drizzle-orm";
import { type UnwrappedDataKey, unwrapDataKey } from "./data-key.js";
import type { Keyring } from "./keyring.js";
import { listSealedColumns, rowNameOf, type SealedColumn } from "./sealed-columns.js";

type VaultFinding = { table: string; column: string; row: string; reason: string };

export type VaultReport = { dataKeys: number; sealedValues: number; findings: VaultFinding[] };

const BATCH = 500;

/**
 * Opens every data key and every sealed value that the database holds, and says which do not. Sealed values are
 * found by their columns' names, so none is left out. What opens is dropped at once. It looks at one moment's state,
 * so that a key which is replaced meanwhile is not taken for a lost one; empty values are shredded ones.
 *
 * @param db as a role that reads every row (`pulsekeep_backup`)
 */
export async function verifyVault(db: Database, ring: Keyring): Promise<VaultReport> {
  return db.transaction((tx) => verifyAll(tx, ring), {
    isolationLevel: "repeatable read",
    accessMode: "read only",
  });
}

async function verifyAll(db: Transaction, ring: Keyring): Promise<VaultReport> {
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

async function* readDataKeys(db: Transaction) {
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

async function* readSealed(db: Transaction, sealedColumn: SealedColumn) {
  const { table, column } = sealedColumn;
  const name = rowNameOf(sealedColumn);
  let after = "";
  for (;;) {
    const { rows } = await db.execute<{ row: string; workspaceId: string; sealed: Buffer }>(
      sql`select ${name} as "row", workspace_id as "workspaceId", ${sql.identifier(column)} as sealed
          from ${sql.identifier(table)}
          where length(${sql.identifier(column)}) > 0 and ${name} > ${after}
          order by 1 limit ${BATCH}`,
    );
    yield* rows;
    if (rows.length < BATCH) return;
    after = rows.at(-1)?.row ?? after;
  }
}
