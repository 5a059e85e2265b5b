import { lstatSync, statSync } from "node:fs";
import { chmod, mkdir, mkdtemp, readlink, symlink } from "node:fs/promises";
import path from "node:path";
import { EmbeddedPostgresError } from "./embedded-postgres-error.js";

const openBase = "/var/lib/pulsekeep";

/**
 * Finds or creates the folder that holds the cluster, reachable for PostgreSQL's account.
 *
 * Normally that is `dataDir` itself. Root often works below a folder that nobody else may enter (`/root`):
 * then the cluster lives in a folder of its own below `/var/lib/pulsekeep`, and `dataDir/home` links to it,
 * so that the data directory still says where everything is.
 */
export async function openPostgresHome(dataDir: string, needsOpenPath: boolean): Promise<string> {
  try {
    await mkdir(dataDir, { recursive: true, mode: 0o700 });
    if (!needsOpenPath) return dataDir;
    const link = path.join(dataDir, "home");
    if (lstatSync(link, { throwIfNoEntry: false })) return await readlink(link);
    // Enter, not list: the cluster below it is closed to everybody but PostgreSQL's account.
    await chmod(dataDir, 0o711);
    if (isOpenToEveryone(dataDir)) return dataDir;
    await mkdir(openBase, { recursive: true, mode: 0o711 });
    const home = await mkdtemp(path.join(openBase, "postgres-"));
    await chmod(home, 0o711);
    await symlink(home, link);
    return home;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw EmbeddedPostgresError.fromOutput("Cannot create PostgreSQL's folder.", message, dataDir);
  }
}

/** Whether an account without any special right may enter the folder and all folders above it. */
export function isOpenToEveryone(folder: string): boolean {
  for (let at = path.resolve(folder); ; at = path.dirname(at)) {
    if ((statSync(at).mode & 0o001) === 0) return false;
    if (at === path.dirname(at)) return true;
  }
}
