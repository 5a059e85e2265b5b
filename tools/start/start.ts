// `npm start`: everything on one machine, with one address and one Ctrl-C.
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { withProgress } from "../bootstrap/progress.mjs";
import { BuildFailure } from "../build/build-failure.ts";
import { buildProduct } from "../build/build-product.ts";
import { openDataDirectory } from "./data-directory.ts";
import { acquireDataLock } from "./data-lock.ts";
import { requireFreePort } from "./ports.ts";
import { StartFailure } from "./start-failure.ts";
import { readStartOptions } from "./start-options.ts";
import { listenForStop } from "./stop-signal.ts";

const root = path.resolve(import.meta.dirname, "../..");

async function start(stop: AbortSignal): Promise<void> {
  const startedAt = Date.now();
  const envFile = path.resolve(root, process.env.PULSEKEEP_ENV_FILE || ".env");
  if (existsSync(envFile)) process.loadEnvFile(envFile);
  const options = readStartOptions(root, process.env);
  const { version } = JSON.parse(readFileSync(path.join(root, "package.json"), "utf8"));
  console.log(`PulseKeep ${version} on Node.js ${process.versions.node}`);
  openDataDirectory(options.dataDir, version);
  const lock = acquireDataLock(options.dataDir);
  try {
    // Before the build, which takes longest, and again when the services start.
    await requireFreePort(options.port, "PORT");
    await withProgress("building", () => buildProduct(root, stop));
    // Not imported above: it needs the packages that the build has just written.
    const { superviseProduct } = await import("./supervise.ts");
    await superviseProduct(options, stop, startedAt);
  } finally {
    lock.release();
  }
}

const stop = listenForStop();
try {
  await start(stop);
  process.exit(0);
} catch (error) {
  if (stop.aborted) process.exit(0);
  if (!(error instanceof StartFailure || error instanceof BuildFailure)) throw error;
  console.error(`\npulsekeep: ${error.message}`);
  process.exit(1);
}
