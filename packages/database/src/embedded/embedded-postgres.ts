import type { ChildProcess } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { findFreePort } from "./free-port.js";
import { EmbeddedPostgresError } from "./embedded-postgres-error.js";
import { ensureOwnedDatabase } from "./owned-database.js";
import { findPostgresAccount, type PostgresAccount } from "./postgres-account.js";
import { preparePostgresBinaries } from "./postgres-binaries.js";
import { ensureCluster } from "./postgres-cluster.js";
import { loadPostgresCredentials } from "./postgres-credentials.js";
import { openPostgresHome } from "./postgres-home.js";
import { findPostmasterFile, releaseCluster } from "./postmaster-file.js";
import { spawnGuarded } from "./spawn-guarded.js";

export { EmbeddedPostgresError } from "./embedded-postgres-error.js";
export { findFreePort } from "./free-port.js";
export { spawnGuarded, type GuardedSpawn } from "./spawn-guarded.js";

export interface EmbeddedPostgresOptions {
  /** Folder of its own, created when missing; the next start with it finds the data again. */
  dataDir: string;
  /** Default `dataDir/postgres.log`; truncated at every start. */
  logFile?: string;
  /** Further server settings, for example `{ fsync: "off" }` in tests. */
  settings?: Record<string, string>;
  startTimeoutMs?: number;
}

export interface EmbeddedPostgres {
  /** As `pulsekeep_owner`, which owns the database `pulsekeep` and may create roles. Contains its password. */
  url: string;
  /** As the superuser `postgres`, to the database `postgres`. Contains its password. */
  superuserUrl: string;
  port: number;
  pid: number;
  /** Where the cluster really is. */
  home: string;
  /** Settles when the server ends, wanted or not. */
  exited: Promise<void>;
  /** Ends all connections and the server; safe to call twice. */
  stop(): Promise<void>;
}

const defaultSettings = {
  listen_addresses: "127.0.0.1",
  unix_socket_directories: "",
  // Sized for one product on one machine, not for a database host.
  shared_buffers: "64MB",
  max_wal_size: "256MB",
  max_connections: "100",
  io_method: "sync",
  jit: "off",
  timezone: "UTC",
  log_timezone: "UTC",
  cluster_name: "pulsekeep",
};

/**
 * Starts the PostgreSQL that comes with the npm packages, on a free loopback port, with passwords (SCRAM).
 * Ends with this process, whatever happens to it.
 * @throws EmbeddedPostgresError whose message names the way out
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const dataDir = path.resolve(options.dataDir);
  const account = findPostgresAccount();
  const home = await openPostgresHome(dataDir, account !== undefined);
  const binaries = await preparePostgresBinaries(home, account !== undefined);
  const credentials = await loadPostgresCredentials(dataDir);
  const cluster = await ensureCluster({ home, binaries, account, ...credentials });
  const timeoutMs = options.startTimeoutMs ?? 60_000;
  await releaseCluster(cluster, 15_000);

  const logFile = options.logFile ?? path.join(dataDir, "postgres.log");
  const settings = { ...defaultSettings, ...options.settings };
  const server = await startServer({
    cluster,
    home,
    logFile,
    settings,
    account,
    timeoutMs,
    command: binaries.postgres,
  });
  const at = `127.0.0.1:${server.port}`;
  const superuserUrl = `postgres://postgres:${credentials.superuserPassword}@${at}/postgres`;
  try {
    await ensureOwnedDatabase(superuserUrl, credentials.ownerPassword);
  } catch (error) {
    await stopServer(server.child);
    throw error;
  }
  return {
    url: `postgres://pulsekeep_owner:${credentials.ownerPassword}@${at}/pulsekeep`,
    superuserUrl,
    port: server.port,
    pid: server.child.pid ?? 0,
    home,
    exited: exitOf(server.child),
    stop: () => stopServer(server.child),
  };
}

interface ServerStart {
  command: string;
  cluster: string;
  home: string;
  logFile: string;
  settings: Record<string, string>;
  account: PostgresAccount | undefined;
  timeoutMs: number;
}

async function startServer(start: ServerStart): Promise<{ child: ChildProcess; port: number }> {
  for (let attempt = 1; ; attempt += 1) {
    const port = await findFreePort();
    const child = spawnServer(start, port);
    if (await becomesReady(start, child)) return { child, port };
    const output = readFileSync(start.logFile, "utf8").split("\n").slice(-12).join("\n");
    // Somebody took the port between our look and PostgreSQL's.
    if (attempt < 3 && /Address already in use/.test(output)) continue;
    throw EmbeddedPostgresError.fromOutput("PostgreSQL did not start.", output, start.home);
  }
}

function spawnServer(start: ServerStart, port: number): ChildProcess {
  const settings = Object.entries({ ...start.settings, port: String(port) });
  const args = ["-D", start.cluster, ...settings.flatMap(([name, value]) => ["-c", `${name}=${value}`])];
  const env = { PATH: process.env.PATH, LC_ALL: "C", TZ: "UTC" };
  const logFd = openSync(start.logFile, "w", 0o600);
  try {
    return spawnGuarded({
      command: start.command,
      args,
      env,
      cwd: start.home,
      logFd,
      lastSignal: "INT",
      ...start.account,
    });
  } finally {
    closeSync(logFd);
  }
}

async function becomesReady(start: ServerStart, child: ChildProcess): Promise<boolean> {
  const deadline = Date.now() + start.timeoutMs;
  while (child.exitCode === null && child.signalCode === null) {
    const state = findPostmasterFile(start.cluster);
    if (state?.isReady && state.pid === child.pid) return true;
    if (Date.now() > deadline) {
      await stopServer(child);
      return false;
    }
    await delay(15);
  }
  return false;
}

function exitOf(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => child.once("exit", () => resolve()));
}

/** "Fast" first (ends connections, writes a checkpoint); "immediate" if that hangs, which recovery can repair. */
async function stopServer(child: ChildProcess): Promise<void> {
  const gone = exitOf(child);
  for (const signal of ["SIGINT", "SIGQUIT", "SIGKILL"] as const) {
    child.kill(signal);
    const patience = new AbortController();
    const late = delay(8_000, "late", { signal: patience.signal, ref: false }).catch(() => "gone");
    const outcome = await Promise.race([gone.then(() => "gone"), late]);
    patience.abort();
    if (outcome === "gone") return;
  }
}
