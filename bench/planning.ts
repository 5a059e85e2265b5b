import { DEFAULT_LOAD } from "./contender.ts";
import { printLine, say } from "./lines.ts";
import type { BenchOptions } from "./options.ts";
import { runTurn } from "./rounds.ts";
import { startServers } from "./servers.ts";

const DUE = 1_000;
/** First the table grows and what is due stays, then the other way round. */
const CASES = [
  { pulses: 1_000, due: DUE },
  { pulses: 10_000, due: DUE },
  { pulses: 100_000, due: DUE },
  { pulses: 1_000_000, due: DUE },
  { pulses: 100_000, due: 10 * DUE },
  { pulses: 100_000, due: 100 * DUE },
] as const;

/** What planning one due run costs, by the number of active pulses and by the number of due ones. */
export async function benchPlanning(options: BenchOptions, stop: AbortSignal): Promise<void> {
  const servers = await startServers(stop);
  const { profile } = options;
  try {
    for (const { pulses, due } of CASES) {
      const load = { ...DEFAULT_LOAD, pulses, runs: due, repeats: options.rounds };
      const figures = await runTurn({ servers, way: "planning", load, profile, stop }, "ours");
      for (const [metric, figure] of Object.entries(figures)) {
        printLine("planning", { metric, pulses, due, ...figure });
        say(`${pulses} pulses, ${due} due: ${figure.value.toPrecision(3)} ${figure.unit}`);
      }
    }
  } finally {
    await servers.stop();
  }
}
