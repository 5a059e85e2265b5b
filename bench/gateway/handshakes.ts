import type pg from "pg";
import type { Figures } from "../contender.ts";
import { BenchFailure } from "../failure.ts";
import type { EnrolledWorker } from "./enrolled-workers.ts";
import { cpuUsBetween, readPostgresCpu } from "./postgres-cpu.ts";
import type { ProtocolClient } from "./protocol-client.ts";
import type { BenchServer } from "./start-server.ts";
import type { TokenIssuer } from "./token-issuer.ts";

export interface HandshakeSite {
  server: BenchServer;
  client: ProtocolClient;
  issuer: TokenIssuer;
  pool: pg.Pool;
  /** Handshakes under way at once. */
  inFlight: number;
}

/**
 * Each worker says hello once, with a token of its own run. What each costs is CPU time: of the server's process,
 * all of it, and of all of PostgreSQL's.
 *
 * @param prefix of the metrics' names
 */
export async function measureHandshakes(
  site: HandshakeSite,
  workers: readonly EnrolledWorker[],
  prefix = "",
): Promise<Figures> {
  const tokens = workers.map((worker) => site.issuer.sign(worker));
  const sessionsBefore = await countSessions(site.pool);
  const [cpuBefore, postgresBefore] = [await site.server.readUsage(), await readPostgresCpu(site.pool)];
  const startedMs = performance.now();
  await inTurns(workers.length, site.inFlight, async (number) => {
    const [worker, token] = [workers[number], tokens[number]];
    if (worker && token) await site.client.hello(worker, token);
  });
  const seconds = (performance.now() - startedMs) / 1_000;
  const serverUs = ((await site.server.readUsage()).cpuUs - cpuBefore.cpuUs) / workers.length;
  const postgresAllUs = cpuUsBetween(postgresBefore, await readPostgresCpu(site.pool));
  const opened = (await countSessions(site.pool)) - sessionsBefore;
  if (opened !== workers.length)
    throw new BenchFailure(
      `Wrong count: ${workers.length} workers said hello, ${opened} sessions were opened`,
    );
  const postgresUs = postgresAllUs === undefined ? undefined : postgresAllUs / workers.length;
  return {
    [`${prefix}handshakes`]: { value: workers.length / seconds, unit: "handshakes/s" },
    [`${prefix}handshake_server_cpu`]: { value: serverUs, unit: "us" },
    [`${prefix}handshakes_per_core`]: { value: 1e6 / serverUs, unit: "handshakes/s" },
    ...(postgresUs === undefined
      ? {}
      : {
          [`${prefix}handshake_postgres_cpu`]: { value: postgresUs, unit: "us" },
          [`${prefix}handshakes_per_core_with_postgres`]: {
            value: 1e6 / (serverUs + postgresUs),
            unit: "handshakes/s",
          },
        }),
  };
}

/** Calls `work` for 0 to `count` - 1, so many at a time. */
export async function inTurns(
  count: number,
  atOnce: number,
  work: (number: number) => Promise<void>,
): Promise<void> {
  let next = 0;
  const goOn = async () => {
    while (next < count) await work(next++);
  };
  await Promise.all(Array.from({ length: Math.min(count, atOnce) }, goOn));
}

async function countSessions(pool: pg.Pool): Promise<number> {
  const { rows } = await pool.query<{ count: number }>("select count(*)::int as count from worker_sessions");
  return rows[0]?.count ?? 0;
}
