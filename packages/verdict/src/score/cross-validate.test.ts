import { describe, expect, it } from "vitest";
import { THRESHOLDS } from "../thresholds.js";
import { measureCase } from "./answer-case.js";
import { bestTrial, crossValidate, tryAll } from "./cross-validate.js";
import type { Trial } from "./cross-validate.js";
import { foldsBySource } from "./folds.js";
import type { LabelledCase } from "./labelled-case.js";
import { parseCase } from "./labelled-case.js";
import { neighboursOf, thresholdGrid } from "./threshold-grid.js";

const steady = Array.from({ length: 30 }, (_, i) => 100 + ((i * 7) % 11));

function labelled(source: string, factor: number, label: string): LabelledCase {
  const post = steady.slice(0, 8).map((value) => value * factor);
  const id = `${source} ${factor} ${label}`;
  return parseCase(
    JSON.stringify({ id, source, series: id, metric_kind: "latency", pre: steady, post, label }),
  );
}

describe("thresholdGrid", () => {
  const grid = thresholdGrid();

  it("holds every combination once, the thresholds in use among them", () => {
    expect(new Set(grid.map((point) => JSON.stringify(point))).size).toBe(grid.length);
    expect(grid).toContainEqual(THRESHOLDS);
  });

  it("calls neighbours what differs by one step in one threshold, both ways", () => {
    for (const position of [0, 1, 200, grid.length - 1]) {
      for (const neighbour of neighboursOf(position)) {
        const [a, b] = [grid[position], grid[neighbour]];
        const changed = Object.keys(THRESHOLDS).filter(
          (name) => JSON.stringify(Reflect.get(a ?? {}, name)) !== JSON.stringify(Reflect.get(b ?? {}, name)),
        );
        expect(changed).toHaveLength(1);
        expect(neighboursOf(neighbour)).toContain(position);
      }
    }
  });
});

describe("cross-validation", () => {
  const cases = [labelled("a", 2, "regressed"), labelled("a", 1, "clean"), labelled("b", 1.5, "regressed")];
  const trial = (called: boolean[]): Trial => ({ thresholds: THRESHOLDS, called });

  it("prefers what finds most, but not at the price of a clean case", () => {
    const everywhere = (called: boolean[]) => thresholdGrid().map(() => trial(called));
    const [exact, lenient, blind] = [
      [true, false, true],
      [true, true, true],
      [false, false, false],
    ];
    const half = thresholdGrid().length / 2;
    for (const worse of [lenient, blind]) {
      const mixed = [...everywhere(worse).slice(0, half), ...everywhere(exact).slice(half)];
      expect(bestTrial(cases, mixed, () => true).called).toEqual(exact);
    }
  });

  it("prefers a plateau to a higher peak", () => {
    const trials = thresholdGrid().map(() => trial([false, false, false]));
    const [peak, plateau] = [20, 300];
    trials[peak] = trial([true, false, true]);
    for (const position of [plateau, ...neighboursOf(plateau)])
      trials[position] = trial([true, false, false]);
    expect(neighboursOf(plateau)).not.toContain(peak);
    expect(bestTrial(cases, trials, () => true)).toBe(trials[plateau]);
  });

  it("chooses without the cases that a fold keeps away, and decides all of them", () => {
    const seen = new Set<string>();
    const watched = [trial([true, false, true])];
    for (const { keepsAway } of foldsBySource(cases)) {
      bestTrial(cases, watched, (one) => {
        if (!keepsAway(one)) seen.add(one.source);
        return !keepsAway(one);
      });
    }
    expect([...seen].sort()).toEqual(["a", "b"]);
    const results = crossValidate(cases, watched, foldsBySource(cases));
    expect(results.flatMap(({ answers }) => answers.map((one) => one.labelled.id)).sort()).toEqual(
      cases.map(({ id }) => id).sort(),
    );
  });

  it("does not let a case choose the thresholds that decide it", () => {
    const rightOnlyOn = (source: string) =>
      trial(cases.map((one) => (one.source === source) === one.regressed));
    const trials = thresholdGrid().map((_, i, { length }) => rightOnlyOn(2 * i < length ? "a" : "b"));
    const results = crossValidate(cases, trials, foldsBySource(cases));
    for (const { answers } of results) {
      for (const { labelled: one, regressed } of answers) expect(regressed).toBe(!one.regressed);
    }
  });

  it("judges each case with each set of thresholds", () => {
    const never = { ...THRESHOLDS, noiseDeviate: { few: 99, many: 99 }, burdenFactor: 99, burdenShare: 99 };
    const [inUse, strict] = tryAll(cases.map(measureCase), [THRESHOLDS, never]);
    expect(inUse?.called).toEqual([true, false, true]);
    expect(strict?.called).toEqual([false, false, false]);
  });
});
