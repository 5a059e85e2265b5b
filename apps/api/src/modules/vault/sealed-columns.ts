import type { Database, Transaction } from "@pulsekeep/database";
import { type SQL, sql } from "drizzle-orm";

/** Names come from the catalogue, and are put into statements only when they are as ours always are. */
const NAME = /^[a-z_]{1,63}$/;

/** A column of sealed values, and the columns that name its rows. */
export type SealedColumn = { table: string; column: string; keys: string[] };

/**
 * Columns whose name says that they hold sealed values. From the catalogue, so that none is forgotten.
 *
 * @throws Error for a name that is none of ours, or a table whose rows have no name
 */
export async function listSealedColumns(db: Database | Transaction): Promise<SealedColumn[]> {
  const { rows } = await db.execute<SealedColumn>(
    sql`select c.relname as "table", s.attname as "column",
          array(select k.attname::text from pg_index i
            cross join lateral unnest(i.indkey::int2[]) with ordinality as part(attnum, place)
            join pg_attribute k on k.attrelid = c.oid and k.attnum = part.attnum
            where i.indrelid = c.oid and i.indisprimary order by part.place) as keys
        from pg_class c
        join pg_attribute s on s.attrelid = c.oid and s.attnum > 0 and not s.attisdropped
        where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
          and s.atttypid = 'bytea'::regtype and s.attname like '%\\_sealed'
        order by 1, 2`,
  );
  for (const { table, column, keys } of rows) {
    if (keys.length === 0) throw new Error(`Sealed values are in ${table}, which has no primary key`);
    for (const name of [table, column, ...keys])
      if (!NAME.test(name)) throw new Error(`Sealed values are in ${name}, which is no name of ours`);
  }
  return rows;
}

/** The row's name in the place of what is sealed there: the parts of its key, empty ones left out. */
export const rowNameOf = ({ keys }: SealedColumn): SQL<string> =>
  sql`concat_ws('/', ${sql.join(
    keys.map((key) => sql`nullif(${sql.identifier(key)}::text, '')`),
    sql`, `,
  )})`;
