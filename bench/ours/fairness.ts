import pg from "pg";
import type { Figures, Load, Place } from "../contender.ts";
import { dueInstants, figuresOf, leadMsFor } from "../falling-due.ts";
import { checkLedger } from "./check-ledger.ts";
import { driveWorker } from "./drive-worker.ts";
import { insertPunctualPulses } from "./punctual-pulses.ts";
import { idOf, insertPopulation, WORKERS_PER_WORKSPACE } from "./population.ts";
import { startEngine } from "./start-engine.ts";

const LANES_PER_WORKER = 10;
/** Of other tenants. */
const OTHERS = 200;

/**
 * One tenant's pulses all fall due at one instant, while those of others go on falling due at a constant rate. Lateness
 * is that of the others, as the ledger says it, from that instant on: as long as the crowd lasts, and some time after.
 */
export async function fairness(place: Place, load: Load): Promise<Figures> {
  const pool = new pg.Pool({ connectionString: place.superuserUrl, max: 2 });
  const size = { workers: WORKERS_PER_WORKSPACE + OTHERS, lanesPerWorker: LANES_PER_WORKER };
  const workers = await insertPopulation(pool, size);
  const engine = await startEngine(place);
  const count = load.warmUp + load.runs;
  const instants = dueInstants(load, Date.now() + leadMsFor(load.pulses + count));
  const crowdDueMs = instants[load.warmUp] ?? 0;
  const due = [
    // The first workspace is the crowd's.
    ...Array.from({ length: load.pulses }, (_, number) => ({
      dueMs: crowdDueMs,
      lane: number % (WORKERS_PER_WORKSPACE * LANES_PER_WORKER),
    })),
    ...instants.map((dueMs, number) => ({
      dueMs,
      lane:
        (WORKERS_PER_WORKSPACE + (number % OTHERS)) * LANES_PER_WORKER +
        (Math.floor(number / OTHERS) % LANES_PER_WORKER),
    })),
  ];
  await insertPunctualPulses(pool, { size, due });
  const shares = Map.groupBy(due, ({ lane }) => Math.floor(lane / LANES_PER_WORKER));
  const ended = new Set<string>();
  let crowdEndedMs = 0;
  const driving = workers.map(async (worker, index) => {
    const runs = shares.get(index)?.length ?? 0;
    await driveWorker(engine, worker, { runs, onEnd: (id) => ended.add(id) });
    if (index < WORKERS_PER_WORKSPACE) crowdEndedMs = performance.timeOrigin + performance.now();
  });
  await Promise.all(driving);
  await checkLedger(pool, { runs: load.pulses + count, reported: ended.size });
  const { rows } = await pool.query<{ late: number }>(
    `select 1000 * extract(epoch from claimed_at - planned_at)::float8 as late
     from runs where workspace_id <> $1 and planned_at >= $2`,
    [idOf("workspace", 0), new Date(crowdDueMs)],
  );
  await engine.close();
  await pool.end();
  return {
    ...figuresOf(rows.map(({ late }) => late)),
    crowd: { value: load.pulses / ((crowdEndedMs - crowdDueMs) / 1_000), unit: "runs/s" },
  };
}
