import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { findFreePort } from "../packages/database/src/embedded/free-port.ts";
import { type RunningProduct, runningFile } from "../tools/start/running-file.ts";

const root = path.resolve(import.meta.dirname, "..");

/** Where one product lives; starting it again with the same place finds its data and its addresses again. */
export interface ProductPlace {
  folder: string;
  dataDir: string;
  /** Every token that the local GitHub issued, in plain text; outside of the data directory on purpose. */
  issuedTokensFile: string;
  env: NodeJS.ProcessEnv;
}

export interface StartedProduct extends RunningProduct {
  place: ProductPlace;
  /** Stops it as Ctrl-C would. @returns the exit code */
  stop(): Promise<number | null>;
  /** Settles when it ends, for tests that kill a part of it. */
  exited: Promise<number | null>;
}

// A developer's own settings must not reach the product under test.
const productVariable =
  /^(PULSEKEEP_|GITHUB_|GOOGLE_|APPLE_|RESEND_|SLACK_|STAND_IN_|npm_)|^(DATABASE_URL|REDIS_URL|AUTH_SECRET|NODE_ENV|PORT|WEB_ORIGIN|SCRAPE_ALLOW|METRICS_TOKEN|MAIL_FROM|LOG_LEVEL)$/;

/** Free ports and an empty data directory. */
export async function createProductPlace(extraEnv: NodeJS.ProcessEnv = {}): Promise<ProductPlace> {
  const folder = mkdtempSync(path.join(tmpdir(), "pulsekeep-e2e-"));
  // Root's PostgreSQL runs under another account, which must be able to pass through.
  chmodSync(folder, 0o711);
  const dataDir = path.join(folder, "data");
  const issuedTokensFile = path.join(folder, "issued-tokens");
  const inherited = Object.entries(process.env).filter(([name]) => !productVariable.test(name));
  const appPorts = [await findFreePort(), await findFreePort()];
  const env = {
    ...Object.fromEntries(inherited),
    PORT: String(await findFreePort()),
    PULSEKEEP_STAND_IN_PORT: String(await findFreePort()),
    PULSEKEEP_SAMPLE_APP_PORT: String(appPorts[0]),
    // Two shops are deployed at the same time.
    SCRAPE_ALLOW: appPorts.map((port) => `127.0.0.1:${port}`).join(","),
    PULSEKEEP_DATA_DIR: dataDir,
    PULSEKEEP_ENV_FILE: "/dev/null",
    // An hourly schedule fires every 15 seconds.
    PULSEKEEP_DEMO_TIME_SCALE: "240",
    STAND_IN_ISSUED_TOKENS_FILE: issuedTokensFile,
    ...extraEnv,
  };
  return { folder, dataDir, issuedTokensFile, env };
}

/** The product's database as its superuser: row-level security holds for the owner too. */
export function superuserUrlOf(product: RunningProduct): string {
  if (product.superuserUrl === undefined) throw new Error("The embedded database has a superuser");
  const url = new URL(product.superuserUrl);
  url.pathname = new URL(product.databaseUrl).pathname;
  return url.href;
}

/** Starts the product exactly as `npm start` does and waits for its ready line. */
export async function startProduct(place: ProductPlace): Promise<StartedProduct> {
  const child = spawn(process.execPath, ["tools/start/start.ts"], {
    cwd: root,
    env: place.env,
    // The channel ends the product when this process is killed.
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
  const exited = once(child, "exit").then(([code]) => code as number | null);
  await readyLine(child, exited);
  const running: RunningProduct = JSON.parse(readFileSync(runningFile(place.dataDir), "utf8"));
  const stop = () => {
    child.kill("SIGTERM");
    return exited;
  };
  return { ...running, place, stop, exited };
}

async function readyLine(child: ChildProcess, exited: Promise<number | null>): Promise<void> {
  let output = "";
  const ready = new Promise<"ready">((resolve) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on("data", (chunk) => {
        output += chunk;
        if (output.includes("PulseKeep is ready")) resolve("ready");
      });
    }
  });
  const outcome = await Promise.race([ready, exited]);
  if (outcome !== "ready") throw new Error(`The product did not start (exit code ${outcome}):\n${output}`);
}
