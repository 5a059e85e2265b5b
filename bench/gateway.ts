import { randomBytes } from "node:crypto";
import pg from "pg";
import type { Figures } from "./contender.ts";
import { insertEnrolledWorkers } from "./gateway/enrolled-workers.ts";
import { type HandshakeSite, measureHandshakes } from "./gateway/handshakes.ts";
import { measureLongPolls } from "./gateway/long-polls.ts";
import { ProtocolClient } from "./gateway/protocol-client.ts";
import { startServer } from "./gateway/start-server.ts";
import { startTokenIssuer } from "./gateway/token-issuer.ts";
import { printLine, say } from "./lines.ts";
import type { BenchOptions } from "./options.ts";
import { chosen, inWords, mediansOf } from "./rounds.ts";
import { type Servers, startServers } from "./servers.ts";

const WAYS = ["handshakes", "waiting"] as const;
const HANDSHAKES = 6_000;
const WARM_UP = 1_500;
const WAITING = 5_000;
const RUNS = 2_000;
const PER_SECOND = 200;
const IN_FLIGHT = 64;

/**
 * The server as workers meet it, over HTTP: handshakes with GitHub's token, of workers that it has not seen for an
 * hour (`handshakes`) and of those it has just seen (`again_*`); and workers that wait in a long poll for their runs.
 */
export async function benchGateway(options: BenchOptions, stop: AbortSignal): Promise<void> {
  const servers = await startServers(stop);
  try {
    for (const way of chosen(WAYS, options.ways)) {
      const turns: Figures[] = [];
      for (let round = 0; round <= options.rounds; round++) {
        const figures = await runGateway(servers, { way, options, stop });
        if (round > 0) turns.push(figures);
        say(`${way} round ${round}: ${inWords(figures)}`);
      }
      for (const [metric, figure] of Object.entries(mediansOf(turns)))
        printLine("gateway", { metric, ...figure });
    }
  } finally {
    await servers.stop();
  }
}

type GatewayTurn = { way: (typeof WAYS)[number]; options: BenchOptions; stop: AbortSignal };

async function runGateway(servers: Servers, { way, options, stop }: GatewayTurn): Promise<Figures> {
  const { place, drop } = await servers.preparePlace("product");
  const pool = new pg.Pool({ connectionString: place.superuserUrl, max: 2 });
  const keyring = { keyId: "k1", key: randomBytes(32) };
  const issuer = await startTokenIssuer();
  const waiting = options.workers ?? WAITING;
  const handshakes = options.runs ?? HANDSHAKES;
  const count = way === "waiting" ? waiting : WARM_UP + handshakes;
  const workers = await insertEnrolledWorkers(pool, { workers: count, lanesPerWorker: 1 }, keyring);
  const roles = way === "waiting" ? "all" : "http";
  const server = await startServer(
    { place, roles, keyring, issuer: issuer.issuer },
    { profile: options.profile, stop },
  );
  const client = new ProtocolClient(server.url);
  const site: HandshakeSite = { server, client, issuer, pool, inFlight: IN_FLIGHT };
  try {
    if (way === "waiting")
      return await measureLongPolls(site, workers, {
        runs: options.runs ?? Math.min(RUNS, waiting),
        perSecond: options.rate ?? PER_SECOND,
      });
    await measureHandshakes(site, workers.slice(0, WARM_UP));
    const measured = workers.slice(WARM_UP);
    return {
      ...(await measureHandshakes(site, measured)),
      ...(await measureHandshakes(site, measured, "again_")),
    };
  } finally {
    client.close();
    await server.stop();
    await issuer.close();
    await pool.end();
    await drop();
  }
}
