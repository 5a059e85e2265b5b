import { DEFAULT_LOAD, type Load } from "./contender.ts";
import type { BenchOptions } from "./options.ts";
import { printMedians } from "./report.ts";
import { chosen, runRounds } from "./rounds.ts";
import { startServers } from "./servers.ts";

const CONTENDERS = ["ours", "bullmq", "bullmq-durable", "graphile-worker", "pg-boss", "raw-redis"];
/** Of bulk so many that its beginning, with code not yet compiled and nothing planned, is not what is measured. */
const RUNS = { bulk: 50_000, single: 10_000 } as const;
const WAYS = ["bulk", "single"] as const;

/** The whole life of runs against the queues that people would otherwise use: many at once, and one by one. */
export async function benchPulses(options: BenchOptions, stop: AbortSignal): Promise<void> {
  const servers = await startServers(stop);
  const contenders = chosen(CONTENDERS, options.only);
  const { rounds, profile } = options;
  try {
    for (const way of chosen(WAYS, options.ways)) {
      const load = loadOf(way, options);
      printMedians("pulses", await runRounds({ servers, way, contenders, rounds, load, profile, stop }));
    }
  } finally {
    await servers.stop();
  }
}

function loadOf(way: keyof typeof RUNS, options: BenchOptions): Load {
  const runs = options.runs ?? RUNS[way];
  return {
    ...DEFAULT_LOAD,
    runs,
    warmUp: Math.max(500, Math.round(runs / 5)),
    workers: options.workers ?? DEFAULT_LOAD.workers,
    lanesPerWorker: options.lanes ?? DEFAULT_LOAD.lanesPerWorker,
  };
}
