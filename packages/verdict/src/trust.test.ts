import { describe, expect, it } from "vitest";
import { evaluate } from "./evaluate.js";
import { METRIC_TRAITS } from "./metric-table.js";
import { CLASSIC_GUARDRAILS, DEFAULT_POLICY } from "./policy.js";
import { FAULTS, syntheticDeployment } from "./testing/synthetic-deployment.js";
import type { SampleRow, VerdictInput } from "./types.js";

/** What verdicts must never do, because people stopped trusting those that did. */
describe("a verdict that people can trust", () => {
  const clean = syntheticDeployment({ seed: 7 });

  it("defect 4: is never ok before it is known: neither without samples nor in the middle of the window", () => {
    for (const samples of [0, 1, 3, 29]) {
      const open = evaluate({ ...clean, post: clean.post.slice(0, samples), windowEnded: false });
      expect([open.state, open.final, open.confidence]).toEqual(["collecting", false, 0]);
    }
    expect(evaluate({ ...clean, post: [] }).state).toBe("inconclusive");
  });

  it("defect 4: does not recommend a rollback because the pipeline failed: nothing was measured that says so", () => {
    const failed = evaluate({ ...clean, pipeline: "failed" });
    expect(failed.state).toBe("ok");
    expect(failed.hints.map(({ code }) => code)).toContain("pipeline_failed_healthy");
    expect(evaluate({ ...clean, pipeline: "failed", post: [] }).state).toBe("inconclusive");
  });

  it("defect 5: does not rest on one sample from before: neither a quiet nor a busy moment decides what traffic is usual", () => {
    const alone: VerdictInput = { ...clean, pre: clean.pre.slice(0, 1) };
    expect(evaluate(alone).state).toBe("inconclusive");
    const moment = (factor: number): SampleRow[] =>
      clean.pre.map((row, i) =>
        i === clean.pre.length - 1 ? { ...row, requests_per_sec: (row.requests_per_sec ?? 0) * factor } : row,
      );
    for (const factor of [0.1, 10]) {
      const { state, perMetric } = evaluate({ ...clean, pre: moment(factor) });
      expect(state).toBe("ok");
      expect(perMetric.requests_per_sec.before).toBeCloseTo(40, -1);
    }
  });

  it("defect 15: shows the limits that it used, the secured one as the limit's share", () => {
    const policy = { error_rate: { guardrail: CLASSIC_GUARDRAILS.error_rate } };
    const { perMetric, reasons } = evaluate({
      ...syntheticDeployment({ seed: 2, errorRate: 0, fault: FAULTS.errors }),
      policy,
    });
    expect(perMetric.error_rate.guardrail).toMatchObject({ limit: 0.01, tolerance: 0.05 });
    expect(perMetric.error_rate.guardrail?.secured).toBeCloseTo(0.009, 10);
    const said = reasons.find(({ key }) => key === "reason.guardrail");
    expect(said?.params).toMatchObject({ limit: 0.01 });
    expect(said?.params.secured).toBeCloseTo(0.009, 10);
  });

  it("defect 18: has one baseline: what it shows as before is what it compared with", () => {
    const { perMetric } = evaluate(clean);
    for (const [metric, { before, samples }] of Object.entries(perMetric)) {
      const values = clean.pre
        .map((row) => row[metric as keyof typeof METRIC_TRAITS] ?? 0)
        .sort((a, b) => a - b);
      const middle = values.length / 2;
      expect(before).toBeCloseTo(((values[middle - 1] ?? 0) + (values[middle] ?? 0)) / 2, 10);
      expect(samples.pre).toBe(clean.pre.length);
    }
  });

  it("never takes a constant for its confidence", () => {
    const seeds = Array.from({ length: 20 }, (_, i) => i + 1);
    const stated = (fault?: typeof FAULTS.errors) =>
      new Set(seeds.map((seed) => evaluate(syntheticDeployment({ seed, fault })).confidence));
    expect(stated().size).toBeGreaterThan(15);
    const slower = ({ latency_p95 }: Required<SampleRow>) => ({ latency_p95: (latency_p95 ?? 0) * 1.25 });
    const sure = seeds.map((seed) => evaluate(syntheticDeployment({ seed, fault: slower })).confidence);
    expect(new Set(sure).size).toBeGreaterThan(10);
  });

  it("looks at all five metrics by default", () => {
    expect(Object.keys(DEFAULT_POLICY).sort()).toEqual(Object.keys(METRIC_TRAITS).sort());
    expect(Object.values(DEFAULT_POLICY).some(({ muted, dryRun }) => muted || dryRun)).toBe(false);
  });
});
