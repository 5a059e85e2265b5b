import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { chown, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { EmbeddedPostgresError } from "./embedded-postgres-error.js";
import type { PostgresAccount } from "./postgres-account.js";
import type { PostgresBinaries } from "./postgres-binaries.js";

export interface ClusterPlace {
  home: string;
  binaries: PostgresBinaries;
  account: PostgresAccount | undefined;
  superuserPassword: string;
}

/**
 * Makes sure that `home/cluster` is a cluster of our major version and returns its path.
 * A first start builds it beside its final name, so that an interrupted one leaves nothing that looks complete.
 */
export async function ensureCluster(place: ClusterPlace): Promise<string> {
  const cluster = path.join(place.home, "cluster");
  if (existsSync(path.join(cluster, "PG_VERSION"))) {
    await refuseOtherMajor(cluster, place.binaries.major);
    return cluster;
  }
  const unfinished = `${cluster}.new`;
  await rm(unfinished, { recursive: true, force: true });
  await mkdir(unfinished, { mode: 0o700 });
  await initialize(place, unfinished);
  await rename(unfinished, cluster);
  return cluster;
}

async function refuseOtherMajor(cluster: string, ours: string): Promise<void> {
  const theirs = (await readFile(path.join(cluster, "PG_VERSION"), "utf8")).trim();
  if (theirs === ours) return;
  throw new EmbeddedPostgresError(
    "other-version",
    `The data in ${cluster} was written by PostgreSQL ${theirs}; this release brings PostgreSQL ${ours}. ` +
      `Dump it with the release that wrote it and load the dump here, or start empty with another PULSEKEEP_DATA_DIR.`,
  );
}

async function initialize(place: ClusterPlace, cluster: string): Promise<void> {
  const { account, binaries } = place;
  const passwordFile = path.join(cluster, "..", "superuser-password");
  await writeFile(passwordFile, place.superuserPassword, { mode: 0o600 });
  try {
    if (account) {
      await chown(cluster, account.uid, account.gid);
      await chown(passwordFile, account.uid, account.gid);
    }
    const args = [
      "-D",
      cluster,
      "-U",
      "postgres",
      "--auth=scram-sha-256",
      `--pwfile=${passwordFile}`,
      "-E",
      "UTF8",
    ];
    // The built-in provider sorts alike on every operating system.
    args.push("--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8");
    const env = { PATH: process.env.PATH, LC_ALL: "C", TZ: "UTC" };
    await promisify(execFile)(binaries.initdb, args, { ...account, env, cwd: place.home });
  } catch (error) {
    const { stderr = "", message = String(error) } = error as { stderr?: string; message?: string };
    throw EmbeddedPostgresError.fromOutput(
      "PostgreSQL could not create its data.",
      stderr || message,
      place.home,
    );
  } finally {
    await rm(passwordFile, { force: true });
  }
}
