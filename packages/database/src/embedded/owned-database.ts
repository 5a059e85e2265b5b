import pg from "pg";

/**
 * Makes sure that the role `pulsekeep_owner` and its database `pulsekeep` exist, with this password.
 * The owner is not a superuser: row-level security binds it like everybody else once it is forced.
 */
export async function ensureOwnedDatabase(superuserUrl: string, ownerPassword: string): Promise<void> {
  const client = new pg.Client({ connectionString: superuserUrl });
  await client.connect();
  try {
    const password = client.escapeLiteral(ownerPassword);
    const rights = "LOGIN CREATEROLE NOSUPERUSER NOCREATEDB NOREPLICATION NOBYPASSRLS";
    const role = await client.query("SELECT 1 FROM pg_roles WHERE rolname = 'pulsekeep_owner'");
    const verb = role.rowCount ? "ALTER" : "CREATE";
    await client.query(`${verb} ROLE pulsekeep_owner ${rights} PASSWORD ${password}`);
    const database = await client.query("SELECT 1 FROM pg_database WHERE datname = 'pulsekeep'");
    if (!database.rowCount) await client.query("CREATE DATABASE pulsekeep OWNER pulsekeep_owner");
    await client.query("REVOKE ALL ON DATABASE pulsekeep FROM PUBLIC");
  } finally {
    await client.end();
  }
}
