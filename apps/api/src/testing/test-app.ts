import "reflect-metadata";
import { randomBytes } from "node:crypto";
import { createServer } from "node:http";
import type { NestFastifyApplication } from "@nestjs/platform-fastify";
import {
  createTestDatabase,
  createTestRedis,
  type TestDatabase,
  type TestRedis,
} from "@pulsekeep/database/testing";
import type { StandInOptions } from "@pulsekeep/stand-in";
import pg from "pg";
import { createApp } from "../create-app.js";
import { type Env, parseEnv, type Role } from "../env.js";
import { Clock } from "../platform/clock.js";
import { createLogger } from "../platform/logger.js";
import { createTestClient, type TestClient } from "./test-client.js";
import { findFreePort } from "@pulsekeep/database/embedded";
import { closeServer, listen } from "./test-ports.js";
import { environmentOf, startTestStandIn, type TestStandIn } from "./test-stand-in.js";

export type TestAppOptions = {
  /** Added to the environment; an empty text removes a value. */
  env?: Record<string, string>;
  /** The process clock; leases and due times follow the database's clock all the same. */
  clock?: () => Date;
  /** Default all. */
  roles?: readonly Role[];
  /** Default "redis". */
  transport?: "redis" | "postgres";
  /** A local GitHub with the runner, when wanted. Its schedules are off unless asked for. */
  standIn?: boolean | Partial<StandInOptions>;
};

export type TestApp = Awaited<ReturnType<typeof startTestApp>>;

export const TEST_PASSWORD = "correct-horse-battery-9";

/**
 * Builds the real server in this process, on a database and a Redis of its own, listening on a free port of
 * loopback. A page that answers 200 stands for the web process.
 */
export async function startTestApp(options: TestAppOptions = {}) {
  const database = await createTestDatabase();
  const redis = options.transport === "postgres" ? undefined : await createTestRedis();
  const port = await findFreePort();
  const publicUrl = `http://localhost:${port}`;
  const web = createServer((_, response) =>
    response.setHeader("content-type", "text/html").end("<p>web</p>"),
  );
  const webPort = await listen(web);
  const standIn = await openStandIn(publicUrl, options.standIn);
  const source = {
    ...baseEnvironment({ port, publicUrl, webPort, database, redis }),
    ...(standIn ? environmentOf(standIn) : {}),
    PULSEKEEP_ROLES: (options.roles ?? ["all"]).join(","),
    ...options.env,
  };
  const env = parseEnv(source);
  const logs: string[] = [];
  let app = await startServer(env, logs, options.clock);
  let running = true;
  const stop = async () => {
    if (running) await app.close();
    running = false;
  };
  const superuser = new pg.Pool({ connectionString: database.superuserUrl, max: 2 });
  superuser.on("error", () => undefined);
  let clients = 0;
  const newClient = () => {
    clients += 1;
    return createTestClient(publicUrl, { "x-forwarded-for": `192.0.2.${clients % 250}` });
  };

  return {
    env,
    /** The same environment as text, for a server that runs as a process of its own. */
    source,
    url: publicUrl,
    database,
    redis,
    standIn,
    web,
    /** Every line that the server has logged. */
    logs,
    get app(): NestFastifyApplication {
      return app;
    },
    /** A service of the running server. */
    get: <T>(token: abstract new (...args: never[]) => T): T => app.get<T>(token, { strict: false }),
    /** A client that is nobody yet, with an address of its own: limits count by it. */
    newClient,
    /** Signs up `<name>@example.test` and returns their client. */
    signUp: (name: string, profile: Record<string, string> = {}) => signUp(newClient(), name, profile),
    /** Asks the database as superuser: for what no role of the product may do. */
    sql: async <T extends pg.QueryResultRow>(text: string, values: readonly unknown[] = []): Promise<T[]> =>
      (await superuser.query<T>(text, [...values])).rows,
    /** Stops the server and starts it again on the same data. */
    restart: async (): Promise<void> => {
      await stop();
      app = await startServer(env, logs, options.clock);
      running = true;
    },
    /** Stops the server and leaves its data, for one that runs as a process of its own. */
    stop,
    close: async (): Promise<void> => {
      await stop();
      await standIn?.close();
      await closeServer(web);
      await superuser.end();
      await redis?.stop();
      await database.drop();
    },
  };
}

async function startServer(env: Env, logs: string[], clock?: () => Date): Promise<NestFastifyApplication> {
  const logger = createLogger("debug", { write: (line: string) => void logs.push(line) });
  const app = await createApp(env, logger);
  if (clock) app.get(Clock).now = clock;
  await app.listen(env.PORT, env.HOST);
  return app;
}

async function openStandIn(
  publicUrl: string,
  wanted: TestAppOptions["standIn"],
): Promise<TestStandIn | undefined> {
  if (!wanted) return undefined;
  return startTestStandIn(publicUrl, wanted === true ? {} : wanted);
}

async function signUp(
  client: TestClient,
  name: string,
  profile: Record<string, string>,
): Promise<TestClient & { name: string; email: string }> {
  const email = `${name.toLowerCase()}@example.test`;
  const answer = await client.post("/api/auth/sign-up/email", {
    name,
    email,
    password: TEST_PASSWORD,
    ...profile,
  });
  if (answer.status !== 200)
    throw new Error(`Signing ${name} up was answered ${answer.status}: ${JSON.stringify(answer.body)}`);
  return { ...client, name, email };
}

function baseEnvironment(parts: {
  port: number;
  publicUrl: string;
  webPort: number;
  database: TestDatabase;
  redis: TestRedis | undefined;
}): Record<string, string> {
  const key = randomBytes(32).toString("base64url");
  return {
    NODE_ENV: "test",
    LOG_LEVEL: "debug",
    PORT: String(parts.port),
    PULSEKEEP_PUBLIC_URL: parts.publicUrl,
    TRUSTED_PROXIES: "127.0.0.1,::1",
    WEB_ORIGIN: `http://127.0.0.1:${parts.webPort}`,
    DATABASE_URL: parts.database.ownerUrl,
    REDIS_URL: parts.redis?.url ?? "",
    // Tests do in seconds what takes a user days.
    PULSEKEEP_MAX_COMMITS_PER_DAY: "10000",
    PULSEKEEP_MAX_WRITES_PER_MINUTE: "10000",
    // Nobody listens there: a test that wants Slack brings its own.
    SLACK_HOOKS_URL: "http://127.0.0.1:9",
    AUTH_SECRET: randomBytes(32).toString("base64url"),
    PULSEKEEP_KEYRING: JSON.stringify({ currentId: "k1", keys: { k1: key } }),
  };
}
