import { describe, expect, it } from "vitest";
import { evaluate } from "./evaluate.js";
import { CLASSIC_GUARDRAILS } from "./policy.js";
import { FAULTS, syntheticDeployment } from "./testing/synthetic-deployment.js";
import type { MetricName, SampleRow, VerdictInput } from "./types.js";

const SEEDS = [1, 2, 3, 4, 5];

const mapPost = (input: VerdictInput, change: (row: SampleRow, i: number) => Partial<SampleRow>) => ({
  ...input,
  post: input.post.map((row, i) => ({ ...row, ...change(row, i) })),
});

describe("evaluate", () => {
  it.each(SEEDS)("calls a clean deployment ok at the end of its window (seed %i)", (seed) => {
    const verdict = evaluate(syntheticDeployment({ seed }));
    expect(verdict.state).toBe("ok");
    expect(verdict.final).toBe(true);
    expect(verdict.confidence).toBeGreaterThan(0.5);
    expect(verdict.reasons[0]?.key).toBe("reason.no_regression");
  });

  it.each(SEEDS)("recommends a rollback for errors, with the errors as a reason (seed %i)", (seed) => {
    const verdict = evaluate(syntheticDeployment({ seed, fault: FAULTS.errors }));
    expect(verdict.state).toBe("rollback_recommended");
    expect(verdict.reasons.map(({ metric }) => metric)).toContain("error_rate");
    expect(verdict.perMetric.error_rate.state).toBe("regressed");
    expect(verdict.perMetric.latency_p95.state).not.toBe("regressed");
  });

  it.each(SEEDS)("recommends a rollback for errors after an error-free baseline (seed %i)", (seed) => {
    const verdict = evaluate(syntheticDeployment({ seed, errorRate: 0, fault: FAULTS.errors }));
    expect(verdict.state).toBe("rollback_recommended");
  });

  it.each(SEEDS)("recommends a rollback for latency more than doubled (seed %i)", (seed) => {
    const verdict = evaluate(syntheticDeployment({ seed, fault: FAULTS.latency }));
    expect(verdict.state).toBe("rollback_recommended");
    expect(verdict.reasons.map(({ key }) => key)).toContain("reason.latency_doubled");
  });

  it.each(SEEDS)("only warns of latency raised by 40 percent (seed %i)", (seed) => {
    const input = syntheticDeployment({ seed });
    const slower = mapPost(input, ({ latency_p95 }) => ({ latency_p95: (latency_p95 ?? 0) * 1.4 }));
    expect(evaluate(slower).state).toBe("warning");
  });

  it.each(SEEDS)("only warns of CPU alone (seed %i)", (seed) => {
    const verdict = evaluate(syntheticDeployment({ seed, fault: FAULTS.cpu }));
    expect(verdict.state).toBe("warning");
    expect(verdict.reasons.map(({ key }) => key)).toContain("reason.resource_only");
  });

  it.each(SEEDS)("recommends a rollback when half of the requests vanish (seed %i)", (seed) => {
    const verdict = evaluate(syntheticDeployment({ seed, fault: FAULTS.traffic }));
    expect(verdict.state).toBe("rollback_recommended");
    expect(verdict.perMetric.requests_per_sec.state).toBe("regressed");
  });

  it("keeps collecting while the window is open and nothing is wrong", () => {
    const input = syntheticDeployment({ seed: 7 });
    const verdict = evaluate({ ...input, post: input.post.slice(0, 12), windowEnded: false });
    expect(verdict.state).toBe("collecting");
    expect(verdict.final).toBe(false);
  });

  it.each(Object.entries(FAULTS).filter(([name]) => name !== "cpu"))(
    "calls a rollback for %s long before the window ends",
    (_, fault) => {
      const input = syntheticDeployment({ seed: 11, fault });
      const verdict = evaluate({ ...input, post: input.post.slice(0, 12), windowEnded: false });
      expect(verdict.state).toBe("rollback_recommended");
      expect(verdict.final).toBe(true);
      expect(verdict.reasons.map(({ key }) => key)).toContain("reason.early");
    },
  );

  it("warns, and no more, of errors that went away", () => {
    const input = syntheticDeployment({ seed: 12 });
    const verdict = evaluate(
      mapPost(input, ({ error_rate }, i) => ({ error_rate: i < 15 ? 0.2 : (error_rate ?? 0) })),
    );
    expect(verdict.perMetric.error_rate.state).toBe("went_away");
    expect(verdict.state).toBe("warning");
  });

  it("is inconclusive without any sample", () => {
    const verdict = evaluate({ ...syntheticDeployment({ seed: 1 }), post: [] });
    expect(verdict.state).toBe("inconclusive");
    expect(verdict.reasons.map(({ key }) => key)).toEqual(["reason.no_samples"]);
    // Nobody looked, so nothing is said to have stopped; where somebody did, what was asked has.
    expect(verdict.hints.map(({ code }) => code)).toEqual(["data_quality"]);
    const input = syntheticDeployment({ seed: 1 });
    const down = evaluate({ ...input, post: input.post.map(({ at }) => ({ at })) });
    expect(down.reasons.map(({ key }) => key)).toEqual(["reason.no_samples"]);
    expect(down.hints.map(({ code }) => code)).toEqual(["metric_silent", "data_quality"]);
  });

  it("is inconclusive without a baseline", () => {
    const verdict = evaluate({ ...syntheticDeployment({ seed: 1 }), pre: [] });
    expect(verdict.state).toBe("inconclusive");
    expect(verdict.hints.map(({ code }) => code)).toContain("baseline_too_short");
  });

  it("does not call a service with hardly any requests ok", () => {
    const input = syntheticDeployment({ seed: 3, errorRate: 0 });
    const idle = (row: SampleRow) => ({ ...row, requests_per_sec: 0.1 });
    const verdict = evaluate({ ...input, pre: input.pre.map(idle), post: input.post.map(idle) });
    expect(verdict.state).toBe("inconclusive");
    expect(verdict.reasons.map(({ key }) => key)).toContain("reason.too_few_requests");
  });

  it("never sees a missing metric as zero: missed scrapes do not lower traffic", () => {
    const input = syntheticDeployment({ seed: 5 });
    const missed = input.post.map((row, i) => (i % 3 === 1 ? { at: row.at } : row));
    const verdict = evaluate({ ...input, post: missed });
    expect(verdict.perMetric.requests_per_sec.state).toBe("ok");
    expect(verdict.state).toBe("ok");
    expect(verdict.quality.coverage).toBeCloseTo(2 / 3, 5);
    expect(verdict.quality.issues.map(({ key }) => key)).toContain("quality.coverage");
  });

  it.each(SEEDS)("never calls a service ok that fell silent for the rest of the window (seed %i)", (seed) => {
    const input = syntheticDeployment({ seed });
    const share = 0.4 + seed / 20;
    const last = Math.floor(input.post.length * share);
    for (const post of [
      input.post.map((row, i) => (i > last ? { at: row.at } : row)),
      input.post.slice(0, last),
      input.post.slice(-last),
    ]) {
      const verdict = evaluate({ ...input, post, expectedPostSamples: input.post.length });
      expect(verdict).toMatchObject({ state: "inconclusive", confidence: 0 });
      expect(verdict.reasons[0]?.key).toBe("reason.unseen");
    }
  });

  it("calls a service ok whose samples come less often than planned, or not at every step", () => {
    const input = syntheticDeployment({ seed: 2 });
    const planned = { expectedPostSamples: input.post.length };
    for (const keep of [(i: number) => i % 5 === 0, (i: number) => i < 10 || i > 20])
      expect(evaluate({ ...input, ...planned, post: input.post.filter((_, i) => keep(i)) }).state).toBe("ok");
  });

  it("does not count more CPU against a deployment when traffic explains it", () => {
    const input = syntheticDeployment({ seed: 21, preSamples: 60 });
    const driven = (row: SampleRow, factor: number) => {
      const requests = (row.requests_per_sec ?? 0) * factor;
      return { ...row, requests_per_sec: requests, cpu_usage: 0.005 * requests };
    };
    const pre = input.pre.map((row, i) => driven(row, 1 + 0.4 * Math.sin(i)));
    const post = input.post.map((row, i) => driven(row, 1.8 + 0.4 * Math.sin(i)));
    const verdict = evaluate({ ...input, pre, post });
    expect(verdict.perMetric.cpu_usage.state).toBe("ok");
    const withoutTraffic = (rows: SampleRow[]) => rows.map((row) => ({ ...row, requests_per_sec: null }));
    const blind = evaluate({ ...input, pre: withoutTraffic(pre), post: withoutTraffic(post) });
    expect(blind.perMetric.cpu_usage.state).toBe("regressed");
  });

  it("does not blame the deployment for a drift that was there before", () => {
    const input = syntheticDeployment({ seed: 31, preSamples: 60 });
    const rise = (start: number) => (row: SampleRow, i: number) => ({
      ...row,
      memory_usage: 0.3 + 0.004 * (start + i),
    });
    const verdict = evaluate({ ...input, pre: input.pre.map(rise(0)), post: input.post.map(rise(60)) });
    expect(verdict.perMetric.memory_usage.state).toBe("ok");
  });

  it("learns from earlier deployments what is normal after one", () => {
    const slow = ({ latency_p95 }: SampleRow) => ({ latency_p95: (latency_p95 ?? 0) * 1.3 });
    const input = mapPost(syntheticDeployment({ seed: 41 }), slow);
    expect(evaluate(input).state).toBe("warning");
    const history = Array.from({ length: 12 }, (_, i) => {
      const earlier = mapPost(syntheticDeployment({ seed: 400 + i }), slow);
      return { pre: earlier.pre, post: earlier.post };
    });
    expect(evaluate({ ...input, history }).state).toBe("ok");
  });

  it("shows a muted metric without judging it", () => {
    const input = syntheticDeployment({ seed: 2, fault: FAULTS.errors });
    const verdict = evaluate({ ...input, policy: { error_rate: { muted: true } } });
    expect(verdict.perMetric.error_rate.state).toBe("muted");
    expect(verdict.perMetric.error_rate.after).toBeGreaterThan(0.05);
    expect(verdict.state).toBe("ok");
    expect(verdict.confidence).toBeGreaterThan(0.5);
    expect(verdict.reasons).toContainEqual({
      key: "reason.no_regression",
      params: { count: 4 },
      metric: null,
    });
  });

  it("says nothing of users where everything that they feel is muted", () => {
    const muted = { muted: true };
    const policy = { error_rate: muted, latency_p95: muted, requests_per_sec: muted };
    const verdict = evaluate({ ...syntheticDeployment({ seed: 2 }), policy });
    expect(verdict.state).toBe("inconclusive");
    expect(verdict.reasons.map(({ key }) => key)).toContain("reason.nothing_user_facing");
  });

  it("recommends a rollback for CPU alone where the policy calls it critical", () => {
    const input = syntheticDeployment({ seed: 2, fault: FAULTS.cpu });
    const verdict = evaluate({ ...input, policy: { cpu_usage: { critical: true } } });
    expect(verdict.state).toBe("rollback_recommended");
    expect(verdict.hints.some(({ severity }) => severity === "critical")).toBe(true);
  });

  it.each([0.3, -0.15])("calls a change of CPU by %f where the policy looks both ways", (change) => {
    const input = mapPost(syntheticDeployment({ seed: 2 }), ({ cpu_usage }) => ({
      cpu_usage: (cpu_usage ?? 0) + change,
    }));
    const verdict = evaluate({ ...input, policy: { cpu_usage: { direction: "two_sided" } } });
    expect(verdict.perMetric.cpu_usage.state).toBe("regressed");
    expect(verdict.state).toBe("warning");
  });

  it("takes a larger smallest change from the policy", () => {
    const input = syntheticDeployment({ seed: 2, fault: FAULTS.latency });
    const verdict = evaluate({ ...input, policy: { latency_p95: { smallestRelative: 4 } } });
    expect(verdict.state).toBe("ok");
  });

  it("stays finite where a policy takes any change for one that matters", () => {
    const policy = {
      error_rate: { smallestAbsolute: 0 },
      latency_p95: { smallestRelative: 0, smallestAbsolute: 0 },
    };
    const verdict = evaluate({ ...syntheticDeployment({ seed: 9, errorRate: 0 }), policy });
    expect(verdict.state).toBe("ok");
    expect(verdict.confidence).toBeGreaterThan(0);
    expect(Number.isFinite(verdict.perMetric.error_rate.shift?.high)).toBe(true);
  });

  it("says how sure each metric is, what it compared and what would change it", () => {
    const { perMetric } = evaluate(syntheticDeployment({ seed: 4, fault: FAULTS.latency }));
    const latency = perMetric.latency_p95;
    expect(latency.before).toBeGreaterThan(50);
    expect(latency.after).toBeGreaterThan(120);
    expect(latency.shift?.low).toBeGreaterThan(0);
    expect(latency.shift?.high).toBeGreaterThan(latency.shift?.low ?? 0);
    expect(latency.placebo?.rank).toBe(latency.placebo?.total);
    expect(latency.smallestChange).toBeGreaterThanOrEqual(3);
    expect(latency.breachSamples).toBeGreaterThan(20);
    expect(latency.minutesInBreach).toBeCloseTo((latency.breachSamples * 2) / 60, 3);
    expect(latency.wouldChange.key).toBe("would.recover");
  });
});

