import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { randomBytes } from "node:crypto";
import { fileURLToPath } from "node:url";
import type { Place } from "../contender.ts";
import { BenchFailure } from "../failure.ts";
import type { Keyring } from "./enrolled-workers.ts";

const SERVER_FILE = fileURLToPath(new URL("server.ts", import.meta.url));

/** What the server's process is told: its whole environment. */
export interface ServerOrder {
  env: Record<string, string>;
}

/** The origin that workers know the server by, and sign for. */
export const PUBLIC_URL = "http://localhost:3000";

/** What differs between servers of this bench. */
export interface ServerSetup {
  place: Place;
  roles: "all" | "http";
  keyring: Keyring;
  issuer: string;
  /** Further environment. */
  more?: Record<string, string>;
}

/** The server's process: CPU time so far, bytes, and how many workers wait in it. */
export interface ServerUsage {
  cpuUs: number;
  rss: number;
  used: number;
  waiting: number;
}

export interface BenchServer {
  url: string;
  /** @param memory "collected": after a garbage collection, so that what is left is held */
  readUsage: (memory?: "collected") => Promise<ServerUsage>;
  stop: () => Promise<void>;
}

/** Starts the built server in a process of its own, listening on loopback. */
export async function startServer(
  setup: ServerSetup,
  { profile, stop }: { profile: string | undefined; stop: AbortSignal },
): Promise<BenchServer> {
  const profiling = profile === undefined ? [] : ["--cpu-prof", `--cpu-prof-dir=${profile}`];
  const child = fork(SERVER_FILE, [JSON.stringify({ env: environmentOf(setup) } satisfies ServerOrder)], {
    stdio: ["ignore", 2, 2, "ipc"],
    execArgv: ["--expose-gc", ...profiling],
    env: { ...process.env, NODE_ENV: "production" },
    signal: stop,
  });
  const { port } = (await nextMessage(child)) as { port: number };
  return {
    url: `http://127.0.0.1:${port}`,
    readUsage: async (memory) => {
      child.send(memory ?? "usage");
      return (await nextMessage(child)) as ServerUsage;
    },
    stop: async () => {
      child.send("end");
      await once(child, "exit");
    },
  };
}

async function nextMessage(child: ChildProcess): Promise<unknown> {
  const heard = new AbortController();
  const { signal } = heard;
  try {
    return await Promise.race([
      once(child, "message", { signal }).then(([message]) => message as unknown),
      once(child, "exit", { signal }).then(([code]) => {
        throw new BenchFailure(`The server's process ended (exit code ${String(code)}).`);
      }),
    ]);
  } finally {
    heard.abort();
  }
}

function environmentOf({ place, roles, keyring, issuer, more }: ServerSetup): Record<string, string> {
  return {
    NODE_ENV: "development",
    PULSEKEEP_ROLES: roles,
    PULSEKEEP_PUBLIC_URL: PUBLIC_URL,
    GITHUB_OIDC_ISSUER: issuer,
    DATABASE_URL: place.databaseUrl,
    REDIS_URL: place.redisUrl,
    // Counted as always, and never reached.
    PULSEKEEP_MAX_COMMITS_PER_DAY: "1000000",
    PULSEKEEP_MAX_WRITES_PER_MINUTE: "1000000",
    AUTH_SECRET: randomBytes(32).toString("base64url"),
    PULSEKEEP_KEYRING: JSON.stringify({
      currentId: keyring.keyId,
      keys: { [keyring.keyId]: Buffer.from(keyring.key).toString("base64url") },
    }),
    ...more,
  };
}
