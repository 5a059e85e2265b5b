import { type Database, schema, type Transaction } from "@pulsekeep/database";
import { eq, inArray, isNull, and, ne, sql } from "drizzle-orm";
import { unwrapDataKey, wrapDataKey } from "./data-key.js";
import type { Keyring } from "./keyring.js";

const { dataKeys, keyringKeys } = schema;

/** Called in the transaction of each batch, so that what was wrapped anew is recorded with it or not at all. */
export type RecordRewrap = (
  tx: Transaction,
  rewrapped: readonly { workspaceId: string; dataKeyId: string; from: string; to: string }[],
) => Promise<void>;

/**
 * Wraps at most `size` data keys anew under the current key, in one transaction, and says how many. Rows that
 * somebody else holds are left for the next batch; a crash leaves whole batches only, so it goes on where it was.
 * Values are not sealed anew: they stay under their data key, which stays the same.
 *
 * @throws Error when a data key does not open
 */
export async function rewrapBatch(
  db: Database,
  ring: Keyring,
  { size, record }: { size: number; record: RecordRewrap },
): Promise<number> {
  return db.transaction(async (tx) => {
    const rows = await tx
      .select()
      .from(dataKeys)
      .where(ne(dataKeys.keyringKeyId, ring.currentId))
      .orderBy(dataKeys.id)
      .limit(size)
      .for("update", { skipLocked: true });
    if (rows.length === 0) return 0;
    await takeWraps(tx, ring.currentId, rows.length);
    for (const row of rows) {
      const unwrapped = unwrapDataKey(ring, row);
      if (!unwrapped.ok) throw new Error(`The data key ${row.id} does not open: ${unwrapped.reason}`);
      await tx
        .update(dataKeys)
        .set({ ...wrapDataKey(ring, row, unwrapped.key.export()), wrappedAt: sql`now()` })
        .where(eq(dataKeys.id, row.id));
    }
    await record(
      tx,
      rows.map(({ id, workspaceId, keyringKeyId }) => ({
        workspaceId,
        dataKeyId: id,
        from: keyringKeyId,
        to: ring.currentId,
      })),
    );
    return rows.length;
  });
}

/**
 * Retires the keys that wrap nothing any more; what they wrapped, in a backup for one, opens no more. The database
 * itself refuses to retire a key that is in use.
 *
 * @param options.idleMs the current key must have been current for this long
 */
export async function retireUnusedKeys(
  db: Database,
  ring: Keyring,
  { idleMs }: { idleMs: number },
): Promise<string[]> {
  return db.transaction(async (tx) => {
    // Locked before they are counted: nobody takes a wrap of them meanwhile. A key that was never the current one
    // waits to become it.
    const { rows } = await tx.execute<{ id: string }>(
      sql`select id from keyring_keys k
          where retired_at is null and current_since is not null and id <> ${ring.currentId}
            and exists (select from keyring_keys c where c.id = ${ring.currentId}
              and c.current_since <= now() - make_interval(secs => ${idleMs / 1_000}))
          for update of k`,
    );
    const unused: string[] = [];
    for (const { id } of rows)
      if ((await tx.$count(dataKeys, eq(dataKeys.keyringKeyId, id))) === 0) unused.push(id);
    if (unused.length === 0) return [];
    await tx.update(keyringKeys).set({ retiredAt: sql`now()` }).where(inArray(keyringKeys.id, unused));
    return unused.sort();
  });
}

/** @throws Error when the key is retired, or has wrapped too often */
export async function takeWraps(tx: Transaction, id: string, count: number): Promise<void> {
  const taken = await tx
    .update(keyringKeys)
    .set({ wraps: sql`${keyringKeys.wraps} + ${count}` })
    .where(and(eq(keyringKeys.id, id), isNull(keyringKeys.retiredAt), sql`${keyringKeys.wraps} < 4294967296`))
    .returning({ id: keyringKeys.id });
  if (taken.length === 0) throw new Error(`The keyring key ${id} may wrap no more`);
}
