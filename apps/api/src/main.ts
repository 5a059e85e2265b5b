import "reflect-metadata";
import { migrate } from "@pulsekeep/database";
import { createApp } from "./create-app.js";
import { forgetSecrets, parseEnv } from "./env.js";
import { guardCrash } from "./platform/guard-crash.js";
import { createLogger } from "./platform/logger.js";

/** Exit code for "this configuration cannot start": a supervisor should not try again. */
const EXIT_CONFIGURATION = 78;

function readEnv() {
  try {
    const parsed = parseEnv(process.env);
    forgetSecrets(process.env);
    return parsed;
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(EXIT_CONFIGURATION);
  }
}

const env = readEnv();
const logger = createLogger(env.LOG_LEVEL);
guardCrash(logger);
try {
  await migrate(env.DATABASE_URL);
  const app = await createApp(env, logger);
  await app.listen(env.PORT, env.HOST);
  logger.info({ port: env.PORT, roles: env.PULSEKEEP_ROLES }, "ready");
} catch (error) {
  logger.fatal({ err: error }, "start failed");
  process.exit(1);
}
