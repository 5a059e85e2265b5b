import { DEFAULT_LOAD } from "./contender.ts";
import { say } from "./lines.ts";
import type { BenchOptions } from "./options.ts";
import { printMedians } from "./report.ts";
import { runTurn } from "./rounds.ts";
import { startServers } from "./servers.ts";

/** Whether the process keeps its size while runs fall due at half of the rate that it can carry. */
export async function benchSoak(options: BenchOptions, stop: AbortSignal): Promise<void> {
  const servers = await startServers(stop);
  const { profile } = options;
  const base = {
    ...DEFAULT_LOAD,
    workers: options.workers ?? DEFAULT_LOAD.workers,
    lanesPerWorker: options.lanes ?? DEFAULT_LOAD.lanesPerWorker,
  };
  try {
    let perSecond = options.rate;
    if (perSecond === undefined) {
      const most = await runTurn({ servers, way: "bulk", load: base, profile: undefined, stop }, "ours");
      perSecond = Math.round((most.bulk?.value ?? 0) / 2);
      say(`${perSecond * 2} runs/s in bulk: half of it for ${options.minutes} minutes`);
    }
    const load = { ...base, perSecond, seconds: options.minutes * 60 };
    const figures = await runTurn({ servers, way: "soak", load, profile, stop }, "ours");
    printMedians("soak", new Map([["ours", figures]]));
  } finally {
    await servers.stop();
  }
}
