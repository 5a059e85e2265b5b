import { DEFAULT_LOAD } from "./contender.ts";
import type { BenchOptions } from "./options.ts";
import { printMedians } from "./report.ts";
import { chosen, runRounds } from "./rounds.ts";
import { startServers } from "./servers.ts";

const CONTENDERS = ["ours", "bullmq", "graphile-worker", "pg-boss"];
const PER_SECOND = 1_000;
const SECONDS = 10;
const WARM_UP_SECONDS = 3;

/** How late runs are when so many fall due every second, beside the delayed jobs of other queues. */
export async function benchLateness(options: BenchOptions, stop: AbortSignal): Promise<void> {
  const servers = await startServers(stop);
  const perSecond = options.rate ?? PER_SECOND;
  const { rounds, profile } = options;
  try {
    const medians = await runRounds({
      servers,
      way: "lateness",
      contenders: chosen(CONTENDERS, options.only),
      rounds,
      load: {
        ...DEFAULT_LOAD,
        runs: options.runs ?? perSecond * SECONDS,
        warmUp: perSecond * WARM_UP_SECONDS,
        perSecond,
      },
      profile,
      stop,
    });
    printMedians("lateness", medians);
  } finally {
    await servers.stop();
  }
}
