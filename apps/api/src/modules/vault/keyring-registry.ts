import { type Database, schema, type Transaction } from "@pulsekeep/database";
import { sql } from "drizzle-orm";
import { checkValueOf, type Keyring } from "./keyring.js";

const { keyringKeys } = schema;

/**
 * Writes down the keys of this process's ring and holds them against what the database knows. Start-up and
 * rotation go through here, so that neither goes on with a ring that would lose something.
 *
 * @throws Error when a data key needs a key that the ring does not hold, when another key has a known id, or when
 *   the current key is retired
 */
export async function registerKeyring(db: Database, ring: Keyring): Promise<void> {
  await db.transaction(async (tx) => {
    for (const [id, key] of ring.keys)
      await tx
        .insert(keyringKeys)
        .values({ id, checkValue: checkValueOf(key) })
        .onConflictDoNothing();
    const known = new Map((await tx.select().from(keyringKeys)).map((row) => [row.id, row]));
    for (const [id, key] of ring.keys)
      if (!known.get(id)?.checkValue.equals(checkValueOf(key)))
        throw new Error(`The keyring key ${id} is another one than before: an id is never used again`);
    if (known.get(ring.currentId)?.retiredAt)
      throw new Error(`The keyring key ${ring.currentId} is retired and cannot be the current one`);
    await requireHeld(tx, ring);
    await markUsed(tx, ring.currentId);
  });
}

async function requireHeld(tx: Transaction, ring: Keyring): Promise<void> {
  const held = [...ring.keys.keys()];
  const { rows } = await tx.execute<{ id: string; wrapped: number }>(
    sql`select keyring_key_id as id, count(*)::int as wrapped from data_keys
        where keyring_key_id <> all (${sql.param(held)}::text[]) group by 1 order by 1`,
  );
  if (rows.length === 0) return;
  const missing = rows.map(({ id, wrapped }) => `${id} (${wrapped} data keys)`).join(", ");
  throw new Error(`The keyring lacks keys that data keys are wrapped with: ${missing}`);
}

/** Since when a key has wrapped; data keys that are older than this register tell of the time before it. */
async function markUsed(tx: Transaction, currentId: string): Promise<void> {
  await tx.execute(
    sql`update keyring_keys k
        set current_since = coalesce(d.since, now()), wraps = greatest(k.wraps, coalesce(d.wrapped, 0))
        from keyring_keys known
        left join (select keyring_key_id, min(created_at) as since, count(*) as wrapped from data_keys group by 1) d
          on d.keyring_key_id = known.id
        where k.id = known.id and k.current_since is null and (k.id = ${currentId} or d.wrapped > 0)`,
  );
}
