import pg from "pg";
import type { Figures, Load, Place } from "../contender.ts";
import { BenchFailure } from "../failure.ts";
import { median } from "../medians.ts";
import { insertManyPulses, makeDue } from "./many-pulses.ts";
import { insertPopulation } from "./population.ts";
import { startEngine } from "./start-engine.ts";

/** Repeats until the code is compiled and every connection has its statements prepared. */
const UNCOUNTED = 4;

/** The planner alone, called until it finds nothing: the loops of this server stand still. */
export async function planning(place: Place, load: Load): Promise<Figures> {
  const pool = new pg.Pool({ connectionString: place.superuserUrl, max: 1 });
  await insertPopulation(pool, load);
  const occurrenceAt = await insertManyPulses(pool, load, load.pulses);
  const engine = await startEngine(place, "http");
  const msPerRun: number[] = [];
  for (let repeat = -UNCOUNTED; repeat < load.repeats; repeat++) {
    await makeDue(pool, { pulses: load.pulses, due: load.runs, occurrenceAt });
    const startedMs = performance.now();
    while ((await engine.planner.planOnce()) === "more");
    if (repeat >= 0) msPerRun.push((performance.now() - startedMs) / load.runs);
    await checkPlanned(pool, load.runs);
  }
  await engine.close();
  await pool.end();
  return { ms_per_due_run: { value: median(msPerRun), unit: "ms" } };
}

async function checkPlanned(pool: pg.Pool, due: number): Promise<void> {
  const { rows } = await pool.query<{ planned: number }>(
    "select count(*) filter (where state = 'queued')::int as planned from runs",
  );
  if (rows[0]?.planned !== due)
    throw new BenchFailure(`Wrong count: ${due} pulses were due, ${rows[0]?.planned} runs were planned`);
}
