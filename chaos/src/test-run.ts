import { readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import type { Mutation } from "./mutants.ts";
import { type ChaosOptions, type ChaosResult, runChaos } from "./run-chaos.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** A run for a test: quiet, small, its folder removed afterwards. */
export async function runForTest(
  options: Partial<ChaosOptions> & { seed: number; minutes: number },
): Promise<ChaosResult> {
  const lines: string[] = [];
  try {
    const result = await runChaos({
      processes: 1,
      pulses: 600,
      rate: 10,
      users: 2,
      workersPerUser: 2,
      lanesPerWorker: 8,
      signal: AbortSignal.timeout(590_000),
      say: (line) => lines.push(line),
      ...options,
    });
    rmSync(result.folder, { recursive: true, force: true });
    return result;
  } catch (error) {
    throw new Error(`The run of seed ${options.seed} did not come to its end:\n${lines.join("\n")}`, {
      cause: error,
    });
  }
}

/** How often each mutation finds the text that it replaces in what is built now. */
export const countMatches = (mutations: readonly Mutation[]): number[] =>
  mutations.map(({ file, from }) => readFileSync(path.join(root, file), "utf8").split(from).length - 1);
