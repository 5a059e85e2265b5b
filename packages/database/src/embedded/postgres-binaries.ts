import { existsSync } from "node:fs";
import { cp, readFile, symlink } from "node:fs/promises";
import path from "node:path";
import { EmbeddedPostgresError } from "./embedded-postgres-error.js";
import { isOpenToEveryone } from "./postgres-home.js";

export interface PostgresBinaries {
  initdb: string;
  postgres: string;
  /** Major version as text, the way PostgreSQL writes it to `PG_VERSION`. */
  major: string;
}

/**
 * Finds the binaries of this platform's `@embedded-postgres` package and makes them usable.
 * @param home folder for a copy of them when the checkout is closed to PostgreSQL's account
 */
export async function preparePostgresBinaries(
  home: string,
  needsOpenPath: boolean,
): Promise<PostgresBinaries> {
  const found = await findNativeFolder();
  await restoreSymlinks(found.native);
  const native = needsOpenPath && !isOpenToEveryone(found.native) ? await copyTo(home, found) : found.native;
  return {
    initdb: path.join(native, "bin", "initdb"),
    postgres: path.join(native, "bin", "postgres"),
    major: found.version.split(".")[0] ?? found.version,
  };
}

interface NativeFolder {
  native: string;
  version: string;
}

async function findNativeFolder(): Promise<NativeFolder> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  let entry: string;
  try {
    const module: { postgres: string } = await import(name);
    entry = module.postgres;
  } catch (cause) {
    throw new EmbeddedPostgresError(
      "unsupported-platform",
      `There is no PostgreSQL in the package ${name} here. Run \`npm ci\` without --omit=optional, or point DATABASE_URL to a PostgreSQL 15 or newer.`,
      { cause },
    );
  }
  const native = path.resolve(entry, "..", "..");
  if (!existsSync(entry)) {
    throw new EmbeddedPostgresError("missing-binaries", `${entry} is missing. Run \`npm ci\` to restore it.`);
  }
  const manifest = JSON.parse(await readFile(path.join(native, "..", "package.json"), "utf8"));
  return { native, version: String(manifest.version) };
}

/** npm packages cannot carry symlinks; the package restores them in a script, which the user may have blocked. */
async function restoreSymlinks(native: string): Promise<void> {
  const list = await readFile(path.join(native, "pg-symlinks.json"), "utf8").catch(() => "[]");
  const links: { source: string; target: string }[] = JSON.parse(list);
  for (const { source, target } of links) {
    const link = path.join(native, "..", target);
    if (existsSync(link)) continue;
    await symlink(path.relative(path.dirname(target), source), link).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "EEXIST") {
        throw EmbeddedPostgresError.fromOutput(
          "Cannot complete the PostgreSQL package.",
          error.message,
          native,
        );
      }
    });
  }
}

async function copyTo(home: string, found: NativeFolder): Promise<string> {
  const copy = path.join(home, `binaries-${found.version}`);
  const complete = path.join(copy, "share", "postgresql", "postgres.bki");
  if (!existsSync(complete)) {
    // `share` last: its presence then proves that the copy was not interrupted.
    for (const part of ["bin", "lib", "share"]) {
      await cp(path.join(found.native, part), path.join(copy, part), {
        recursive: true,
        verbatimSymlinks: true,
      });
    }
  }
  return copy;
}
