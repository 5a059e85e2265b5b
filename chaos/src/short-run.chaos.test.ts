import { expect, it } from "vitest";
import { quickened } from "./mutants.ts";
import { tellViolations } from "./story.ts";
import { runForTest } from "./test-run.ts";

const SEED = 4;
const MINUTES = 0.4;

it(`loses nothing, does nothing twice and keeps the order under every kind of fault (seed ${SEED})`, async () => {
  const { violations, facts, faults } = await runForTest({
    seed: SEED,
    minutes: MINUTES,
    processes: 4,
    pulses: 1_800,
    rate: 30,
    users: 3,
    workersPerUser: 4,
    mutations: quickened,
    times: { window: 12, late: 3, lease: 3, spread: 3, retry: 1 },
  });
  const again = `npm run chaos -- --seed ${SEED} --minutes ${MINUTES} --processes 4 --pulses 1800 --rate 30`;
  expect(violations, `${tellViolations(violations, facts)}\nagain: ${again}`).toEqual([]);
  expect(faults.length).toBeGreaterThan(8);
  expect(facts.log.filter(({ kind }) => kind === "effect").length).toBeGreaterThan(200);
});
