import { setTimeout as delay } from "node:timers/promises";
import pg from "pg";
import type { Figures, Load, Place } from "../contender.ts";
import { checkLedger } from "./check-ledger.ts";
import { driveWorker } from "./drive-worker.ts";
import { insertPulsesDueSoon } from "./due-pulses.ts";
import { type BenchWorker, insertPopulation } from "./population.ts";
import { type Engine, startEngine } from "./start-engine.ts";

/** Workers wait for work already when it falls due. */
const WAIT_BEFORE_MS = 500;

/**
 * Pulses that all fall due at one instant, until the last of their runs is reported. The engine's own loops do
 * the planning, relaying and dispatching; the workers claim and report through the services.
 */
export async function bulk(place: Place, load: Load): Promise<Figures> {
  const pool = new pg.Pool({ connectionString: place.superuserUrl, max: 2 });
  const workers = await insertPopulation(pool, load);
  const engine = await startEngine(place);
  const ended = new Set<string>();
  const party = { pool, engine, workers, ended, load };
  await fallDue(party, { first: 0, count: load.warmUp });
  const tookMs = await fallDue(party, { first: load.warmUp, count: load.runs });
  await checkLedger(pool, { runs: load.warmUp + load.runs, reported: ended.size });
  await engine.close();
  await pool.end();
  return { bulk: { value: load.runs / (tookMs / 1_000), unit: "runs/s" } };
}

interface Party {
  pool: pg.Pool;
  engine: Engine;
  workers: BenchWorker[];
  ended: Set<string>;
  load: Load;
}

/** Returns the milliseconds from the instant at which the pulses fall due to the last report. */
async function fallDue(party: Party, pulses: { first: number; count: number }): Promise<number> {
  const { pool, engine, workers, load } = party;
  const dueAt = await insertPulsesDueSoon(pool, { ...pulses, size: load });
  const shares = sharesOf(pulses, load);
  await delay(Math.max(0, dueAt.getTime() - Date.now() - WAIT_BEFORE_MS));
  await Promise.all(
    workers.map((worker, index) =>
      driveWorker(engine, worker, { runs: shares[index] ?? 0, onEnd: (id) => party.ended.add(id) }),
    ),
  );
  return performance.timeOrigin + performance.now() - dueAt.getTime();
}

/** How many of the pulses belong to each worker. */
function sharesOf(pulses: { first: number; count: number }, load: Load): number[] {
  const lanes = load.workers * load.lanesPerWorker;
  const shares = Array.from({ length: load.workers }, () => 0);
  for (let number = pulses.first; number < pulses.first + pulses.count; number++) {
    const worker = Math.floor((number % lanes) / load.lanesPerWorker);
    shares[worker] = (shares[worker] ?? 0) + 1;
  }
  return shares;
}
