// `npm run pulsekeep -- keys ...`: works on the product that `npm start` runs here, unless the environment names
// another one.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import path from "node:path";
import { StartFailure } from "../start/start-failure.ts";
import { findKeysEnvironment } from "./keys-environment.ts";

const root = path.resolve(import.meta.dirname, "../..");
const envFile = path.resolve(root, process.env.PULSEKEEP_ENV_FILE || ".env");
if (existsSync(envFile)) process.loadEnvFile(envFile);
try {
  const env = findKeysEnvironment(root, process.env) ?? process.env;
  const program = path.join(root, "packages/cli/dist/pulsekeep.mjs");
  const child = spawn(process.execPath, [program, ...process.argv.slice(2)], { env, stdio: "inherit" });
  process.on("SIGTERM", () => child.kill());
  child.on("exit", (code) => process.exit(code ?? 1));
} catch (error) {
  if (!(error instanceof StartFailure)) throw error;
  console.error(`pulsekeep: ${error.message}`);
  process.exit(2);
}
