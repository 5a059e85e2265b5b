import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { Redis } from "ioredis";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type Service, startProcess } from "./service.ts";
import { ServiceGroup } from "./service-group.ts";
import { startPostgres } from "./start-postgres.ts";
import { findRedisServer, startRedis } from "./start-redis.ts";

let folder: string;
let started: Service[];

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "pulsekeep-services-"));
  // Root's PostgreSQL runs under another account, which must be able to pass through.
  chmodSync(folder, 0o711);
  started = [];
});

afterEach(async () => {
  for (const service of started) await service.stop();
  rmSync(folder, { recursive: true, force: true });
});

function run(name: string, program: string, stopTimeoutMs = 5_000): Service {
  const service = startProcess({
    name,
    command: process.execPath,
    args: ["-e", program],
    env: { PATH: process.env.PATH },
    cwd: folder,
    logFolder: folder,
    stopTimeoutMs,
  });
  started.push(service);
  return service;
}

/** Ends on SIGTERM after it has written its name, so that the order of stops can be read. */
const polite = (name: string) => `
  process.on("SIGTERM", () => { require("node:fs").appendFileSync("order", "${name} "); process.exit(0); });
  setInterval(() => {}, 1000);
  console.log("up");`;

const isUp = (service: Service) =>
  vi.waitFor(() => expect(service.lastLines()).toContain("up"), { timeout: 10_000 });

describe("a group of services", () => {
  it("stops stage by stage, then the rest in reverse order", async () => {
    const group = new ServiceGroup();
    for (const name of ["database", "redis", "web", "api"]) await isUp(group.add(run(name, polite(name))));
    await group.stopAll([["api"], ["web"]]);
    expect(readFileSync(path.join(folder, "order"), "utf8")).toBe("api web redis database ");
    expect(group.failure).toBeUndefined();
  });

  it("names a service that ended by itself, with its last words", async () => {
    const group = new ServiceGroup();
    group.add(run("api", "console.error('cannot read the keyring'); process.exit(78)"));
    await vi.waitFor(() => expect(group.ending.aborted).toBe(true), { timeout: 10_000 });
    expect(group.failure?.message).toMatch(/The api ended with exit code 78[^]*cannot read the keyring/);
    await group.stopAll([]);
  });
});

describe("one service", () => {
  it("is killed when it does not stop in time", async () => {
    const deaf = run(
      "deaf",
      "process.on('SIGTERM', () => {}); setInterval(() => {}, 1000); console.log('up')",
      200,
    );
    await isUp(deaf);
    await deaf.stop();
    expect(await deaf.ended).toBe("was ended by SIGKILL");
  });

  it("keeps the log of its last run beside the new one", async () => {
    await run("twice", "console.log('first')").ended;
    await run("twice", "console.log('second')").ended;
    expect(readFileSync(path.join(folder, "twice.log"), "utf8")).toBe("second\n");
    expect(readFileSync(path.join(folder, "twice.log.1"), "utf8")).toBe("first\n");
  });

  it("says so when its program does not exist", async () => {
    const options = { args: [], env: {}, cwd: folder, logFolder: folder, stopTimeoutMs: 100 };
    const service = startProcess({ ...options, name: "missing", command: "/nowhere/program" });
    expect(await service.ended).toBe("ended with exit code 127");
  });
});

describe("local servers", () => {
  it("keep what Redis was told from start to start, and refuse whoever has no password", async () => {
    const command = findRedisServer();
    if (!command) throw new Error("redis-server 7 or newer is not on the PATH");
    const place = {
      dataDir: folder,
      logFolder: folder,
      password: "a-password",
      signal: new AbortController().signal,
    };
    const first = await startRedis(command, place);
    started.push(first.service);
    const client = new Redis(first.url);
    await client.set("kept", "yes");
    client.disconnect();
    await first.service.stop();
    const second = await startRedis(command, place);
    started.push(second.service);
    const again = new Redis(second.url);
    expect(await again.get("kept")).toBe("yes");
    const [, policy] = (await again.config("GET", "maxmemory-policy")) as string[];
    expect(policy).toBe("noeviction");
    again.disconnect();
    const stranger = new Redis(second.url.replace("a-password", "guess"), { retryStrategy: () => null });
    stranger.on("error", () => undefined);
    await expect(stranger.get("kept")).rejects.toThrow();
    stranger.disconnect();
  });

  it("report PostgreSQL's data of another major version as something to put right", async () => {
    const first = await startPostgres(folder, folder);
    await first.service.stop();
    writeFileSync(path.join(folder, "postgres/cluster/PG_VERSION"), "15\n");
    await expect(startPostgres(folder, folder)).rejects.toThrow(
      /written by PostgreSQL 15.*PULSEKEEP_DATA_DIR/,
    );
  });
});
