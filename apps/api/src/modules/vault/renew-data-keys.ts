import { createSecretKey, type KeyObject, randomBytes } from "node:crypto";
import { type Database, schema, type Transaction } from "@pulsekeep/database";
import { hedgedIv, openValue, sealValue } from "@pulsekeep/signing";
import { and, asc, eq, gte, isNotNull, lt, notInArray, or, sql } from "drizzle-orm";
import { newId } from "../../platform/ids.js";
import { MAX_SEALS, sealFormerKey, unwrapDataKey, wrapDataKey } from "./data-key.js";
import type { Keyring } from "./keyring.js";
import { takeWraps } from "./rewrap.js";
import { listSealedColumns, rowNameOf, type SealedColumn } from "./sealed-columns.js";

const { dataKeys } = schema;

/** Half of what a data key may seal: it is replaced long before it would refuse. */
const RENEW_AFTER_SEALS = MAX_SEALS / 2;
/** The end of a request that began before the replacement, with much to spare. */
const FORMER_KEPT_MINUTES = 15;
const LOCK_NOT_AVAILABLE = "55P03";

type Renewal = { workspaceId: string; from: string; to: string; values: number };

/** Called in the transaction of each renewal, so that it is recorded with it or not at all. */
export type RecordRenewal = (tx: Transaction, renewal: Renewal) => Promise<void>;

export type RenewalOutcome = {
  renewed: number;
  /** Somebody held a row of theirs; they are for the next time. */
  busy: string[];
  /** Something of theirs does not open, and everything was left as it was: the former key is the only way to it. */
  failed: { workspaceId: string; reason: string }[];
};

type Work = { ring: Keyring; madeBefore: Date; record: RecordRenewal };

/**
 * Makes at most `size` data keys anew that are older than `madeBefore` or have sealed very often, each in a
 * transaction of its own with everything that it has sealed. Either all of a workspace's values are under the new
 * key or none is; a crash leaves whole workspaces only.
 *
 * @param options.except workspaces that are left out
 */
export async function renewDataKeys(
  db: Database,
  { size, except, ...work }: Work & { size: number; except: readonly string[] },
): Promise<RenewalOutcome> {
  const columns = (await listSealedColumns(db)).filter(({ table }) => table !== "data_keys");
  const due = await db
    .select({ workspaceId: dataKeys.workspaceId })
    .from(dataKeys)
    .where(and(isDue(work.madeBefore), notInArray(dataKeys.workspaceId, [...except])))
    .orderBy(asc(dataKeys.createdAt))
    .limit(size);
  const outcome: RenewalOutcome = { renewed: 0, busy: [], failed: [] };
  for (const { workspaceId } of due) {
    try {
      await db.transaction((tx) => renewOne(tx, { ...work, workspaceId, columns }));
      outcome.renewed += 1;
    } catch (error) {
      if (error instanceof DoesNotOpen) outcome.failed.push({ workspaceId, reason: error.message });
      else if (isHeldBySomebody(error)) outcome.busy.push(workspaceId);
      else throw error;
    }
  }
  return outcome;
}

/** Forgets the keys that were replaced a while ago, and says how many. */
export async function forgetFormerKeys(db: Database): Promise<number> {
  const forgotten = await db
    .update(dataKeys)
    .set({ formerId: null, formerKeySealed: null })
    .where(
      and(
        isNotNull(dataKeys.formerId),
        sql`${dataKeys.createdAt} < now() - make_interval(mins => ${FORMER_KEPT_MINUTES})`,
      ),
    )
    .returning({ id: dataKeys.id });
  return forgotten.length;
}

/** The instant so many days ago, by the clock that says when keys were made: another one might never agree. */
export async function daysAgo(db: Database, days: number): Promise<Date> {
  const { rows } = await db.execute<{ at: string }>(sql`select now() - make_interval(days => ${days}) as at`);
  return new Date(rows[0]?.at ?? 0);
}

class DoesNotOpen extends Error {}

