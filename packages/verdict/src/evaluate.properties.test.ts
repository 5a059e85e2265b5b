import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { evaluate } from "./evaluate.js";
import type { Fault } from "./testing/synthetic-deployment.js";
import { seededChance, syntheticDeployment } from "./testing/synthetic-deployment.js";
import type { MetricName, SampleRow, Verdict, VerdictInput } from "./types.js";
import { METRIC_NAMES } from "./types.js";

const BADNESS: Record<Verdict["state"], number> = {
  collecting: 0,
  ok: 0,
  inconclusive: 0,
  warning: 1,
  rollback_recommended: 2,
};

/** Any deployment: few or many samples, any fault of any size, noise that hangs together or not. */
const deployments = fc
  .record({
    seed: fc.nat(),
    preSamples: fc.integer({ min: 5, max: 60 }),
    postSamples: fc.integer({ min: 3, max: 30 }),
    correlation: fc.constantFrom(0, 0.5, 0.8),
    errorRate: fc.constantFrom(0, 0.002, 0.02),
    slower: fc.double({ min: 0.5, max: 3, noNaN: true }),
    failing: fc.constantFrom(0, 0, 0.003, 0.02, 0.3),
    busier: fc.constantFrom(0, 0, 0.08, 0.5),
    lost: fc.constantFrom(0, 0, 0.2, 0.7),
    windowEnded: fc.boolean(),
  })
  .map(({ slower, failing, busier, lost, windowEnded, ...options }): VerdictInput => {
    const fault: Fault = (row) => ({
      latency_p95: (row.latency_p95 ?? 0) * slower,
      error_rate: Math.min(1, (row.error_rate ?? 0) + failing),
      cpu_usage: (row.cpu_usage ?? 0) + busier,
      requests_per_sec: (row.requests_per_sec ?? 0) * (1 - lost),
    });
    return { ...syntheticDeployment({ ...options, fault }), windowEnded };
  });

const RUNS = { numRuns: 150 };

function shuffled<T>(items: readonly T[], seed: number): T[] {
  const chance = seededChance(seed);
  return items
    .map((item) => ({ item, key: chance() }))
    .sort((a, b) => a.key - b.key)
    .map(({ item }) => item);
}

const worsen: Record<string, (row: SampleRow, amount: number) => SampleRow> = {
  latency: (row, amount) => ({ ...row, latency_p95: (row.latency_p95 ?? 0) * (1 + 3 * amount) }),
  errors: (row, amount) => ({ ...row, error_rate: Math.min(1, (row.error_rate ?? 0) + amount) }),
  cpu: (row, amount) => ({ ...row, cpu_usage: (row.cpu_usage ?? 0) + amount }),
  memory: (row, amount) => ({ ...row, memory_usage: (row.memory_usage ?? 0) + amount }),
  // Requests that vanish are the successful ones: the failed stay, so their share grows.
  traffic: (row, amount) => ({
    ...row,
    requests_per_sec: (row.requests_per_sec ?? 0) * (1 - amount * 0.9),
    error_rate: Math.min(1, (row.error_rate ?? 0) / (1 - amount * 0.9)),
  }),
};

