import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { faultKinds } from "./fault-kinds.ts";
import { describeFault, planFaults } from "./plan.ts";
import { createRandom } from "./random.ts";

const request = { seconds: 180, processes: 5, workers: 24 };
const planOf = (seed: number, changes: Partial<Parameters<typeof planFaults>[0]> = {}) =>
  planFaults({ random: createRandom(seed), ...request, ...changes });
const seeds = fc.nat(100_000);

describe("random numbers", () => {
  it("are the same for the same seed, and others for another", () => {
    const draw = (seed: number) => {
      const random = createRandom(seed);
      return Array.from({ length: 20 }, () => random.unit());
    };
    expect(draw(1)).toEqual(draw(1));
    expect(draw(1)).not.toEqual(draw(2));
  });

  it("spread evenly from 0 to 1", () => {
    const random = createRandom(7);
    const tenths = Array.from({ length: 10_000 }, () => random.index(10));
    for (let tenth = 0; tenth < 10; tenth += 1)
      expect(Math.abs(tenths.filter((drawn) => drawn === tenth).length - 1_000)).toBeLessThan(150);
  });

  it("of a fork do not depend on what was drawn before", () => {
    const fresh = createRandom(5).fork("a");
    const used = createRandom(5);
    used.unit();
    expect(used.fork("a").unit()).toBe(fresh.unit());
  });

  it("never choose what weighs nothing", () => {
    const random = createRandom(3);
    const options = [{ weight: 0 }, { weight: 2 }, { weight: 0 }];
    for (let at = 0; at < 200; at += 1) expect(random.pickWeighted(options)).toBe(options[1]);
  });
});

describe("a plan", () => {
  it("is the same for the same seed", () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        expect(planOf(seed)).toEqual(planOf(seed));
      }),
    );
  });

  it("is in order of time, and over before the end", () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const plan = planOf(seed);
        for (const [at, fault] of plan.entries()) {
          expect(fault.atSeconds).toBeGreaterThanOrEqual(plan[at - 1]?.atSeconds ?? 0);
          expect(fault.atSeconds + Number(fault.facts["seconds"])).toBeLessThanOrEqual(
            request.seconds + 0.01,
          );
        }
      }),
    );
  });

  it("never does two things to one target at once", () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const target = ({ kind, target }: { kind: string; target: number }) =>
          `${faultKinds.find(({ name }) => name === kind)?.target} ${target}`;
        for (const faults of Map.groupBy(planOf(seed), target).values())
          for (const [at, fault] of faults.entries()) {
            const before = faults[at - 1];
            if (before)
              expect(fault.atSeconds).toBeGreaterThan(before.atSeconds + Number(before.facts["seconds"]));
          }
      }),
    );
  });

  it("names targets that there are", () => {
    fc.assert(
      fc.property(seeds, fc.integer({ min: 1, max: 8 }), (seed, processes) => {
        for (const { kind, target } of planOf(seed, { processes }))
          if (kind.startsWith("process.") || kind.startsWith("network."))
            expect(target).toBeLessThan(processes);
      }),
    );
  });

  it("has every kind of fault sooner or later", () => {
    const kinds = new Set(
      Array.from({ length: 10 }, (_, seed) => planOf(seed))
        .flat()
        .map(({ kind }) => kind),
    );
    expect([...kinds].sort()).toEqual(faultKinds.map(({ name }) => name).sort());
  });

  it("holds only the groups that are asked for, and nothing for none", () => {
    expect(new Set(planOf(1, { groups: ["kill"] }).map(({ kind }) => kind))).toEqual(
      new Set(["process.kill"]),
    );
    expect(planOf(1, { groups: [] })).toEqual([]);
  });

  it("reads as one line per fault", () => {
    const fault = { atSeconds: 3.5, kind: "process.kill", target: 2, facts: { seconds: 1.5 } };
    expect(describeFault(fault)).toBe("   3.50 s  process.kill 2  seconds=1.5");
  });
});