type One = Work & { workspaceId: string; columns: readonly SealedColumn[] };

/**
 * Waits for nobody while it holds the data key's row, for whoever seals takes that row last: a row that is held by
 * somebody else ends it, and with it what it has done so far.
 */
async function renewOne(tx: Transaction, one: One): Promise<void> {
  const { ring, workspaceId, columns, madeBefore, record } = one;
  const [row] = await tx
    .select()
    .from(dataKeys)
    .where(and(eq(dataKeys.workspaceId, workspaceId), isDue(madeBefore)))
    .for("update", { noWait: true });
  // Another process was quicker.
  if (!row) return;
  const unwrapped = unwrapDataKey(ring, row);
  if (!unwrapped.ok) throw new DoesNotOpen(`data key ${row.id}: ${unwrapped.reason}`);
  const former = { id: row.id, key: unwrapped.key };
  const bytes = randomBytes(32);
  const next = { workspaceId, id: newId(), key: createSecretKey(bytes) };
  let values = 0;
  for (const column of columns) {
    const sealed = await lockSealed(tx, column, workspaceId);
    for (const value of sealed) await sealAnew(tx, { column, ...value, workspaceId, former, next });
    values += sealed.length;
  }
  await takeWraps(tx, ring.currentId, 1);
  await tx
    .update(dataKeys)
    .set({
      ...wrapDataKey(ring, next, bytes),
      id: next.id,
      formerId: former.id,
      formerKeySealed: sealFormerKey(next, former.key),
      seals: values + 1,
      createdAt: sql`now()`,
      wrappedAt: sql`now()`,
    })
    .where(eq(dataKeys.id, row.id));
  bytes.fill(0);
  await record(tx, { workspaceId, from: former.id, to: next.id, values });
}

/** An empty value is a shredded one: there is nothing to seal anew. */
async function lockSealed(
  tx: Transaction,
  sealedColumn: SealedColumn,
  workspaceId: string,
): Promise<{ row: string; sealed: Buffer }[]> {
  const { table, column } = sealedColumn;
  const { rows } = await tx.execute<{ row: string; sealed: Buffer }>(
    sql`select ${rowNameOf(sealedColumn)} as "row", ${sql.identifier(column)} as sealed
        from ${sql.identifier(table)}
        where workspace_id = ${workspaceId} and length(${sql.identifier(column)}) > 0
        for update nowait`,
  );
  return rows;
}

async function sealAnew(
  tx: Transaction,
  value: {
    column: SealedColumn;
    row: string;
    sealed: Buffer;
    workspaceId: string;
    former: { id: string; key: KeyObject };
    next: { id: string; key: KeyObject };
  },
): Promise<void> {
  const { row, sealed, workspaceId, former, next } = value;
  const { table, column } = value.column;
  const place = { tenant: workspaceId, table, column, row };
  const opened = openValue({
    findKey: (id) => (id === former.id ? former.key : undefined),
    place,
    sealed,
  });
  if (!opened.ok) throw new DoesNotOpen(`${table}.${column} of ${row}: ${opened.reason}`);
  const { plaintext } = opened;
  const iv = hedgedIv({ key: next.key, random: randomBytes(32), place, plaintext });
  const anew = sealValue({ key: next.key, keyId: next.id, place, plaintext, iv });
  plaintext.fill(0);
  await tx.execute(
    sql`update ${sql.identifier(table)} set ${sql.identifier(column)} = ${anew}
        where workspace_id = ${workspaceId} and ${rowNameOf(value.column)} = ${row}`,
  );
}

const isDue = (madeBefore: Date) =>
  or(lt(dataKeys.createdAt, madeBefore), gte(dataKeys.seals, RENEW_AFTER_SEALS));

function isHeldBySomebody(error: unknown): boolean {
  const cause = error instanceof Error ? error.cause : undefined;
  return typeof cause === "object" && cause !== null && "code" in cause && cause.code === LOCK_NOT_AVAILABLE;
}
