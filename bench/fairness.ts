import { DEFAULT_LOAD } from "./contender.ts";
import type { BenchOptions } from "./options.ts";
import { printMedians } from "./report.ts";
import { runRounds } from "./rounds.ts";
import { startServers } from "./servers.ts";

const CROWD = 100_000;
const PER_SECOND = 100;
const SECONDS = 20;
const WARM_UP_SECONDS = 3;

/** How late the runs of other tenants are while one tenant has so many due at once. */
export async function benchFairness(options: BenchOptions, stop: AbortSignal): Promise<void> {
  const servers = await startServers(stop);
  const { rounds, profile } = options;
  const perSecond = options.rate ?? PER_SECOND;
  try {
    const load = {
      ...DEFAULT_LOAD,
      pulses: options.runs ?? CROWD,
      runs: perSecond * SECONDS,
      warmUp: perSecond * WARM_UP_SECONDS,
      perSecond,
    };
    printMedians(
      "fairness",
      await runRounds({ servers, way: "fairness", contenders: ["ours"], rounds, load, profile, stop }),
    );
  } finally {
    await servers.stop();
  }
}
