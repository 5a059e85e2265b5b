// `npm run chaos`: seeded faults against the built product. The last line is the summary, as JSON.
import { rmSync } from "node:fs";
import { listenForStop } from "../../tools/start/stop-signal.ts";
import { ChaosUsage, parseChaosArguments } from "./chaos-options.ts";
import { describeFault } from "./plan.ts";
import { planOf, runChaos } from "./run-chaos.ts";
import { tellViolations } from "./story.ts";
import { summaryOf } from "./summary.ts";

const stop = listenForStop();

async function main(): Promise<number> {
  const { plan, keep, ...options } = parseChaosArguments(process.argv.slice(2));
  const chaos = { ...options, signal: stop, say: (line: string) => console.error(line) };
  if (plan) {
    for (const fault of planOf(chaos)) console.log(describeFault(fault));
    return 0;
  }
  const result = await runChaos(chaos);
  const failed = result.violations.length > 0;
  if (failed) {
    console.error(`\n${tellViolations(result.violations, result.facts)}`);
    console.error(`\nseed ${options.seed} failed; its effects and logs are in ${result.folder}`);
    console.error(`again: npm run chaos -- ${process.argv.slice(2).join(" ")}`);
  } else if (!keep) rmSync(result.folder, { recursive: true, force: true });
  console.log(JSON.stringify(summaryOf(result, options.seed)));
  return failed ? 1 : 0;
}

try {
  process.exitCode = await main();
} catch (error) {
  const isExpected = error instanceof ChaosUsage || stop.aborted;
  console.error(isExpected ? `pulsekeep: ${(error as Error).message}` : error);
  process.exitCode = stop.aborted ? 130 : 2;
}
process.exit();
