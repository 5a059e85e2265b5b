import { randomBytes } from "node:crypto";
import pg from "pg";
import type { Figures } from "./contender.ts";
import { BenchFailure } from "./failure.ts";
import { inTurns } from "./gateway/handshakes.ts";
import { cpuUsBetween, readPostgresCpu } from "./gateway/postgres-cpu.ts";
import { type BenchServer, startServer } from "./gateway/start-server.ts";
import { printLine, say } from "./lines.ts";
import { percentile } from "./medians.ts";
import type { BenchOptions } from "./options.ts";
import { inWords, mediansOf } from "./rounds.ts";
import { type Servers, startServers } from "./servers.ts";
import { PipelineClient } from "./trigger/pipeline-client.ts";
import { type BenchProject, insertProjects } from "./trigger/projects.ts";

const RUNS = 6_000;
const WARM_UP = 2_000;
/** So many that nobody reaches the limit of 100 calls a minute. */
const CALLS_PER_PROJECT = 40;
const IN_FLIGHT = 64;

type Site = { server: BenchServer; pool: pg.Pool; client: PipelineClient; projects: readonly BenchProject[] };
type Pipeline = { project: BenchProject; number: number; deploymentId?: string };

/**
 * The two calls of a pipeline over HTTP: `triggers`, each a new deployment with a key of its own; `repeats`, the same
 * requests again; `finishes`. The rate is with the clients on the same machine; CPU time is the server's alone, and
 * PostgreSQL's.
 */
export async function benchTrigger(options: BenchOptions, stop: AbortSignal): Promise<void> {
  const servers = await startServers(stop);
  try {
    const turns: Figures[] = [];
    for (let round = 0; round <= options.rounds; round++) {
      const figures = await runTurn(servers, options, stop);
      if (round > 0) turns.push(figures);
      say(`round ${round}: ${inWords(figures)}`);
    }
    for (const [metric, figure] of Object.entries(mediansOf(turns)))
      printLine("trigger", { metric, ...figure });
  } finally {
    await servers.stop();
  }
}

async function runTurn(servers: Servers, options: BenchOptions, stop: AbortSignal): Promise<Figures> {
  const { place, drop } = await servers.preparePlace("product");
  const pool = new pg.Pool({ connectionString: place.superuserUrl, max: 2 });
  const runs = options.runs ?? RUNS;
  const projects = await insertProjects(pool, Math.ceil((3 * (runs + WARM_UP)) / CALLS_PER_PROJECT));
  const keyring = { keyId: "k1", key: randomBytes(32) };
  const setup = { place, roles: "http", keyring, issuer: "http://127.0.0.1:9/nobody" } as const;
  const server = await startServer(setup, { profile: options.profile, stop });
  const site = { server, pool, client: new PipelineClient(server.url), projects };
  try {
    await measurePipelines(site, { first: 0, count: WARM_UP });
    const figures = await measurePipelines(site, { first: WARM_UP, count: runs });
    await check(pool, WARM_UP + runs);
    return figures;
  } finally {
    site.client.close();
    await server.stop();
    await pool.end();
    await drop();
  }
}

async function measurePipelines(
  site: Site,
  { first, count }: { first: number; count: number },
): Promise<Figures> {
  const pipelines: Pipeline[] = Array.from({ length: count }, (_, index) => {
    const number = first + index;
    return { project: site.projects[number % site.projects.length] as BenchProject, number };
  });
  const trigger = async (pipeline: Pipeline) => {
    const headers = { "x-api-key": pipeline.project.apiKey, "x-idempotency-key": `run-${pipeline.number}` };
    const body = {
      env: "prod",
      // A service of its own, so that no other pipeline of the project is met.
      service: `service-${pipeline.number}`,
      branch: "main",
      version: "1.4.2",
      commit_sha: "0a1b2c3d4e5f60718293a4b5c6d7e8f901234567",
      run_url: "https://ci.example/runs/1",
    };
    const answer = await site.client.call<{ deployment_id: string }>("/deployments/trigger", body, headers);
    pipeline.deploymentId = answer.deployment_id;
  };
  const finish = async ({ project, deploymentId }: Pipeline) => {
    const body = { deployment_id: deploymentId, result: "success" };
    await site.client.call("/deployments/finish", body, { "x-api-key": project.apiKey });
  };
  return {
    ...(await measure(site, pipelines, { metric: "triggers", call: trigger })),
    ...(await measure(site, pipelines, { metric: "repeats", call: trigger })),
    ...(await measure(site, pipelines, { metric: "finishes", call: finish })),
  };
}

async function measure(
  { server, pool }: Site,
  pipelines: readonly Pipeline[],
  { metric, call }: { metric: string; call: (pipeline: Pipeline) => Promise<void> },
): Promise<Figures> {
  const tookMs: number[] = [];
  const [cpuBefore, postgresBefore] = [await server.readUsage(), await readPostgresCpu(pool)];
  const startedMs = performance.now();
  await inTurns(pipelines.length, IN_FLIGHT, async (number) => {
    const begunMs = performance.now();
    await call(pipelines[number] as Pipeline);
    tookMs.push(performance.now() - begunMs);
  });
  const seconds = (performance.now() - startedMs) / 1_000;
  const serverUs = ((await server.readUsage()).cpuUs - cpuBefore.cpuUs) / pipelines.length;
  const postgresAllUs = cpuUsBetween(postgresBefore, await readPostgresCpu(pool));
  const postgresUs = postgresAllUs === undefined ? undefined : postgresAllUs / pipelines.length;
  return {
    [metric]: { value: pipelines.length / seconds, unit: "req/s" },
    [`${metric}_p99`]: { value: percentile(tookMs, 0.99), unit: "ms" },
    [`${metric}_server_cpu`]: { value: serverUs, unit: "us" },
    ...(postgresUs === undefined
      ? {}
      : {
          [`${metric}_postgres_cpu`]: { value: postgresUs, unit: "us" },
          [`${metric}_per_core_with_postgres`]: { value: 1e6 / (serverUs + postgresUs), unit: "req/s" },
        }),
  };
}

/** One deployment for each pipeline, finished. */
async function check(pool: pg.Pool, expected: number): Promise<void> {
  const { rows } = await pool.query<{ finished: number; all: number }>(
    `select count(*)::int as all, count(*) filter (where state = 'observing')::int as finished from deployments`,
  );
  const [{ all, finished } = { all: 0, finished: 0 }] = rows;
  if (all !== expected || finished !== expected)
    throw new BenchFailure(`Wrong count: ${expected} pipelines, ${all} deployments, ${finished} finished`);
}
