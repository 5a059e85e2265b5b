import { describe, expect, it } from "vitest";
import { evaluate } from "../evaluate.js";
import { CLASSIC_GUARDRAILS } from "../policy.js";
import type { Fault } from "../testing/synthetic-deployment.js";
import { FAULTS, syntheticDeployment } from "../testing/synthetic-deployment.js";
import type { HintEvidence, Policy, VerdictInput } from "../types.js";

const judge = (fault: Fault, extra: Partial<VerdictInput> = {}) =>
  evaluate({ ...syntheticDeployment({ seed: 17, fault }), ...extra });
const evidenceOf = (verdict: ReturnType<typeof judge>, code: string): HintEvidence[] => {
  const hint = verdict.hints.find((one) => one.code === code);
  if (!hint) throw new Error(`No ${code} among ${verdict.hints.map((one) => one.code).join(", ")}`);
  return hint.evidence;
};
const both =
  (...faults: Fault[]): Fault =>
  (row, position) =>
    Object.assign({}, ...faults.map((fault) => fault(row, position)));

const healthy: Fault = () => ({});
const leak: Fault = ({ memory_usage }, i) => ({ memory_usage: (memory_usage ?? 0) + 0.02 * i });
const full: Fault = () => ({ memory_usage: 0.93 });
const faster: Fault = ({ latency_p95 }) => ({ latency_p95: (latency_p95 ?? 0) / 2 });
const coldOnly: Fault = ({ latency_p95 }, i) => ({ latency_p95: (latency_p95 ?? 0) * (i < 14 ? 6 : 1) });
const busier: Fault = ({ requests_per_sec }) => ({ requests_per_sec: (requests_per_sec ?? 0) * 2 });

