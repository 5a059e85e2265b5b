import pg from "pg";

/** One statement on the database of the product under test, for what a test cannot wait for: time, mostly. */
export async function query<T extends pg.QueryResultRow>(
  text: string,
  values: unknown[] = [],
  connectionString = process.env.PULSEKEEP_E2E_SUPERUSER_URL,
): Promise<T[]> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    return (await client.query<T>(text, values)).rows;
  } finally {
    await client.end();
  }
}
