import path from "node:path";
import { EmbeddedPostgresError, startEmbeddedPostgres } from "@pulsekeep/database/embedded";
import type { Service } from "./service.ts";
import { readLastLines } from "./service-log.ts";
import { StartFailure } from "./start-failure.ts";

export interface PostgresService {
  service: Service;
  url: string;
  superuserUrl: string;
}

export async function startPostgres(dataDir: string, logFolder: string): Promise<PostgresService> {
  const logFile = path.join(logFolder, "postgres.log");
  try {
    const server = await startEmbeddedPostgres({ dataDir: path.join(dataDir, "postgres"), logFile });
    const service = {
      name: "database",
      pid: server.pid,
      ended: server.exited.then(() => "ended"),
      lastLines: () => readLastLines(logFile, 20),
      // PostgreSQL logs little, and its file starts anew every time.
      boundLog: () => undefined,
      stop: () => server.stop(),
    };
    return { service, url: server.url, superuserUrl: server.superuserUrl };
  } catch (error) {
    if (error instanceof EmbeddedPostgresError) throw new StartFailure(error.message, { cause: error });
    throw error;
  }
}
