import { setTimeout as delay } from "node:timers/promises";
import { Redis } from "ioredis";
import pg from "pg";
import type { Figures, Load, Place } from "../contender.ts";
import { say } from "../lines.ts";
import { median, slope } from "../medians.ts";
import { checkLedger } from "./check-ledger.ts";
import { driveWorkerUntil } from "./drive-worker.ts";
import { feedPulses, type Feed } from "./feed-pulses.ts";
import { insertPopulation } from "./population.ts";
import { startEngine } from "./start-engine.ts";

const SAMPLE_MS = 10_000;
/** The part of the time that is not looked at: heaps and caches grow to their size. */
const WARM_UP_SHARE = 0.2;

type Sample = { minutes: number; residentKb: number };

/** A steady stream of runs for minutes on end, by the whole engine; the size of this process every ten seconds. */
export async function soak(place: Place, load: Load): Promise<Figures> {
  const pool = new pg.Pool({ connectionString: place.superuserUrl, max: 3 });
  const workers = await insertPopulation(pool, load);
  const engine = await startEngine(place);
  const feed = await feedPulses(pool, load);
  let ended = 0;
  let lastEndedMs = 0;
  const onEnd = () => {
    ended += 1;
    lastEndedMs = performance.now();
  };
  const startedMs = performance.now();
  const isOver = () => feed.isOver() && ended >= feed.fed();
  const driving = Promise.all(workers.map((worker) => driveWorkerUntil(engine, worker, { isOver, onEnd })));
  const samples = await sampleSize(load, { feed, ended: () => ended });
  await Promise.all([driving, feed.finished]);
  await checkLedger(pool, { runs: feed.fed(), reported: ended });
  const sizes = await sizesOf(pool, place);
  await engine.close();
  await pool.end();
  const quarter = Math.ceil(samples.length / 4);
  const kilobytes = (some: Sample[]) => median(some.map(({ residentKb }) => residentKb));
  return {
    rate: { value: ended / ((lastEndedMs - startedMs) / 1_000), unit: "runs/s" },
    rss_slope: {
      value: slope(samples.map(({ minutes, residentKb }) => [minutes, residentKb])),
      unit: "kB/min",
    },
    rss_first_quarter: { value: kilobytes(samples.slice(0, quarter)), unit: "kB" },
    rss_last_quarter: { value: kilobytes(samples.slice(-quarter)), unit: "kB" },
    ...sizes,
  };
}

async function sampleSize(load: Load, of: { feed: Feed; ended: () => number }): Promise<Sample[]> {
  const startedMs = performance.now();
  const samples: Sample[] = [];
  const warmUpMs = load.seconds * 1_000 * WARM_UP_SHARE;
  for (let elapsedMs = 0; elapsedMs < load.seconds * 1_000; elapsedMs = performance.now() - startedMs) {
    await delay(Math.min(SAMPLE_MS, load.seconds * 1_000 - elapsedMs));
    const residentKb = process.memoryUsage.rss() / 1_000;
    const minutes = (performance.now() - startedMs) / 60_000;
    if (minutes * 60_000 >= warmUpMs) samples.push({ minutes, residentKb });
    say(
      `${minutes.toFixed(1)} min: ${Math.round(residentKb)} kB, ${of.ended()} of ${of.feed.fed()} runs ended`,
    );
  }
  return samples;
}

async function sizesOf(pool: pg.Pool, place: Place): Promise<Figures> {
  const { rows } = await pool.query<{ bytes: number }>(
    "select pg_database_size(current_database())::float8 as bytes",
  );
  const redis = new Redis(place.redisUrl);
  const info = await redis.info("memory");
  redis.disconnect();
  return {
    database: { value: (rows[0]?.bytes ?? 0) / 1e6, unit: "MB" },
    redis: { value: Number(/^used_memory:(\d+)/m.exec(info)?.[1]) / 1e6, unit: "MB" },
  };
}
