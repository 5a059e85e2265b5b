import { randomBytes } from "node:crypto";
import pg from "pg";
import type { Figures } from "./contender.ts";
import { BenchFailure } from "./failure.ts";
import { figuresOf } from "./falling-due.ts";
import { cpuUsBetween, readPostgresCpu } from "./gateway/postgres-cpu.ts";
import { type BenchServer, startServer } from "./gateway/start-server.ts";
import { printLine, say } from "./lines.ts";
import type { BenchOptions } from "./options.ts";
import { inWords, mediansOf } from "./rounds.ts";
import { Farm } from "./scrapes/farm.ts";
import { type EndpointsOrder, insertEndpoints, tickMs } from "./scrapes/insert-endpoints.ts";
import { startServers } from "./servers.ts";

const ENDPOINTS = 2_000;
/** Of a workspace that does its worst: what it costs the others is part of the figure. */
const HANGING = 100;
const STEP_SECONDS = 10;
const STEPS_PER_ROUND = 2;
const LEAD_MS = 3_000;
/** A tick counts as kept when its request came before this share of the step was over. */
const WITHIN_STEP = 0.9;

/** How punctually so many metrics endpoints are asked, and what a scrape costs. */
export async function benchScrapes(options: BenchOptions, stop: AbortSignal): Promise<void> {
  const servers = await startServers(stop);
  const { place, drop } = await servers.preparePlace("product");
  const pool = new pg.Pool({ connectionString: place.superuserUrl, max: 2 });
  const answering = options.runs ?? ENDPOINTS;
  const farm = new Farm(answering + HANGING, answering);
  try {
    const order = {
      answering,
      hanging: HANGING,
      stepSeconds: STEP_SECONDS,
      hostAndPort: await farm.listen(),
      firstMs: Date.now() + LEAD_MS + answering,
    };
    await insertEndpoints(pool, order);
    const server = await startServer(
      {
        place,
        roles: "all",
        keyring: { keyId: "k1", key: randomBytes(32) },
        issuer: "http://localhost:1",
        more: { SCRAPE_ALLOW: order.hostAndPort },
      },
      { profile: options.profile, stop },
    );
    const figures = await measure({ order, farm, server, pool }, options.rounds);
    for (const [metric, figure] of Object.entries(figures))
      printLine("scrapes", { metric, ...figure, endpoints: answering });
    await server.stop();
  } finally {
    await farm.close();
    await pool.end();
    await drop();
    await servers.stop();
  }
}

type Bench = { order: EndpointsOrder; farm: Farm; server: BenchServer; pool: pg.Pool };

async function measure(bench: Bench, rounds: number): Promise<Figures> {
  const turns: Figures[] = [];
  const { order, server } = bench;
  let firstUsed = 0;
  let lastUsed = 0;
  // Round 0 warms up: the first step of all, and one for the just-in-time compiler.
  for (let round = 0; round <= rounds; round++) {
    const fromMs = order.firstMs + round * STEPS_PER_ROUND * STEP_SECONDS * 1_000;
    const figures = await measureRound(bench, fromMs);
    say(`scrapes round ${round}: ${inWords(figures)}`);
    lastUsed = (await server.readUsage("collected")).used;
    if (round === 0) firstUsed = lastUsed;
    else turns.push(figures);
  }
  return { ...mediansOf(turns), heap_growth: { value: (lastUsed - firstUsed) / 1_024 ** 2, unit: "MB" } };
}

async function measureRound({ order, farm, server, pool }: Bench, fromMs: number): Promise<Figures> {
  await until(fromMs);
  farm.forget();
  const [before, databaseBefore] = [await server.readUsage(), await readPostgresCpu(pool)];
  await until(fromMs + STEPS_PER_ROUND * STEP_SECONDS * 1_000);
  const [after, databaseAfter] = [await server.readUsage(), await readPostgresCpu(pool)];
  const late: number[] = [];
  let asked = 0;
  let missed = 0;
  const stepMs = order.stepSeconds * 1_000;
  for (let number = 0; number < order.answering; number++) {
    // What came during the two readings is of the ticks around.
    const instants = (farm.askedAtMs[number] ?? []).map((atMs) => (atMs - tickMs(order, number)) % stepMs);
    asked += instants.length;
    missed += Math.max(0, STEPS_PER_ROUND - 1 - instants.length);
    late.push(...instants.filter((lateMs) => lateMs >= 0 && lateMs < stepMs * WITHIN_STEP));
  }
  if (missed > order.answering / 100)
    throw new BenchFailure(`Wrong count: ${missed} of ${order.answering} endpoints were asked too seldom`);
  await checkKept(pool, order);
  const cpuUs = after.cpuUs - before.cpuUs;
  const databaseUs = cpuUsBetween(databaseBefore, databaseAfter);
  return {
    scrapes: { value: asked / (STEPS_PER_ROUND * STEP_SECONDS), unit: "scrapes/s" },
    ...figuresOf(late, "late_"),
    cpu_per_scrape: { value: cpuUs / asked, unit: "us" },
    ...(databaseUs === undefined
      ? {}
      : { database_cpu_per_scrape: { value: databaseUs / asked, unit: "us" } }),
    rss: { value: after.rss / 1_024 ** 2, unit: "MB" },
  };
}

/** What was answered was kept: nobody's samples stop. */
async function checkKept(pool: pg.Pool, { answering, stepSeconds }: EndpointsOrder): Promise<void> {
  const { rows } = await pool.query<{ silent: number }>(
    `select count(*)::int as silent from metric_endpoints e join projects p on p.id = e.project_id
     where e.active_url ~ '/m/[0-9]+$' and substring(e.active_url from '[0-9]+$')::int < $1
       and coalesce(e.last_sample_at, '-infinity') < now() - make_interval(secs => $2)`,
    [answering, 2 * stepSeconds],
  );
  if (rows[0]?.silent !== 0)
    throw new BenchFailure(`Wrong count: ${rows[0]?.silent} endpoints have no sample of the last two steps`);
}

const until = (atMs: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, Math.max(0, atMs - Date.now())));
