import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { errorCountEvidence } from "./errors.js";

const counts = (failed: number[], requests: number) => ({ failed, requests: failed.map(() => requests) });

describe("errorCountEvidence", () => {
  it("takes two failures after a long error-free baseline for more than ten times the requests say", () => {
    const pre = counts(
      Array.from({ length: 30 }, () => 0),
      100,
    );
    expect(errorCountEvidence(pre, counts([0, 1, 0], 100))).toBeLessThan(2);
    expect(errorCountEvidence(pre, counts([2, 3, 2], 100))).toBeGreaterThan(3);
  });

  it("finds nothing when the share stays the same", () => {
    const pre = counts([2, 3, 1, 2, 2, 3, 1, 2], 100);
    expect(Math.abs(errorCountEvidence(pre, counts([2, 2, 2], 100)))).toBeLessThan(0.5);
  });

  it("is less sure after a baseline whose errors come in bursts", () => {
    const even = counts([4, 4, 4, 4, 4, 4, 4, 4], 100);
    const bursts = counts([0, 0, 16, 0, 0, 0, 16, 0], 100);
    const post = counts([9, 9, 9], 100);
    expect(errorCountEvidence(bursts, post)).toBeLessThan(errorCountEvidence(even, post) - 1);
  });

  it("is less sure after bursts that outlast a sample, and after lumps that do not", () => {
    const even = Array.from({ length: 40 }, () => 2);
    const burst = Array.from({ length: 40 }, (_, i) => (i >= 20 && i < 30 ? 8 : 0));
    const lumps = Array.from({ length: 40 }, (_, i) => (i % 2 === 0 ? 0 : 4));
    const scattered = Array.from({ length: 40 }, (_, i) => (i % 4 === 0 ? 8 : 0));
    const evidence = (before: number[]) =>
      errorCountEvidence(counts(before, 100), counts([6, 6, 6, 6, 6, 6, 6, 6, 6, 6], 100));
    expect(evidence(burst)).toBeLessThan(evidence(scattered) - 1);
    expect(evidence(lumps)).toBeLessThan(evidence(even) - 1);
  });

  it("knows that windows of half the baseline wander less about its mean than new ones will", () => {
    const halves = counts([0, 0, 0, 0, 8, 8, 8, 8], 100);
    expect(errorCountEvidence(halves, counts([24, 24, 24, 24], 100))).toBeLessThan(2);
  });

  it("grows with every further failure", () => {
    const failures = fc.array(fc.integer({ min: 0, max: 40 }), { minLength: 3, maxLength: 12 });
    fc.assert(
      fc.property(failures, failures, fc.nat(2), (before, after, at) => {
        const pre = counts(before, 100);
        const more = after.map((count, i) => (i === at ? count + 1 : count));
        const less = errorCountEvidence(pre, counts(after, 100));
        expect(errorCountEvidence(pre, counts(more, 100))).toBeGreaterThanOrEqual(less - 1e-6);
      }),
    );
  });
});
