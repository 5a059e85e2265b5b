import path from "node:path";
import { StartFailure } from "./start-failure.ts";

export interface StartOptions {
  root: string;
  dataDir: string;
  /** The one address that people use. */
  port: number;
  publicUrl: string;
  /** The local GitHub's port; its address is part of stored repository links, so it should not change. */
  standInPort: number;
  /** Whether the local GitHub replaces the real one. */
  usesStandIn: boolean;
  /** How much faster than the clock the local GitHub's schedules run. */
  timeScale: number;
  databaseUrl: string | undefined;
  redisUrl: string | undefined;
}

/**
 * Reads what `npm start` itself decides about; everything else in the environment is the API's to check.
 * @throws StartFailure naming the variable, its value and what it may be
 */
export function readStartOptions(root: string, env: NodeJS.ProcessEnv): StartOptions {
  const port = readPort(env, "PORT", 3000);
  const usesStandIn = !env.GITHUB_CLIENT_ID;
  if (usesStandIn && env.NODE_ENV === "production") {
    throw new StartFailure(
      "NODE_ENV is production, but GITHUB_CLIENT_ID is not set. The local GitHub stand-in is for development only: " +
        "set GITHUB_CLIENT_ID and GITHUB_CLIENT_SECRET of your GitHub OAuth app, or leave NODE_ENV unset.",
    );
  }
  return {
    root,
    dataDir: path.resolve(root, env.PULSEKEEP_DATA_DIR || "data"),
    port,
    publicUrl: env.PULSEKEEP_PUBLIC_URL || `http://localhost:${port}`,
    standInPort: readPort(env, "PULSEKEEP_STAND_IN_PORT", 4100),
    usesStandIn,
    timeScale: readTimeScale(env.PULSEKEEP_DEMO_TIME_SCALE),
    databaseUrl: readUrl(env, "DATABASE_URL", ["postgres:", "postgresql:"]),
    redisUrl: readUrl(env, "REDIS_URL", ["redis:", "rediss:"]),
  };
}

function readPort(env: NodeJS.ProcessEnv, name: string, fallback: number): number {
  const text = env[name];
  if (!text) return fallback;
  const port = Number(text);
  if (Number.isInteger(port) && port >= 1 && port <= 65_535) return port;
  throw new StartFailure(`${name} is "${text}", but must be a port number from 1 to 65535.`);
}

function readTimeScale(text: string | undefined): number {
  if (!text) return 60;
  const scale = Number(text);
  if (Number.isFinite(scale) && scale >= 1 && scale <= 3600) return scale;
  throw new StartFailure(`PULSEKEEP_DEMO_TIME_SCALE is "${text}", but must be a number from 1 to 3600.`);
}

function readUrl(env: NodeJS.ProcessEnv, name: string, protocols: string[]): string | undefined {
  const text = env[name];
  if (!text) return undefined;
  if (URL.canParse(text) && protocols.includes(new URL(text).protocol)) return text;
  // The value itself may hold a password, so it is not repeated.
  throw new StartFailure(
    `${name} must be an address that starts with ${protocols.map((p) => `${p}//`).join(" or ")}.`,
  );
}
