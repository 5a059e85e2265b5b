import pg from "pg";
import type { Figures, Load, Place } from "../contender.ts";
import { oneByOne } from "../in-flight.ts";
import { checkLedger } from "./check-ledger.ts";
import { driveWorker } from "./drive-worker.ts";
import { insertDuePulses } from "./due-pulses.ts";
import { type BenchWorker, idOf, insertPopulation, type PopulationSize } from "./population.ts";
import { type Engine, startEngine } from "./start-engine.ts";

/** Runs of one pulse, at most: nobody asks for hundreds of commits to one repository in a minute. */
const RUNS_PER_WORKER = 20;
const FAR_AHEAD_MS = 86_400_000;

/**
 * One by one: "run now" for a worker, which waits for it, claims it, gets its signal and reports. Each caller has
 * workers of its own and goes round them.
 */
export async function single(place: Place, load: Load): Promise<Figures> {
  const pool = new pg.Pool({ connectionString: place.superuserUrl, max: 2 });
  const perCaller = Math.ceil((load.runs + load.warmUp) / load.inFlight / RUNS_PER_WORKER);
  const size: PopulationSize = { workers: perCaller * load.inFlight, lanesPerWorker: 1 };
  const workers = await insertPopulation(pool, size);
  const dueAt = new Date(Date.now() + FAR_AHEAD_MS);
  await insertDuePulses(pool, { size, first: 0, count: size.workers }, dueAt);
  const engine = await startEngine(place);
  const ended = new Set<string>();
  const begun = Array.from({ length: load.inFlight }, () => 0);
  const figures = await oneByOne(load, async (caller) => {
    const turn = begun[caller] ?? 0;
    begun[caller] = turn + 1;
    const number = caller * perCaller + (turn % perCaller);
    const worker = workers[number];
    if (worker) await runOnce(engine, worker, { pulseId: idOf("pulse", number), ended });
  });
  await checkLedger(pool, { runs: load.warmUp + load.runs, reported: ended.size });
  await engine.close();
  await pool.end();
  return figures;
}

async function runOnce(
  engine: Engine,
  worker: BenchWorker,
  { pulseId, ended }: { pulseId: string; ended: Set<string> },
): Promise<void> {
  await engine.pulses.runNow(ownerOf(worker), pulseId);
  await driveWorker(engine, worker, { runs: 1, onEnd: (runId) => ended.add(runId) });
}

const ownerOf = ({ workspaceId }: BenchWorker) =>
  ({
    kind: "user",
    workspaceId,
    userId: idOf("user", 0),
    role: "user",
    sessionId: "bench",
    signedInAt: new Date(),
    locale: "en",
  }) as const;
