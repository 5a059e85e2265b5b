import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import path from "node:path";
import { pickAnyPort } from "./ports.ts";
import { type Service, startProcess, waitUntil } from "./service.ts";

export interface RedisPlace {
  dataDir: string;
  logFolder: string;
  password: string;
  signal: AbortSignal;
}

/** The first Redis or Valkey on the PATH that is new enough (7), or undefined. */
export function findRedisServer(): string | undefined {
  return ["redis-server", "valkey-server"].find((name) => (readMajor(name) ?? 0) >= 7);
}

function readMajor(command: string): number | undefined {
  try {
    const text = execFileSync(command, ["--version"], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    });
    const found = /v=(\d+)/.exec(text);
    return found ? Number(found[1]) : undefined;
  } catch {
    return undefined;
  }
}

/** Starts Redis on a free loopback port with a password, its append-only file in the data directory. */
export async function startRedis(
  command: string,
  place: RedisPlace,
): Promise<{ service: Service; url: string }> {
  const port = await pickAnyPort();
  const folder = path.join(place.dataDir, "redis");
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  // The password goes through a file: arguments can be read by every user of the machine.
  const config = path.join(folder, "redis.conf");
  writeFileSync(config, redisConfig({ port, folder, password: place.password }), { mode: 0o600 });
  const service = startProcess({
    name: "redis",
    command,
    args: [config],
    env: { PATH: process.env.PATH },
    cwd: folder,
    logFolder: place.logFolder,
    stopTimeoutMs: 3_000,
  });
  const limits = { timeoutMs: 30_000, signal: place.signal, lastLines: service.lastLines };
  try {
    await waitUntil("Redis", () => isLoaded(port, place.password), limits);
  } catch (error) {
    await service.stop();
    throw error;
  }
  return { service, url: `redis://:${place.password}@127.0.0.1:${port}/0` };
}

export function redisConfig(settings: { port: number; folder: string; password: string }): string {
  const lines = [
    "bind 127.0.0.1",
    `port ${settings.port}`,
    "protected-mode yes",
    `requirepass ${settings.password}`,
    `dir ${JSON.stringify(settings.folder)}`,
    "appendonly yes",
    "appendfsync everysec",
    'save ""',
    // A full Redis must refuse new entries instead of forgetting old ones.
    "maxmemory-policy noeviction",
    "daemonize no",
  ];
  return `${lines.join("\n")}\n`;
}

/** PING is refused while the append-only file is still being loaded. */
function isLoaded(port: number, password: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: "127.0.0.1", port }, () => socket.write(`AUTH ${password}\r\nPING\r\n`));
    let reply = "";
    const finish = (loaded: boolean) => {
      socket.destroy();
      resolve(loaded);
    };
    socket.setTimeout(2_000, () => finish(false));
    socket.on("error", () => finish(false));
    socket.on("close", () => finish(false));
    socket.on("data", (chunk) => {
      reply += chunk;
      if (reply.includes("+PONG")) finish(true);
      else if (/^-(?!NOAUTH)/m.test(reply)) finish(false);
    });
  });
}
