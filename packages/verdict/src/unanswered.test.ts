import { describe, expect, it } from "vitest";
import { evaluate } from "./evaluate.js";
import { syntheticDeployment } from "./testing/synthetic-deployment.js";
import type { SampleRow } from "./types.js";

const unanswered = (every: number) => (row: SampleRow, i: number) =>
  i % every === every - 1 ? { ...row, latency_p95: 0 } : row;

describe("a latency of zero", () => {
  it("is an interruption where the baseline never had one, and only warns", () => {
    const input = syntheticDeployment({ seed: 1 });
    const verdict = evaluate({ ...input, post: input.post.map(unanswered(5)) });
    expect(verdict.perMetric.latency_p95.state).toBe("went_away");
    expect(verdict.state).toBe("warning");
    expect(verdict.reasons.map(({ key }) => key)).toContain("reason.interruption");
  });

  it("is no sample where the baseline knows it", () => {
    const input = syntheticDeployment({ seed: 1 });
    const pre = input.pre.map(unanswered(4));
    const verdict = evaluate({ ...input, pre, post: input.post.map(unanswered(5)) });
    expect(verdict.perMetric.latency_p95.state).toBe("ok");
    expect(verdict.perMetric.latency_p95.samples.pre).toBe(30);
    expect(verdict.perMetric.latency_p95.before).toBeGreaterThan(40);
  });

  it("does not hide one wild answer where most samples have none", () => {
    const idle = (answers: Record<number, number>) => (row: SampleRow, i: number) => ({
      at: row.at,
      latency_p95: answers[i] ?? 0,
    });
    const input = syntheticDeployment({ seed: 1, preSamples: 48, postSamples: 5 });
    const pre = input.pre.map(idle({ 3: 90, 11: 120, 24: 105, 40: 98 }));
    const wild = evaluate({ ...input, pre, post: input.post.map(idle({ 2: 2400 })) });
    expect(wild.perMetric.latency_p95.state).toBe("went_away");
    expect(wild.state).toBe("warning");
    expect(wild.reasons.map(({ key }) => key)).toContain("reason.went_away");
    const usual = evaluate({ ...input, pre, post: input.post.map(idle({ 2: 130 })) });
    expect(usual.state).toBe("inconclusive");
    const unknown = evaluate({ ...input, pre: pre.map(idle({})), post: input.post.map(idle({ 2: 2400 })) });
    expect(unknown.state).toBe("inconclusive");
  });

  it("does not take more answers for slower ones where most samples had none", () => {
    const answers = (every: number) => (row: SampleRow, i: number) => ({
      at: row.at,
      latency_p95: i % every === 0 ? 90 + ((i * 7) % 40) : 0,
    });
    const input = syntheticDeployment({ seed: 1, preSamples: 48, postSamples: 20 });
    const verdict = evaluate({ ...input, pre: input.pre.map(answers(12)), post: input.post.map(answers(1)) });
    expect(verdict.state).toBe("inconclusive");
  });

  it("names the slow answer although it came while the service warmed up", () => {
    const answer = (position: number, value: number) => (row: SampleRow, i: number) => ({
      at: row.at,
      latency_p95: i % 16 === position ? value : 0,
    });
    const input = syntheticDeployment({ seed: 1, preSamples: 48, postSamples: 16 });
    const post = input.post.map(answer(0, 2400));
    const verdict = evaluate({ ...input, pre: input.pre.map(answer(3, 100)), post });
    expect(verdict.state).toBe("warning");
    expect(verdict.reasons.map(({ key }) => key)).toContain("reason.went_away");
  });

  it.each([3, 4, 5])("warns as much where %i of five samples have no answer", (samples) => {
    const input = syntheticDeployment({ seed: 1, preSamples: 48, postSamples: 5 });
    const post = input.post.map((row, i) => (i < samples ? { ...row, latency_p95: 0 } : row));
    const verdict = evaluate({ ...input, post });
    expect(verdict.perMetric.latency_p95.state).toBe("went_away");
    expect(verdict.state).toBe("warning");
    expect(verdict.perMetric.latency_p95.confidence).toBeGreaterThan(0.8);
    expect(verdict.reasons.filter(({ metric }) => metric === "latency_p95")).toEqual([
      { key: "reason.interruption", params: { metric: "latency_p95", samples }, metric: "latency_p95" },
    ]);
  });
});
