import { existsSync, readFileSync } from "node:fs";
import { apiEnvironment } from "../start/product-environment.ts";
import { type RunningProduct, runningFile } from "../start/running-file.ts";
import { loadLocalSecrets } from "../start/secrets.ts";
import { readStartOptions } from "../start/start-options.ts";

/**
 * The environment of the server that `npm start` runs in this checkout; undefined when the environment names a
 * database itself, or nothing runs here.
 *
 * @throws StartFailure when the data folder's secrets cannot be read
 */
export function findKeysEnvironment(root: string, env: NodeJS.ProcessEnv): NodeJS.ProcessEnv | undefined {
  const options = readStartOptions(root, env);
  const file = runningFile(options.dataDir);
  if (env.DATABASE_URL || !existsSync(file)) return undefined;
  const running = JSON.parse(readFileSync(file, "utf8")) as RunningProduct;
  return apiEnvironment(env, { ...options, publicUrl: running.url }, loadLocalSecrets(options.dataDir), {
    databaseUrl: running.databaseUrl,
    redisUrl: running.redisUrl,
    webPort: 3100,
    emulated: undefined,
  });
}
