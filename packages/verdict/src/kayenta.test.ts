import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { evaluate } from "./evaluate.js";
import type { Direction, SampleRow } from "./types.js";

interface ClassifierCase {
  name: string;
  control: (number | string | null)[];
  experiment: (number | string | null)[];
  direction: "Increase" | "Decrease" | "Either";
  effectSizeThresholds: [number, number];
  effectSizeMeasure: "meanRatio" | "cles";
  expect: "High" | "Low" | "Pass" | "Nodata" | null;
}

interface IssueCase {
  id: string;
  control: number[];
  experiment: number[];
  user_expects: "High" | "Fail";
}

/** Cases that ask for something else than a label, or for one that we refuse to give. */
const LEFT_OUT: Record<string, string> = {
  "Mann-Whitney Classifier Test - Mean Ratio Effect Size: Pass (Large Input)":
    "allows five times the baseline's mean; most of that baseline is zero, and a median of zero has no multiple",
  "Mann-Whitney Missing Data: Reason String": "asks for the wording of a message and states no label",
  "Mann-Whitney Missing Experiment Data with NaN Replacement":
    "expects a pass when nothing was measured, by taking it for zero; missing is never zero here",
  "Mann-Whitney Tied Observations":
    "expects a pass from two baseline samples; five are needed here, and the answer is inconclusive",
};

const read = (file: string): unknown =>
  JSON.parse(readFileSync(new URL(`vectors/${file}`, import.meta.url), "utf8"));
const classifierCases = read("kayenta-classifier-cases.json") as ClassifierCase[];
const issueCases = read("issue-cases.json") as IssueCase[];

/** Kayenta's effect size one, any change, is a band of 10 % here. */
const SMALLEST = 0.1;

function judge(
  { control, experiment }: Pick<ClassifierCase, "control" | "experiment">,
  direction: Direction,
  smallestRelative: number,
) {
  const rows = (values: ClassifierCase["control"], from: number) =>
    values.map((value, i): SampleRow => {
      return { at: (from + i) * 60_000, requests_per_sec: typeof value === "number" ? value : null };
    });
  return evaluate({
    pre: rows(control, 0),
    post: rows(experiment, control.length),
    windowEnded: true,
    stepSeconds: 60,
    pipeline: "succeeded",
    policy: { requests_per_sec: { direction, smallestRelative } },
  });
}

/** Kayenta's label for our two one-sided questions. Common-language effect sizes have no counterpart here. */
function classify(one: ClassifierCase): ClassifierCase["expect"] {
  const [low, high] = one.effectSizeMeasure === "cles" ? [1, 1] : one.effectSizeThresholds;
  const up = judge(one, "higher_is_worse", Math.max(SMALLEST, high - 1));
  const down = judge(one, "lower_is_worse", Math.max(SMALLEST, 1 - low));
  if (up.perMetric.requests_per_sec.state === "silent") return "Nodata";
  const bad = ({ state }: typeof up) => state === "warning" || state === "rollback_recommended";
  if (one.direction !== "Decrease" && bad(up)) return "High";
  return one.direction !== "Increase" && bad(down) ? "Low" : "Pass";
}

describe("the classifier cases of Kayenta", () => {
  const kept = classifierCases.filter(({ name }) => !Object.hasOwn(LEFT_OUT, name));

  it("are 37, of which four are left out by name", () => {
    expect(classifierCases).toHaveLength(37);
    expect(kept).toHaveLength(37 - Object.keys(LEFT_OUT).length);
  });

  it.each(kept.map((one) => [one.name, one] as const))("get the published label: %s", (_, one) => {
    expect(classify(one)).toBe(one.expect);
  });
});

describe("what users reported to Kayenta", () => {
  it.each(issueCases.map((one) => [one.id, one] as const))("is called: %s", (_, one) => {
    const { state, perMetric } = judge(one, "two_sided", SMALLEST);
    expect(["warning", "rollback_recommended"]).toContain(state);
    expect(["regressed", "went_away"]).toContain(perMetric.requests_per_sec.state);
  });
});
