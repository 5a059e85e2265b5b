import pg from "pg";
import type { Figures, Load, Place } from "../contender.ts";
import { dueInstants, figuresOf, leadMsFor } from "../falling-due.ts";
import { checkLedger } from "./check-ledger.ts";
import { driveWorker } from "./drive-worker.ts";
import { insertPunctualPulses } from "./punctual-pulses.ts";
import { insertPopulation } from "./population.ts";
import { startEngine } from "./start-engine.ts";

const PULSES_PER_WORKER = 10;

/**
 * Pulses that fall due one after the other at a constant rate, each in a lane of its own, while their workers wait,
 * claim and report. Lateness is what the ledger says: from the planned instant to the offer, and to the claim,
 * which is the nearest to what queues call the start of a job.
 */
export async function lateness(place: Place, load: Load): Promise<Figures> {
  const pool = new pg.Pool({ connectionString: place.superuserUrl, max: 2 });
  const count = load.warmUp + load.runs;
  const size = { workers: Math.ceil(count / PULSES_PER_WORKER), lanesPerWorker: PULSES_PER_WORKER };
  const workers = await insertPopulation(pool, size);
  const engine = await startEngine(place);
  const due = dueInstants(load, Date.now() + leadMsFor(load.warmUp + load.runs));
  // Neighbours in time belong to different workers, as they would.
  await insertPunctualPulses(pool, {
    size,
    due: due.map((dueMs, number) => ({
      dueMs,
      lane: (number % size.workers) * PULSES_PER_WORKER + Math.floor(number / size.workers),
    })),
  });
  const ended = new Set<string>();
  await Promise.all(
    workers.map((worker, index) =>
      driveWorker(engine, worker, {
        runs: Math.ceil((count - index) / size.workers),
        onEnd: (runId) => ended.add(runId),
      }),
    ),
  );
  await checkLedger(pool, { runs: count, reported: ended.size });
  const { rows } = await pool.query<{ offered: number; claimed: number }>(
    `select 1000 * extract(epoch from offered_at - planned_at)::float8 as offered,
       1000 * extract(epoch from claimed_at - planned_at)::float8 as claimed
     from runs order by planned_at offset $1`,
    [load.warmUp],
  );
  await engine.close();
  await pool.end();
  return {
    ...figuresOf(rows.map(({ offered }) => offered)),
    ...figuresOf(
      rows.map(({ claimed }) => claimed),
      "claimed_",
    ),
  };
}
