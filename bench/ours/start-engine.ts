import { randomBytes } from "node:crypto";
import type { Place } from "../contender.ts";

type Api<Module> = Promise<Module>;

/** The product as it is built: the same files that `npm start` runs. */
const built = <Module>(file: string): Api<Module> =>
  import(new URL(`../../apps/api/dist/${file}`, import.meta.url).href) as Api<Module>;

export type Engine = Awaited<ReturnType<typeof startEngine>>;

/**
 * Starts the server in this process, without listening for requests.
 *
 * @param roles "all", as in production on one machine, or "http" for a server whose loops stand still
 */
export async function startEngine(place: Place, roles: "all" | "http" = "all") {
  const { createApp } = await built<typeof import("../../apps/api/src/create-app.js")>("create-app.js");
  const { parseEnv } = await built<typeof import("../../apps/api/src/env.js")>("env.js");
  const { createLogger } =
    await built<typeof import("../../apps/api/src/platform/logger.js")>("platform/logger.js");
  const { ClaimsService } = await built<typeof import("../../apps/api/src/modules/pulses/claims.service.js")>(
    "modules/pulses/claims.service.js",
  );
  const { PlannerJobs } = await built<typeof import("../../apps/api/src/modules/pulses/planner.jobs.js")>(
    "modules/pulses/planner.jobs.js",
  );
  const { PulsesService } = await built<typeof import("../../apps/api/src/modules/pulses/pulses.service.js")>(
    "modules/pulses/pulses.service.js",
  );
  const { WaitingRoom } = await built<typeof import("../../apps/api/src/modules/workers/waiting-room.js")>(
    "modules/workers/waiting-room.js",
  );
  const { newBytes } = await built<typeof import("../../apps/api/src/platform/ids.js")>("platform/ids.js");
  const app = await createApp(
    parseEnv(environmentOf(place, roles)),
    createLogger("warn", { write: (line: string) => void process.stderr.write(line) }),
  );
  const find = { strict: false };
  return {
    newBytes,
    claims: app.get(ClaimsService, find),
    planner: app.get(PlannerJobs, find),
    pulses: app.get(PulsesService, find),
    waiting: app.get(WaitingRoom, find),
    close: () => app.close(),
  };
}

function environmentOf(place: Place, roles: string): Record<string, string> {
  return {
    NODE_ENV: "development",
    PULSEKEEP_ROLES: roles,
    PULSEKEEP_PUBLIC_URL: "http://localhost:3000",
    DATABASE_URL: place.databaseUrl,
    REDIS_URL: place.redisUrl,
    // Counted as always, and never reached.
    PULSEKEEP_MAX_COMMITS_PER_DAY: "1000000",
    PULSEKEEP_MAX_WRITES_PER_MINUTE: "1000000",
    AUTH_SECRET: randomBytes(32).toString("base64url"),
    PULSEKEEP_KEYRING: JSON.stringify({
      currentId: "k1",
      keys: { k1: randomBytes(32).toString("base64url") },
    }),
  };
}
