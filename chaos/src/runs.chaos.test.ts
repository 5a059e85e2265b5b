import { expect, it } from "vitest";
import { quickened } from "./mutants.ts";
import type { ChaosOptions } from "./run-chaos.ts";
import { tellViolations } from "./story.ts";
import { runForTest } from "./test-run.ts";

type Run = { seed: number; minutes: number; processes: number; pulses: number; rate: number };

const short: Run = { seed: 4, minutes: 0.4, processes: 4, pulses: 1_800, rate: 30 };
const long = Array.from({ length: 10 }, (_, at): Run => {
  return { seed: at + 1, minutes: 3, processes: 6, pulses: 3_600, rate: 60 };
});
/** `npm run test:full` sets this; together the long runs see more than 100,000 runs. */
const isFull = process.env["PULSEKEEP_TEST_FULL"] === "1";

/** What makes a run of seconds possible: shorter times still, fewer workers, silent consumers noticed early. */
const hurried: Partial<ChaosOptions> = {
  users: 3,
  workersPerUser: 4,
  lanesPerWorker: 8,
  mutations: quickened,
  times: { window: 15, late: 3, lease: 3, spread: 3, retry: 1 },
};
const usual: Partial<ChaosOptions> = {
  users: undefined,
  workersPerUser: undefined,
  lanesPerWorker: undefined,
};

it.each([{ ...short, options: hurried }, ...(isFull ? long.map((run) => ({ ...run, options: usual })) : [])])(
  "loses nothing, does nothing twice and keeps the order, whatever fails (seed $seed, $minutes min)",
  { timeout: 600_000 },
  async ({ options, ...run }) => {
    const { violations, facts, faults } = await runForTest({ ...options, ...run });
    const again = Object.entries(run).map(([name, value]) => `--${name} ${value}`);
    expect(
      violations,
      `${tellViolations(violations, facts)}\nagain: npm run chaos -- ${again.join(" ")}`,
    ).toEqual([]);
    expect(faults.length).toBeGreaterThan(run.minutes * 20);
    expect(facts.log.filter(({ kind }) => kind === "effect").length).toBeGreaterThan(
      run.minutes * run.rate * 15,
    );
  },
);