describe("a hint's evidence", () => {
  it("is what the metric shows: level, change, the smallest that matters, and how sure", () => {
    const verdict = judge(FAULTS.errors);
    const [line, ...more] = evidenceOf(verdict, "high_errors");
    const found = verdict.perMetric.error_rate;
    expect(more).toEqual([]);
    expect(line).toMatchObject({
      measure: "error_rate",
      unit: "share",
      heldTo: "baseline",
      confidence: found.confidence,
      low: found.shift?.low,
      high: found.shift?.high,
      tolerance: null,
      worst: null,
    });
    const { before = 0, observed = 0, threshold, securedThreshold, absolute, exceedRatio } = line ?? {};
    expect(observed).toBeCloseTo(found.after ?? 0, 5);
    expect(absolute).toBeCloseTo((observed ?? 0) - (before ?? 0), 5);
    expect(threshold).toBeCloseTo((before ?? 0) + (found.smallestChange ?? 0), 5);
    expect(exceedRatio).toBeCloseTo((absolute ?? 0) / (found.smallestChange ?? 1), 1);
    // Noise is on top of the change that matters.
    expect(securedThreshold).toBeGreaterThanOrEqual((threshold ?? 1) * 0.999);
    expect(observed).toBeGreaterThan(securedThreshold ?? 1);
  });

  it("has a line for each signal of a composite one, the flat ones too", () => {
    const measures = (code: string, fault: Fault) =>
      evidenceOf(judge(fault), code).map(({ measure, heldTo }) => `${measure} ${heldTo}`);
    expect(measures("service_degradation", both(FAULTS.errors, FAULTS.latency))).toEqual([
      "error_rate baseline",
      "latency_p95 baseline",
    ]);
    expect(measures("retry_storm", both(FAULTS.errors, busier))).toEqual([
      "error_rate baseline",
      "requests_per_sec engine_limit",
    ]);
    expect(measures("memory_leak", leak)).toEqual(["memory_usage baseline", "memory_growth engine_limit"]);
    const [slow, cpu] = evidenceOf(judge(FAULTS.latency), "slow_dependency");
    expect(slow?.exceedRatio).toBeGreaterThan(1);
    expect(cpu?.measure).toBe("cpu_usage");
    expect(cpu?.exceedRatio).toBeLessThan(1);
  });

  it("counts a fall as worse where falling is worse, and as better where it is", () => {
    const [lost] = evidenceOf(judge(FAULTS.traffic), "traffic_below_baseline");
    expect(lost?.threshold).toBeLessThan(lost?.before ?? 0);
    expect(lost?.absolute).toBeLessThan(0);
    expect(lost?.exceedRatio).toBeGreaterThan(1);
    const [gained] = evidenceOf(judge(faster), "latency_improved");
    expect(gained?.threshold).toBeLessThan(gained?.before ?? 0);
    expect([gained?.relative, gained?.securedThreshold]).toEqual([expect.closeTo(-0.5, 1), null]);
    expect(gained?.exceedRatio).toBeGreaterThan(1);
  });

  it("of a project's limit has the limit, its secured share, the tolerance and the share beyond it", () => {
    const policy: Policy = { memory_usage: { guardrail: CLASSIC_GUARDRAILS.memory_usage } };
    const [line] = evidenceOf(judge(full, { policy }), "guardrail_broken");
    expect(line).toMatchObject({
      heldTo: "project_limit",
      threshold: 0.8,
      securedThreshold: 0.72,
      tolerance: 0.1,
      breachShare: 1,
      breachShareBefore: 0,
      exceedRatio: expect.closeTo(0.93 / 0.8, 2),
      confidence: null,
    });
    const before = syntheticDeployment({ seed: 17 }).pre.map((row) => ({ ...row, memory_usage: 0.93 }));
    const [known] = evidenceOf(judge(full, { policy, pre: before }), "pre_existing_condition");
    expect(known).toMatchObject({ heldTo: "project_limit", breachShareBefore: 1, absolute: 0 });
  });

  it("of a fixed limit is not passed off as an estimate", () => {
    expect(evidenceOf(judge(full), "memory_above_limit")).toEqual([
      expect.objectContaining({ heldTo: "engine_limit", threshold: 0.8, confidence: null, tolerance: null }),
    ]);
  });

  it("of when and how long a change lasts is the time and the share, not the change again", () => {
    const verdict = judge(FAULTS.errors);
    const [started] = evidenceOf(verdict, "started_with_deployment");
    expect(started).toMatchObject({ measure: "onset", unit: "seconds", observed: 0, threshold: 6 });
    expect(started?.exceedRatio).toBeNull();
    const [lasting] = evidenceOf(verdict, "persistent_breach");
    expect(lasting).toMatchObject({ measure: "breach_share", threshold: 0.7 });
    expect(lasting?.exceedRatio).toBeGreaterThanOrEqual(1);
    // A hint's sentence and its numbers are the same.
    const said = verdict.hints.find(({ code }) => code === "persistent_breach")?.cause.params["breach_share"];
    expect(lasting?.observed).toBeCloseTo(Number(said), 5);
    expect(evidenceOf(verdict, "review_changes")).toEqual([]);
  });

  it("of what went away has the worst sample, because the level is back", () => {
    const [line] = evidenceOf(judge(coldOnly), "cold_start_only");
    expect(line?.worst).toBeGreaterThan(3 * (line?.before ?? 0));
  });

  it("about the measuring itself says how much is missing", () => {
    const clean = syntheticDeployment({ seed: 17 });
    const short = judge(healthy, { pre: clean.pre.slice(-8) });
    expect(evidenceOf(short, "baseline_too_short")).toEqual([
      expect.objectContaining({ measure: "baseline_samples", unit: "count", observed: 8, threshold: 15 }),
    ]);
    const sparse = judge(healthy, { post: clean.post.filter((_, i) => i % 2 === 0) });
    const [coverage] = evidenceOf(sparse, "data_quality");
    expect(coverage).toMatchObject({ measure: "coverage", observed: 0.5, exceedRatio: 1.8, before: null });
    const idle = (rows: typeof clean.post) => rows.map((row) => ({ ...row, requests_per_sec: 0.2 }));
    const quiet = judge(healthy, { pre: idle(clean.pre), post: idle(clean.post) });
    const [requests] = evidenceOf(quiet, "low_traffic");
    expect(requests).toMatchObject({ measure: "requests", observed: 12, threshold: 20 });
    const silent = judge(() => ({ cpu_usage: null }));
    const [gone] = evidenceOf(silent, "metric_silent");
    expect(gone).toMatchObject({ measure: "cpu_usage", observed: null, threshold: null, confidence: null });
  });

  it("is none where a hint rests on no number, and of no metric that has no part in the verdict", () => {
    expect(evidenceOf(judge(healthy, { pipeline: "failed" }), "pipeline_failed_healthy")).toEqual([]);
    const policy: Policy = { cpu_usage: { muted: true }, memory_usage: { dryRun: true } };
    const { hints } = judge(both(FAULTS.errors, FAULTS.cpu), { policy });
    const measures = new Set(hints.flatMap(({ evidence }) => evidence.map(({ measure }) => measure)));
    expect([...measures].sort()).toEqual(["breach_share", "error_rate", "onset"]);
  });

  it("has finite numbers only", () => {
    for (const fault of [...Object.values(FAULTS), leak, full, faster, coldOnly, busier, healthy]) {
      for (const { evidence } of judge(fault).hints)
        for (const line of evidence)
          for (const value of Object.values(line))
            expect(value === null || typeof value === "string" || Number.isFinite(value)).toBe(true);
    }
  });
});

it.each([{ muted: true }, { dryRun: true }])(
  "a limit broken by a metric that is %o raises no hint",
  (quiet) => {
    const policy: Policy = { memory_usage: { guardrail: CLASSIC_GUARDRAILS.memory_usage, ...quiet } };
    expect(judge(full, { policy }).hints.map(({ code }) => code)).not.toContain("guardrail_broken");
  },
);
