// `npm run -s bench -- <name>`: figures as JSON lines on standard output, everything else on standard error.
import path from "node:path";
import { BuildFailure } from "../tools/build/build-failure.ts";
import { buildWorkspaces } from "../tools/build/build-product.ts";
import { listenForStop } from "../tools/start/stop-signal.ts";
import { BenchFailure } from "./failure.ts";
import { say } from "./lines.ts";
import { type BenchOptions, readBenchOptions, UsageError } from "./options.ts";

const root = path.resolve(import.meta.dirname, "..");
const EXIT_USAGE = 2;

export type Bench = (options: BenchOptions, stop: AbortSignal) => Promise<void>;

/** What there is, and what must be built before. Loaded after the build, which writes the packages it imports. */
const benches: Record<string, { needs: string[]; load: () => Promise<Bench> }> = {
  fairness: { needs: ["@pulsekeep/api"], load: async () => (await import("./fairness.ts")).benchFairness },
  gateway: { needs: ["@pulsekeep/api"], load: async () => (await import("./gateway.ts")).benchGateway },
  lateness: { needs: ["@pulsekeep/api"], load: async () => (await import("./lateness.ts")).benchLateness },
  live: {
    needs: ["@pulsekeep/api", "@pulsekeep/sample-app"],
    load: async () => (await import("./live.ts")).benchLive,
  },
  planning: { needs: ["@pulsekeep/api"], load: async () => (await import("./planning.ts")).benchPlanning },
  pulses: { needs: ["@pulsekeep/api"], load: async () => (await import("./pulses.ts")).benchPulses },
  scrapes: { needs: ["@pulsekeep/api"], load: async () => (await import("./scrapes.ts")).benchScrapes },
  soak: { needs: ["@pulsekeep/api"], load: async () => (await import("./soak.ts")).benchSoak },
  streams: {
    needs: ["@pulsekeep/streams", "@pulsekeep/database"],
    load: async () => (await import("./streams.ts")).benchStreams,
  },
  trigger: { needs: ["@pulsekeep/api"], load: async () => (await import("./trigger.ts")).benchTrigger },
  verdict: { needs: ["@pulsekeep/verdict"], load: async () => (await import("./verdict.ts")).benchVerdict },
  "web-size": { needs: ["@pulsekeep/web"], load: async () => (await import("./web-size.ts")).benchWebSize },
};

async function run(stop: AbortSignal): Promise<void> {
  const { name, options } = readBenchOptions(process.argv.slice(2), Object.keys(benches));
  const bench = benches[name];
  if (!bench) throw new UsageError(`There is no bench "${name}".`);
  say(`building ${bench.needs.join(", ")} ...`);
  await buildWorkspaces(root, bench.needs, stop);
  await (await bench.load())(options, stop);
}

const stop = listenForStop();
try {
  await run(stop);
  process.exit(0);
} catch (error) {
  const expected = [UsageError, BenchFailure, BuildFailure].some((kind) => error instanceof kind);
  say(
    `bench: ${expected || stop.aborted ? (error as Error).message : error instanceof Error ? error.stack : String(error)}`,
  );
  process.exit(error instanceof UsageError ? EXIT_USAGE : 1);
}
