import { existsSync } from "node:fs";
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type EmbeddedPostgres, startEmbeddedPostgres } from "./embedded-postgres.js";

let root: string;
const running = new Set<EmbeddedPostgres>();

beforeAll(async () => {
  root = await mkdtemp(path.join(tmpdir(), "pulsekeep-embedded-"));
  await chmod(root, 0o711);
});

afterAll(async () => {
  for (const server of running) await server.stop();
  await rm(root, { recursive: true, force: true });
});

async function start(name: string): Promise<EmbeddedPostgres> {
  const server = await startEmbeddedPostgres({ dataDir: path.join(root, name) });
  running.add(server);
  return server;
}

async function query(url: string, text: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
}

describe("embedded PostgreSQL", () => {
  it("finds its data again after a clean stop", async () => {
    const first = await start("again");
    await query(first.url, "CREATE TABLE kept (value text); INSERT INTO kept VALUES ('still here')");
    await first.stop();
    const second = await start("again");
    expect(await query(second.url, "SELECT value FROM kept")).toEqual([{ value: "still here" }]);
    await second.stop();
  });

  it("keeps committed rows and starts again after the server was killed", async () => {
    const first = await start("killed");
    await query(first.url, "CREATE TABLE kept (value text); INSERT INTO kept VALUES ('committed')");
    process.kill(first.pid, "SIGKILL");
    await first.exited;
    const second = await start("killed");
    expect(await query(second.url, "SELECT value FROM kept")).toEqual([{ value: "committed" }]);
    await second.stop();
  });

  it("starts although a left-over pid file names a program that is not PostgreSQL", async () => {
    const first = await start("reused-pid");
    const pidFile = path.join(first.home, "cluster", "postmaster.pid");
    const lines = (await readFile(pidFile, "utf8")).split("\n");
    process.kill(first.pid, "SIGKILL");
    await first.exited;
    await writeFile(pidFile, [String(process.pid), ...lines.slice(1)].join("\n"));
    const second = await start("reused-pid");
    expect(await query(second.url, "SELECT 1 AS one")).toEqual([{ one: 1 }]);
    await second.stop();
  });

  it("gives the owner its database, the right to create roles, and no more", async () => {
    const server = await start("owner");
    const rows = await query(
      server.url,
      "SELECT rolsuper, rolcreaterole, rolcreatedb, rolbypassrls FROM pg_roles WHERE rolname = current_user",
    );
    expect(rows).toEqual([{ rolsuper: false, rolcreaterole: true, rolcreatedb: false, rolbypassrls: false }]);
    await server.stop();
  });

  it("refuses a wrong password and listens on loopback only", async () => {
    const server = await start("password");
    const wrong = new URL(server.url);
    wrong.password = "guess";
    await expect(query(wrong.href, "SELECT 1")).rejects.toMatchObject({ code: "28P01" });
    const [address] = await query(server.url, "SHOW listen_addresses");
    expect(address).toEqual({ listen_addresses: "127.0.0.1" });
    await server.stop();
  });

  it("refuses data of another major version and says so", async () => {
    const cluster = path.join(root, "old", "cluster");
    await mkdir(cluster, { recursive: true });
    await writeFile(path.join(cluster, "PG_VERSION"), "15\n");
    await expect(start("old")).rejects.toMatchObject({
      code: "other-version",
      message: expect.stringContaining("PostgreSQL 15"),
    });
  });

  it("starts over when the first start was interrupted while creating the cluster", async () => {
    await mkdir(path.join(root, "interrupted", "cluster.new", "base"), { recursive: true });
    const server = await start("interrupted");
    expect(await query(server.url, "SELECT 1 AS one")).toEqual([{ one: 1 }]);
    await server.stop();
  });

  it.runIf(process.getuid?.() === 0)("works for root below a folder that nobody else may enter", async () => {
    const closed = path.join(root, "closed");
    await mkdir(closed, { mode: 0o700 });
    const server = await start("closed/data");
    expect(server.home.startsWith("/var/lib/pulsekeep/")).toBe(true);
    await query(server.url, "CREATE TABLE kept (value text)");
    await server.stop();
    const again = await start("closed/data");
    expect(await query(again.url, "SELECT * FROM kept")).toEqual([]);
    await again.stop();
    await rm(server.home, { recursive: true });
    expect(existsSync(server.home)).toBe(false);
  });
});
