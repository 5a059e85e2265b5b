import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import type { TestProject } from "vitest/node";
import { startEmbeddedPostgres } from "../embedded/embedded-postgres.js";

export interface TestPostgres {
  ownerUrl: string;
  superuserUrl: string;
  /** Name of the migrated database that tests copy. */
  template: string;
  /** Why the template could not be migrated; tests that need no migrations still run. */
  migrationFailure: string | undefined;
}

declare module "vitest" {
  export interface ProvidedContext {
    testPostgres: TestPostgres;
  }
}

// Tests may lose their data when the machine does.
const settings = { fsync: "off", synchronous_commit: "off", full_page_writes: "off", max_connections: "300" };

/** Vitest's global set-up: one PostgreSQL for the whole run, migrated once. */
export default async function startTestServer(project: TestProject): Promise<() => Promise<void>> {
  const dataDir = await mkdtemp(path.join(tmpdir(), "pulsekeep-test-"));
  const server = await startEmbeddedPostgres({ dataDir, settings });
  project.provide("testPostgres", {
    ownerUrl: server.url,
    superuserUrl: server.superuserUrl,
    template: "pulsekeep",
    migrationFailure: await tryMigrate(server.url),
  });
  return async () => {
    await server.stop();
    await rm(dataDir, { recursive: true, force: true });
  };
}

async function tryMigrate(ownerUrl: string): Promise<string | undefined> {
  try {
    const { migrate } = await import("../migrate.js");
    await migrate(ownerUrl);
    return undefined;
  } catch (error) {
    return error instanceof Error ? (error.stack ?? error.message) : String(error);
  }
}
