import { describe, expect, it } from "vitest";
import { evaluate } from "./evaluate.js";
import { replay } from "./replay.js";
import { FAULTS, syntheticDeployment } from "./testing/synthetic-deployment.js";

describe("replay", () => {
  it("finds the early rollback, and after how many samples it could be told", () => {
    const input = syntheticDeployment({ seed: 11, fault: FAULTS.errors });
    const { verdict, samples } = replay(input);
    expect(verdict.state).toBe("rollback_recommended");
    expect(samples).toBeLessThan(10);
    const before = { ...input, post: input.post.slice(0, samples - 1), windowEnded: false };
    expect(evaluate(before).state).toBe("collecting");
  });

  it("is the end's verdict where nothing came earlier, whatever the order of rows", () => {
    const input = syntheticDeployment({ seed: 7 });
    expect(replay(input)).toEqual({ verdict: evaluate(input), samples: input.post.length });
    expect(replay({ ...input, post: input.post.toReversed() }).verdict).toEqual(evaluate(input));
  });

  it("shows what another policy would have made of it", () => {
    const input = syntheticDeployment({ seed: 11, fault: FAULTS.errors });
    expect(replay({ ...input, policy: { error_rate: { muted: true } } }).verdict.state).toBe("ok");
    expect(replay({ ...input, policy: { error_rate: { critical: false } } }).verdict.state).toBe("warning");
  });

  it("goes through a day of samples a few times, not a hundred", () => {
    const rowsFrom = (first: number, count: number, errors: number) =>
      Array.from({ length: count }, (_, i) => ({
        at: (first + i) * 2_000,
        requests_per_sec: 40 + 5 * Math.sin(i * 2.4),
        latency_p95: 60 + 3 * Math.cos(i * 5.1),
        error_rate: errors,
      }));
    const [pre, post] = [rowsFrom(0, 300, 0), rowsFrom(300, 43_200, 0.3)];
    const input = { pre, post, stepSeconds: 2, windowEnded: true, pipeline: "succeeded" } as const;
    const { verdict, samples } = replay({ ...input, expectedPostSamples: 43_200 });
    expect(verdict.state).toBe("rollback_recommended");
    // A fourteenth of them: the first look.
    expect(samples).toBe(3_111);
  });

  it("stays in collecting while the deployment is watched", () => {
    const { verdict } = replay({ ...syntheticDeployment({ seed: 7 }), windowEnded: false });
    expect(verdict.state).toBe("collecting");
  });
});

describe("a metric on trial", () => {
  const policy = { error_rate: { dryRun: true } };

  it("is judged and shown, and has no part in the verdict or its hints", () => {
    const verdict = evaluate({ ...syntheticDeployment({ seed: 2, fault: FAULTS.errors }), policy });
    expect(verdict.state).toBe("ok");
    expect(verdict.perMetric.error_rate.state).toBe("regressed");
    expect(verdict.reasons).toContainEqual({
      key: "reason.dry_run",
      params: { metric: "error_rate" },
      metric: "error_rate",
    });
    expect(verdict.hints.map(({ code }) => code)).not.toContain("high_errors");
  });

  it("does not keep the others from a rollback", () => {
    const verdict = evaluate({ ...syntheticDeployment({ seed: 2, fault: FAULTS.traffic }), policy });
    expect(verdict.state).toBe("rollback_recommended");
    expect(verdict.reasons.map(({ key }) => key)).not.toContain("reason.dry_run");
  });

  it("leaves nothing to say where every metric that users feel is on trial", () => {
    const all = { ...policy, latency_p95: { dryRun: true }, requests_per_sec: { dryRun: true } };
    const verdict = evaluate({ ...syntheticDeployment({ seed: 2 }), policy: all });
    expect(verdict.state).toBe("inconclusive");
  });
});