describe("guardrails", () => {
  const policy = { latency_p95: { guardrail: CLASSIC_GUARDRAILS.latency_p95 } };
  const slow = (row: SampleRow) => ({ ...row, latency_p95: 400 + (row.latency_p95 ?? 0) });

  it("are off by default", () => {
    const { perMetric } = evaluate(syntheticDeployment({ seed: 6 }));
    expect(Object.values(perMetric).every(({ guardrail }) => guardrail === null)).toBe(true);
  });

  it("take a breach that was there before for a hint, not for a rollback", () => {
    const input = syntheticDeployment({ seed: 6 });
    const verdict = evaluate({ ...input, policy, pre: input.pre.map(slow), post: input.post.map(slow) });
    expect(verdict.perMetric.latency_p95.state).toBe("pre_existing");
    expect(verdict.state).toBe("ok");
    expect(verdict.hints.map(({ code }) => code)).toContain("pre_existing_condition");
  });

  it("count against a deployment whose baseline kept them", () => {
    const input = syntheticDeployment({ seed: 6 });
    const verdict = evaluate({ ...input, policy, post: input.post.map(slow) });
    expect(verdict.perMetric.latency_p95.guardrail?.broken).toBe(true);
    expect(verdict.reasons.map(({ key }) => key)).toContain("reason.guardrail");
  });
});

describe("a metric without samples", () => {
  const metrics: MetricName[] = ["error_rate", "latency_p95", "requests_per_sec"];

  it.each(metrics)("keeps the verdict from being ok when %s goes silent", (metric) => {
    const verdict = evaluate(mapPost(syntheticDeployment({ seed: 8 }), () => ({ [metric]: null })));
    expect(verdict.perMetric[metric].state).toBe("silent");
    expect(verdict.state).toBe("inconclusive");
    expect(verdict.hints.map(({ code }) => code)).toContain("metric_silent");
  });

  it("does not matter when it was never reported", () => {
    const input = syntheticDeployment({ seed: 8 });
    const without = (rows: SampleRow[]) => rows.map((row) => ({ ...row, memory_usage: null }));
    const verdict = evaluate({ ...input, pre: without(input.pre), post: without(input.post) });
    expect(verdict.perMetric.memory_usage.state).toBe("missing");
    expect(verdict.state).toBe("ok");
  });
});
