import { describe, expect, it } from "vitest";
import type { LabelledCase, MetricCase } from "./labelled-case.js";
import { parseCase } from "./labelled-case.js";
import { PERTURBATIONS } from "./perturb-case.js";

const upTo = (count: number) => Array.from({ length: count }, (_, i) => i + 1);
const metric = (pre: number, post: number) =>
  parseCase(
    JSON.stringify({ id: "c", metric_kind: "latency", step_s: 60, pre: upTo(pre), post: upTo(post) }),
  ) as MetricCase;
const copyOf = (name: string, labelled: LabelledCase) =>
  PERTURBATIONS.find((one) => one.name === name)?.of(labelled) ?? null;

describe("a copy of a case as another recorder might have kept it", () => {
  it.each([
    ["half of the baseline", { pre: [11, 12, 13, 14, 15, 16, 17, 18, 19, 20], post: upTo(6) }],
    ["the first 60 % of the window", { pre: upTo(20), post: upTo(4) }],
    ["every second sample", { post: [2, 4, 6], stepSeconds: 120 }],
    ["two samples as their mean", { post: [1.5, 3.5, 5.5], stepSeconds: 120 }],
  ])("with %s", (name, expected) => {
    expect(copyOf(name, metric(20, 6))).toMatchObject(expected);
  });

  it("loses samples as missing, never as zero", () => {
    const copy = copyOf("every seventh sample lost", metric(20, 8)) as MetricCase;
    expect(copy.post).toEqual([1, 2, 3, 4, 5, 6, null, 8]);
  });

  it("adds noise of five per cent, the same in every run, and none to a zero", () => {
    const quiet = { ...metric(8, 3), pre: upTo(2000).map(() => 100), post: [0, 100, null] };
    const copy = copyOf("5 % more noise", quiet) as MetricCase;
    const logs = copy.pre.map((value) => Math.log((value ?? 0) / 100));
    expect(Math.sqrt(logs.reduce((sum, log) => sum + log * log, 0) / logs.length)).toBeCloseTo(0.05, 2);
    expect([copy.post[0], copy.post[2]]).toEqual([0, null]);
    expect(copyOf("5 % more noise", quiet)).toEqual(copy);
  });

  it.each(PERTURBATIONS.map(({ name }) => [name]))("is none where too little is left: %s", (name) => {
    expect(copyOf(name, metric(7, 2))).toBeNull();
  });

  it("changes every metric of a deployment and leaves those that were not recorded", () => {
    const windows = { pre: upTo(20), post: upTo(6) };
    const line = JSON.stringify({ id: "d", step_s: 60, metrics: { latency_p95: windows, cpu_usage: null } });
    const copy = copyOf("every second sample", parseCase(line));
    expect(copy).toMatchObject({ metrics: { latency_p95: { post: [2, 4, 6] } } });
    const short = JSON.stringify({
      id: "d",
      step_s: 60,
      metrics: { latency_p95: { pre: upTo(20), post: [1, 2, 3] } },
    });
    expect(copyOf("every second sample", parseCase(short))).toBeNull();
  });
});