describe("evaluate holds always", () => {
  it("never gives a better verdict for worse input", () => {
    const amounts = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 30, maxLength: 30 });
    const kinds = fc.constantFrom(...Object.keys(worsen));
    fc.assert(
      fc.property(deployments, kinds, amounts, (input, kind, amount) => {
        const worse = input.post.map((row, i) => worsen[kind]?.(row, amount[i] ?? 0) ?? row);
        const before = evaluate(input);
        const after = evaluate({ ...input, post: worse });
        expect(BADNESS[after.state]).toBeGreaterThanOrEqual(BADNESS[before.state]);
        if (after.state === "ok") expect(before.state).toBe("ok");
      }),
      { numRuns: 600 },
    );
  });

  it("does not depend on the order of rows", () => {
    fc.assert(
      fc.property(deployments, fc.nat(), (input, seed) => {
        const mixed = { ...input, pre: shuffled(input.pre, seed), post: shuffled(input.post, seed + 1) };
        expect(evaluate(mixed)).toEqual(evaluate(input));
      }),
      RUNS,
    );
  });

  it("does not depend on the order of rows of the same instant", () => {
    fc.assert(
      fc.property(deployments, fc.nat(), (input, seed) => {
        const sameInstant = { ...input, post: input.post.map((row) => ({ ...row, at: 1 })) };
        const mixed = { ...sameInstant, post: shuffled(sameInstant.post, seed) };
        expect(evaluate(mixed)).toEqual(evaluate(sameInstant));
      }),
      RUNS,
    );
  });

  it("does not depend on a metric's unit where the smallest change is relative", () => {
    fc.assert(
      fc.property(deployments, fc.integer({ min: -8, max: 8 }), (input, power) => {
        const policy = { latency_p95: { smallestAbsolute: 0 } };
        const scale = (rows: SampleRow[]) =>
          rows.map((row) => ({ ...row, latency_p95: (row.latency_p95 ?? 0) * 10 ** power }));
        const plain = evaluate({ ...input, policy });
        const scaled = evaluate({ ...input, policy, pre: scale(input.pre), post: scale(input.post) });
        expect(scaled.state).toBe(plain.state);
        expect(scaled.confidence).toBeCloseTo(plain.confidence, 3);
      }),
      RUNS,
    );
  });

  it("never lets a silent metric be ok, or recommend a rollback", () => {
    fc.assert(
      fc.property(deployments, fc.constantFrom(...METRIC_NAMES), (input, metric) => {
        const silenced = { ...input, post: input.post.map((row) => ({ ...row, [metric]: null })) };
        const verdict = evaluate(silenced);
        expect(verdict.perMetric[metric].state).toBe("silent");
        expect(verdict.state).not.toBe("ok");
        const onlyThis = (rows: SampleRow[]) => rows.map((row) => only(row, metric));
        const alone = evaluate({ ...silenced, pre: onlyThis(input.pre), post: onlyThis(silenced.post) });
        expect(["collecting", "inconclusive"]).toContain(alone.state);
      }),
      RUNS,
    );
  });

  it("gives ok only at the end of the window", () => {
    fc.assert(
      fc.property(deployments, (input) => {
        const { state } = evaluate({ ...input, windowEnded: false });
        expect(["collecting", "rollback_recommended"]).toContain(state);
      }),
      RUNS,
    );
  });

  it("defect 18: has a critical hint exactly when it recommends a rollback, and three hints at least", () => {
    fc.assert(
      fc.property(deployments, (input) => {
        const { state, hints } = evaluate(input);
        const critical = hints.filter(({ severity }) => severity === "critical");
        if (state === "rollback_recommended") {
          expect(critical.length).toBeGreaterThan(0);
          expect(hints.length).toBeGreaterThanOrEqual(3);
        } else {
          expect(critical).toEqual([]);
        }
        if (state === "warning") expect(hints.length).toBeGreaterThanOrEqual(2);
        for (const hint of hints) expect(hint.actions.length).toBeGreaterThan(0);
      }),
      { numRuns: 400 },
    );
  });

  it("states reasons and a confidence between 0 and 1 for anything finite or missing", () => {
    const value = fc.oneof(
      fc.constant(null),
      fc.constant(0),
      fc.constant(Number.MIN_VALUE),
      fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e9, max: 1e9 }),
    );
    const row = fc.record({
      at: fc.integer({ min: 0, max: 1e12 }),
      requests_per_sec: value,
      latency_p95: value,
      error_rate: value,
      cpu_usage: value,
      memory_usage: value,
    });
    const rows = fc.array(row, { maxLength: 25 });
    fc.assert(
      fc.property(rows, rows, fc.boolean(), (pre, post, windowEnded) => {
        const verdict = evaluate({ pre, post, windowEnded, stepSeconds: 2, pipeline: "unknown" });
        expect(verdict.confidence).toBeGreaterThanOrEqual(0);
        expect(verdict.confidence).toBeLessThanOrEqual(1);
        expect(verdict.reasons.length).toBeGreaterThan(0);
      }),
      { numRuns: 500 },
    );
  });
});

function only(row: SampleRow, metric: MetricName): SampleRow {
  return { at: row.at, [metric]: row[metric] };
}
