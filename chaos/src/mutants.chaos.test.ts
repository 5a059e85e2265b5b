import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { defaultHabits } from "./habits.ts";
import { type Mutation, mutants, quickened } from "./mutants.ts";
import type { Place } from "./place.ts";
import type { ChaosOptions } from "./run-chaos.ts";
import { countMatches, runForTest } from "./test-run.ts";

/** A few seconds without faults; what is to be seen is in the log by then. */
const SHORT = {
  seed: 1,
  minutes: 0.1,
  groups: [],
  patience: { planningMs: 2_000, endingMs: 1_500, emptyingMs: 100 },
};

const rulesOf = async (
  options: Partial<ChaosOptions>,
  mutations: readonly Mutation[],
): Promise<Set<string>> => {
  const { violations } = await runForTest({ ...SHORT, ...options, mutations });
  return new Set(violations.map(({ rule }) => rule));
};

/** How often the same is tried: what a fault meets within seconds is chance, all the more on a busy machine. */
const TRIES = 4;

/** The rules that runs have broken until `rule` was one of them. */
async function rulesUntil(
  rule: string,
  options: Partial<ChaosOptions>,
  mutations: readonly Mutation[],
): Promise<Set<string>> {
  const broken = new Set<string>();
  for (let seed = 1; seed <= TRIES && !broken.has(rule); seed += 1)
    for (const found of await rulesOf({ ...options, seed }, mutations)) broken.add(found);
  return broken;
}

/** Everybody gives runs back now and then, so that they are claimed again with a new fence. */
const givingBack = {
  ...defaultHabits,
  reportsOldFence: 1,
  ways: [
    { name: "usual", weight: 3 },
    { name: "release", weight: 1 },
  ] as const,
};

/** Redis forgets everything, many times a second, while runs are planned and offered. */
async function flushOften(place: Place, signal: AbortSignal): Promise<void> {
  await place.redis.withClient(async (redis) => {
    while (!signal.aborted) {
      await redis.flushall();
      await delay(3);
    }
  });
}

/** Windows are long here: what is lost then stays open, and does not end as missed. */
const flushed = {
  disturb: flushOften,
  times: { window: 600, late: 300, lease: 3, spread: 3, retry: 1 },
  habits: { ...defaultHabits, ways: [{ name: "usual" as const, weight: 1 }] },
};

it.each<[string, readonly Mutation[]]>([...Object.entries(mutants), ["a quickened run", quickened]])(
  "the text that %s replaces is built exactly once",
  (_, mutations) => {
    expect(countMatches(mutations)).toEqual(mutations.map(() => 1));
  },
);

describe("the suite fails without", () => {
  it("fences in reports", async () => {
    expect(await rulesUntil("old_fence_report", { habits: givingBack }, mutants.fencing)).toContain(
      "old_fence_report",
    );
  });

  it("refusing used nonces", async () => {
    expect(await rulesUntil("nonce_used_twice", {}, mutants.nonces)).toContain("nonce_used_twice");
  });

  it("unique slots and the lock of the cursor", async () => {
    const options: Partial<ChaosOptions> = {
      roleSets: [["http", "scheduler", "dispatcher"], ["scheduler"]],
      processes: 2,
      prepare: async ({ postgres }) => {
        await postgres.query("alter table runs drop constraint runs_slot");
      },
    };
    expect(await rulesUntil("slot_twice", options, mutants.slots)).toContain("slot_twice");
  });

  it("emitting again what was lost", async () => {
    expect(await rulesUntil("loss_unnoticed", flushed, mutants.reconciler)).toContain("loss_unnoticed");
  });
});

it("finds nothing where Redis forgets as often and everything is as it should be", async () => {
  const patience = { planningMs: 20_000, endingMs: 30_000, emptyingMs: 30_000 };
  expect([...(await rulesOf({ ...flushed, patience }, quickened))]).toEqual([]);
});
