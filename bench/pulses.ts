import type { Load } from "./contender.ts";
import { printLine } from "./lines.ts";
import type { BenchOptions } from "./options.ts";
import { type Medians, runRounds } from "./rounds.ts";
import { startServers } from "./servers.ts";

const BULK_RUNS = 20_000;
const PEERS = ["bullmq"];

/** The whole life of runs against the queues that people would otherwise use. */
export async function benchPulses(options: BenchOptions, stop: AbortSignal): Promise<void> {
  const servers = await startServers(stop);
  try {
    const contenders = ["ours", ...PEERS].filter(
      (name) => options.only.length === 0 || options.only.includes(name),
    );
    const { rounds, profile } = options;
    const bulk = await runRounds({
      servers,
      way: "bulk",
      contenders,
      rounds,
      load: loadOf(options, BULK_RUNS),
      profile,
      stop,
    });
    printMedians("pulses", bulk);
  } finally {
    await servers.stop();
  }
}

function loadOf(options: BenchOptions, defaultRuns: number): Load {
  const runs = options.runs ?? defaultRuns;
  return {
    runs,
    warmUp: Math.max(500, Math.round(runs / 5)),
    inFlight: 64,
    perSecond: options.rate ?? 1_000,
    workers: options.workers ?? 500,
    lanesPerWorker: options.lanes ?? 8,
  };
}

/** Every figure, and how many times each peer's ours is. */
function printMedians(bench: string, medians: Medians): void {
  const ours = medians.get("ours") ?? {};
  for (const [name, figures] of medians)
    for (const [metric, { value, unit }] of Object.entries(figures))
      printLine(bench, { metric, value, unit, ...(name === "ours" ? {} : { peer: name }) });
  for (const [name, figures] of medians)
    for (const [metric, { value, unit }] of Object.entries(figures)) {
      const own = ours[metric];
      if (name !== "ours" && own && unit.endsWith("/s"))
        printLine(bench, { metric: `${metric}_of_${name}`, value: own.value / value, unit: "x" });
    }
}
