import { createHash } from "node:crypto";
import { fileURLToPath } from "node:url";
import { drizzle } from "drizzle-orm/node-postgres";
import { migrate as runMigrations } from "drizzle-orm/node-postgres/migrator";
import pg from "pg";

const folder = fileURLToPath(new URL("../migrations", import.meta.url));
const lockId = createHash("sha256").update("pulsekeep.migrate").digest().readInt32BE(0);

/**
 * Brings the database to this version's schema. Safe to call from several processes at once: the migrator
 * itself takes no lock, so an advisory lock of the same connection goes around it.
 *
 * @param ownerUrl connection URL of the owner role (it creates roles: CREATEROLE is needed the first time)
 */
export async function migrate(ownerUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: ownerUrl, application_name: "pulsekeep-migrate" });
  client.on("error", () => undefined);
  await client.connect();
  try {
    await client.query("select pg_advisory_lock($1)", [lockId]);
    await runMigrations(drizzle(client), { migrationsFolder: folder });
  } finally {
    await client.end();
  }
}
