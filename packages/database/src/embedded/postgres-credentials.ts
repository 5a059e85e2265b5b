import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { readFile, rename, writeFile } from "node:fs/promises";
import path from "node:path";

export interface PostgresCredentials {
  superuserPassword: string;
  ownerPassword: string;
}

/** Reads the passwords that belong to the cluster of this data directory, or makes them on the first start. */
export async function loadPostgresCredentials(dataDir: string): Promise<PostgresCredentials> {
  const file = path.join(dataDir, "credentials.json");
  if (existsSync(file)) return JSON.parse(await readFile(file, "utf8"));
  const credentials = {
    superuserPassword: randomBytes(24).toString("base64url"),
    ownerPassword: randomBytes(24).toString("base64url"),
  };
  await writeFile(`${file}.new`, JSON.stringify(credentials), { mode: 0o600 });
  await rename(`${file}.new`, file);
  return credentials;
}
