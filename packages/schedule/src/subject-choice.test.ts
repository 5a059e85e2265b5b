import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { chooseSubject } from "./subject-choice.js";
import { subjectHash } from "./subject-hash.js";

const space = (count: number) => ({ count, at: (index: number) => `line ${index}` });
const count = fc.integer({ min: 1, max: 700 });

describe("chooseSubject", () => {
  it("takes every subject of a space of any size once before it repeats one, oldest first", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 60 }), fc.string(), (size, seed) => {
        const taken: number[] = [];
        for (let turn = 0; turn < 2 * size; turn += 1) {
          const { hash } = chooseSubject(space(size), { seed: `${seed}${turn}`, recent: taken.slice(-size) });
          taken.push(hash);
        }
        expect(new Set(taken.slice(0, size)).size).toBe(size);
        expect(taken.slice(size)).toEqual(taken.slice(0, size));
      }),
    );
  });

  it("finds the only subject that is not recent", () => {
    fc.assert(
      fc.property(count, fc.nat(), fc.string(), (size, nth, seed) => {
        const left = `line ${nth % size}`;
        const all = Array.from({ length: size }, (_, index) => `line ${index}`);
        const recent = all.filter((line) => line !== left).map(subjectHash);
        expect(chooseSubject(space(size), { seed, recent }).subject).toBe(left);
      }),
    );
  });

  it("uses the whole space about evenly", () => {
    const seen = new Map<string, number>();
    for (let seed = 0; seed < 20_000; seed += 1) {
      const { subject } = chooseSubject(space(100), { seed: `${seed}`, recent: [] });
      seen.set(subject, (seen.get(subject) ?? 0) + 1);
    }
    expect(seen.size).toBe(100);
    expect(Math.max(...seen.values())).toBeLessThan(280);
    expect(Math.min(...seen.values())).toBeGreaterThan(130);
  });
});
