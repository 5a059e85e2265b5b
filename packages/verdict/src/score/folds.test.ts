import { describe, expect, it } from "vitest";
import { foldsBySeries, foldsBySource } from "./folds.js";
import type { LabelledCase } from "./labelled-case.js";
import { parseCase } from "./labelled-case.js";

const labelled = (source: string, series: string, i: number): LabelledCase =>
  parseCase(
    JSON.stringify({
      id: `${series}-${i}`,
      source,
      series,
      metric_kind: "cpu",
      pre: [],
      post: [],
      label: "clean",
    }),
  );

const cases = [
  ...Array.from({ length: 9 }, (_, i) => labelled("one", "a", i)),
  ...Array.from({ length: 4 }, (_, i) => labelled("one", "b", i)),
  ...Array.from({ length: 4 }, (_, i) => labelled("two", "c", i)),
  ...Array.from({ length: 2 }, (_, i) => labelled("two", "d", i)),
];

describe("folds", () => {
  it.each([
    ["source", foldsBySource(cases)],
    ["series", foldsBySeries(cases, 3)],
  ])("by %s keep every case away exactly once", (_, folds) => {
    for (const one of cases) expect(folds.filter(({ keepsAway }) => keepsAway(one))).toHaveLength(1);
  });

  it("by source keep a whole source away", () => {
    expect(foldsBySource(cases).map(({ name }) => name)).toEqual(["one", "two"]);
  });

  it("by series never tear one apart, and are as even as that allows", () => {
    const sizes = foldsBySeries(cases, 3).map(({ keepsAway }) => cases.filter(keepsAway).length);
    expect(sizes).toEqual([9, 6, 4]);
  });
});
