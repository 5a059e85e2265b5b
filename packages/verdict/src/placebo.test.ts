import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { baselineOf, placeboNoise } from "./placebo.js";
import { mean, sorted } from "./statistics.js";
import { normal, seededChance } from "./testing/synthetic-deployment.js";

const noiseOf = (pre: readonly number[], length: number) =>
  placeboNoise(baselineOf(pre, { ascending: sorted(pre), floor: 0.01, history: [] }), length);

describe("placeboNoise", () => {
  it("knows that the mean of more samples varies less", () => {
    const chance = seededChance(5);
    const pre = Array.from({ length: 120 }, () => normal(chance));
    const few = noiseOf(pre, 3).spread;
    const many = noiseOf(pre, 27).spread;
    expect(few).toBeGreaterThan(0.45);
    expect(few).toBeLessThan(0.8);
    expect(many).toBeLessThan(few / 1.8);
  });

  it("is wider where samples hang together", () => {
    const chance = seededChance(6);
    let last = 0;
    const linked = Array.from({ length: 60 }, () => {
      last = 0.8 * last + 0.6 * normal(chance);
      return last;
    });
    const shuffled = [...linked].sort((a, b) => Math.sin(1e4 * a) - Math.sin(1e4 * b));
    expect(noiseOf(linked, 15).spread).toBeGreaterThan(1.3 * noiseOf(shuffled, 15).spread);
  });

  it("does not let one wild sample set the noise", () => {
    const chance = seededChance(7);
    const pre = Array.from({ length: 40 }, () => normal(chance));
    const wild = pre.map((value, i) => (i === 20 ? 1e6 : value));
    expect(noiseOf(wild, 5).spread).toBeLessThan(4 * noiseOf(pre, 5).spread);
  });

  it("expects more of the last sample where samples hang together, and no more of a wild one than of a high one", () => {
    const chance = seededChance(8);
    let last = 0;
    const linked = Array.from({ length: 60 }, () => {
      last = 0.8 * last + 0.6 * normal(chance);
      return last;
    });
    const endingIn = (value: number) => noiseOf([...linked, value], 4);
    expect(endingIn(1).expected).toBeGreaterThan(0.3);
    expect(endingIn(-1).expected).toBeLessThan(-0.3);
    expect(endingIn(1e6).expected).toBeLessThan(2 * endingIn(3).expected);
    const alternating = Array.from({ length: 61 }, (_, i) => (i % 2 === 0 ? 1 : -1));
    expect(noiseOf(alternating, 4).expected).toBe(0);
  });

  it("leaves less to chance by it", () => {
    const errors = [0.2, 0.9].map((correlation) => {
      const chance = seededChance(9);
      let [told, plain] = [0, 0];
      for (let run = 0; run < 300; run += 1) {
        let last = 0;
        const values = Array.from({ length: 65 }, () => {
          last = correlation * last + Math.sqrt(1 - correlation ** 2) * normal(chance);
          return last;
        });
        const baseline = baselineOf(values.slice(0, 60), {
          ascending: sorted(values.slice(0, 60)),
          floor: 0.01,
          history: [],
        });
        const { centre, expected } = placeboNoise(baseline, 5);
        const after = mean(values.slice(60)) - baseline.level - centre;
        told += (after - expected) ** 2;
        plain += after ** 2;
      }
      return told / plain;
    });
    expect(errors[0]).toBeLessThan(1.05);
    expect(errors[1]).toBeLessThan(0.6);
  });

  it("mirrors with the data", () => {
    const values = fc.array(fc.double({ min: -100, max: 100, noNaN: true }), { minLength: 5, maxLength: 40 });
    fc.assert(
      fc.property(values, fc.integer({ min: 3, max: 12 }), (pre, length) => {
        const mirrored = pre.map((value) => -value);
        expect(noiseOf(mirrored, length).spread).toBeCloseTo(noiseOf(pre, length).spread, 6);
        expect(noiseOf(mirrored, length).centre).toBeCloseTo(-noiseOf(pre, length).centre, 6);
        expect(noiseOf(mirrored, length).expected).toBeCloseTo(-noiseOf(pre, length).expected, 6);
      }),
    );
  });
});
