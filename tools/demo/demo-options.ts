import { readFileSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { type RunningProduct, runningFile } from "../start/running-file.ts";
import { DemoFailure } from "./demo-failure.ts";

/**
 * What each choice deploys. The name of a fault ends here: everything after this table knows a version only, and
 * its metrics come from the requests that it really served.
 */
export const VERSIONS = {
  none: "v1.5.0",
  errors: "v1.6.0",
  latency: "v1.7.0",
  cpu: "v1.8.0",
  traffic: "v1.9.0",
} as const;

const USAGE = `npm run demo:deploy -- [--fault ${Object.keys(VERSIONS).join("|")}]
  --base <address>    where PulseKeep runs (default: where npm start said, or http://localhost:3000)
  --email, --password your account (default: a demo account, made when it is not there)
  --port <number>     where the sample shop listens (default: PULSEKEEP_SAMPLE_APP_PORT, or 4200)
  --stay              keep the shop running until the observation ends, also when the verdict comes earlier`;

export interface DemoOptions {
  /** Version to deploy over the running one. */
  version: string;
  baseUrl: string;
  account: { email: string; password: string };
  appPort: number;
  /** Go on until the observation ends, so that the page shows all of it. */
  stays: boolean;
}

/** Good enough for a database on the same machine, and for nothing else. */
const DEMO_ACCOUNT = { email: "demo@example.com", password: "a-shop-on-loopback" };

/** @throws DemoFailure saying what is wrong with which option */
export function readDemoOptions(args: string[], env: NodeJS.ProcessEnv): DemoOptions {
  const values = parse(args);
  const fault = values.fault ?? "none";
  if (!Object.hasOwn(VERSIONS, fault)) throw new DemoFailure(`--fault is "${fault}".\n\n${USAGE}`);
  const baseUrl = readBase(values.base ?? findRunningUrl(env) ?? "http://localhost:3000");
  return {
    version: VERSIONS[fault as keyof typeof VERSIONS],
    baseUrl,
    account: readAccount(values, baseUrl),
    appPort: readPort(values.port ?? (env.PULSEKEEP_SAMPLE_APP_PORT || "4200")),
    stays: values.stay ?? false,
  };
}

function parse(args: string[]) {
  const text = { type: "string" } as const;
  try {
    return parseArgs({
      args,
      options: {
        fault: text,
        base: text,
        email: text,
        password: text,
        port: text,
        stay: { type: "boolean" },
      },
    }).values;
  } catch (error) {
    throw new DemoFailure(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`);
  }
}

/** What `npm start` wrote when it was ready, from this checkout. */
function findRunningUrl(env: NodeJS.ProcessEnv): string | undefined {
  const dataDir = path.resolve(import.meta.dirname, "../..", env.PULSEKEEP_DATA_DIR || "data");
  try {
    return (JSON.parse(readFileSync(runningFile(dataDir), "utf8")) as RunningProduct).url;
  } catch {
    return undefined;
  }
}

function readBase(text: string): string {
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol))
    throw new DemoFailure(`--base is "${text}", but must be an address such as http://localhost:3000.`);
  return new URL(text).origin;
}

function readAccount(
  { email, password }: { email?: string; password?: string },
  baseUrl: string,
): DemoOptions["account"] {
  if (email !== undefined && password !== undefined) return { email, password };
  if (email !== undefined || password !== undefined)
    throw new DemoFailure("Give both --email and --password, or neither.");
  if (!["localhost", "127.0.0.1", "[::1]"].includes(new URL(baseUrl).hostname))
    throw new DemoFailure(
      `${baseUrl} is not this machine, so an account with a known password would not be safe there. ` +
        "Give --email and --password of yours.",
    );
  return DEMO_ACCOUNT;
}

function readPort(text: string): number {
  const port = Number(text);
  if (Number.isInteger(port) && port >= 1_024 && port <= 65_535) return port;
  throw new DemoFailure(`The port is "${text}", but must be a number from 1024 to 65535.`);
}
