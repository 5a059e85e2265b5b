import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { evaluate } from "./evaluate.js";
import { silenceAtEnd } from "./fell-silent.js";
import { syntheticDeployment } from "./testing/synthetic-deployment.js";
import type { MetricName, SampleRow, VerdictInput } from "./types.js";
import { METRIC_NAMES } from "./types.js";

const input = syntheticDeployment({ seed: 3 });
const without = (metric: MetricName, which: (position: number) => boolean) => (row: SampleRow, i: number) =>
  which(i) ? { ...row, [metric]: null } : row;
/** The metric is gone from the sample at `from` on; the others go on. */
const stopping = (metric: MetricName, from: number, more: Partial<VerdictInput> = {}) =>
  evaluate({ ...input, ...more, post: input.post.map(without(metric, (i) => i >= from)) });
const keysOf = ({ reasons }: ReturnType<typeof evaluate>) =>
  reasons.map(({ key, metric }) => `${key} ${metric}`);

describe("a metric that stops while the service goes on answering", () => {
  const whole = evaluate(input);

  it("is a warning where a rollback could hang on it, and no rollback", () => {
    for (const metric of ["error_rate", "requests_per_sec"] as const) {
      const verdict = stopping(metric, 18);
      expect([metric, verdict.state, verdict.perMetric[metric].state]).toEqual([metric, "warning", "silent"]);
      expect(keysOf(verdict)).toContain(`reason.fell_silent ${metric}`);
      expect(verdict.confidence).toBeCloseTo(40 / 52);
      expect(verdict.hints.map(({ code }) => code)).toContain("metric_silent");
    }
  });

  it("is a warning where a limit was set for it", () => {
    const guardrail = { limit: 0.8, securedRatio: 0.9, tolerance: 0.2 };
    expect(stopping("cpu_usage", 18, { policy: { cpu_usage: { guardrail } } }).state).toBe("warning");
  });

  it("makes an OK less sure elsewhere, and says why", () => {
    expect(whole.state).toBe("ok");
    const [some, most] = [stopping("memory_usage", 24), stopping("memory_usage", 9)];
    for (const verdict of [some, most]) {
      expect(verdict.state).toBe("ok");
      expect(keysOf(verdict)).toContain("reason.fell_silent memory_usage");
    }
    expect(some.confidence).toBeCloseTo(whole.confidence * 0.8, 1);
    expect(most.confidence).toBeLessThan(some.confidence);
    expect(most.confidence).toBeLessThanOrEqual(0.3);
  });

  it("leaves nothing that users feel where it was the only such metric", () => {
    const only = (row: SampleRow) => ({ at: row.at, latency_p95: row.latency_p95, cpu_usage: row.cpu_usage });
    const rows = { pre: input.pre.map(only), post: input.post.map(only) };
    expect(evaluate({ ...input, ...rows }).state).toBe("ok");
    const silent = evaluate({
      ...input,
      ...rows,
      post: rows.post.map(without("latency_p95", (i) => i >= 15)),
    });
    expect(silent.state).toBe("inconclusive");
  });

  it("hides nothing that had got worse before", () => {
    const fault = (row: Required<SampleRow>) => ({ error_rate: row.error_rate === null ? null : 0.2 });
    const failing = syntheticDeployment({ seed: 3, fault });
    const post = failing.post.map(without("error_rate", (i) => i >= 20));
    const verdict = evaluate({ ...failing, post });
    expect(verdict.state).toBe("rollback_recommended");
    expect(keysOf(verdict)).toContain("reason.fell_silent error_rate");
  });

  it("is nothing where the baseline had such silences, or where two samples came cut short", () => {
    const gappy = { pre: input.pre.map(without("error_rate", (i) => i % 20 > 6)) };
    expect(keysOf(stopping("error_rate", 18, gappy)).join()).not.toContain("fell_silent");
    expect(stopping("error_rate", 28)).toMatchObject({ state: "ok" });
    expect(keysOf(stopping("error_rate", 28)).join()).not.toContain("fell_silent");
  });

  it("is nothing where nobody asked for anything any more: there is no answer to measure", () => {
    const idle = input.post.map((row, i) =>
      i >= 18 ? { ...row, requests_per_sec: 0, latency_p95: null, error_rate: null } : row,
    );
    const verdict = evaluate({ ...input, post: idle });
    expect(keysOf(verdict).join()).not.toContain("fell_silent");
  });

  it("is muted with its metric", () => {
    const verdict = stopping("error_rate", 18, { policy: { error_rate: { muted: true } } });
    expect([verdict.state, keysOf(verdict).join().includes("fell_silent")]).toEqual(["ok", false]);
  });
});

it("says nothing of a short baseline but that the metric stopped", () => {
  const short = { pre: input.pre.slice(-10) };
  const verdict = stopping("error_rate", 18, short);
  expect(verdict.state).toBe("ok");
  expect(keysOf(verdict)).toContain("reason.fell_silent error_rate");
});

it("finds a silence only at the end, of three samples and more, that the baseline never had", () => {
  const rows = fc.array(fc.boolean(), { minLength: 1, maxLength: 60 });
  const toRow = (reports: boolean, i: number): SampleRow => ({
    at: i * 1_000,
    cpu_usage: 0.2,
    latency_p95: reports ? 80 : null,
  });
  const runs = (marks: readonly boolean[]) =>
    marks
      .map((it) => (it ? "1" : "0"))
      .join("")
      .split("1")
      .map(({ length }) => length);
  fc.assert(
    fc.property(rows, rows, (before, after) => {
      const silence = silenceAtEnd(before.map(toRow), after.map(toRow), "latency_p95");
      const trailing = runs(after).at(-1) ?? 0;
      const isNews =
        trailing < after.length &&
        trailing >= Math.max(3, 0.15 * after.length) &&
        before.includes(true) &&
        Math.max(...runs(before)) < trailing;
      expect(silence?.samples ?? null).toBe(isNews ? trailing : null);
      for (const metric of METRIC_NAMES)
        if (metric !== "latency_p95")
          expect(silenceAtEnd(before.map(toRow), after.map(toRow), metric)).toBeNull();
    }),
  );
});
