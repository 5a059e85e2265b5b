import { describe, expect, it } from "vitest";
import { outlastsBaseline, recentShift } from "./early-call.js";
import { measureAll } from "./evaluate.js";
import { syntheticDeployment } from "./testing/synthetic-deployment.js";
import type { SampleRow, VerdictInput } from "./types.js";

const WINDOW = { stepSeconds: 2, window: 60 };
const calm = syntheticDeployment({ seed: 5, preSamples: 90, postSamples: 12, errorRate: 0 });

const failing = (rows: SampleRow[], from: number, until: number, rate = 0.3) =>
  rows.map((row, i) => (i >= from && i < until ? { ...row, error_rate: rate } : row));
const errorsOf = (input: VerdictInput) => {
  const found = measureAll({ ...input, windowEnded: false }).metrics.find(
    ({ metric }) => metric === "error_rate",
  );
  if (!found) throw new Error("errors are measured");
  return found;
};
const outlasts = (input: VerdictInput) => outlastsBaseline(errorsOf(input), WINDOW);
const burstOf = (samples: number): VerdictInput => ({ ...calm, post: failing(calm.post, 12 - samples, 12) });

describe("a bad run at the end of the observation", () => {
  it("needs four samples in a row where the baseline knows nothing like it", () => {
    expect(outlasts(burstOf(3))).toBe(false);
    expect(outlasts(burstOf(4))).toBe(true);
  });

  it("must outlast by three samples the longest run like it that the baseline knows", () => {
    const bursts = failing(failing(calm.pre, 20, 22), 60, 63);
    expect(outlasts({ ...burstOf(5), pre: bursts })).toBe(false);
    expect(outlasts({ ...burstOf(6), pre: bursts })).toBe(true);
  });

  it("does not wait for the sake of much milder failures, or of those that hardly any window sees", () => {
    const mild = [9, 30, 48, 71].reduce((rows, at) => failing(rows, at, at + 1, 0.02), calm.pre);
    expect(outlasts({ ...burstOf(4), pre: mild })).toBe(true);
    const long = syntheticDeployment({ seed: 5, preSamples: 4_000 });
    expect(outlasts({ ...burstOf(4), pre: failing(long.pre, 60, 63) })).toBe(true);
  });

  it("learns such runs from earlier deployments too", () => {
    const earlier = { pre: calm.pre, post: failing(calm.post, 4, 7) };
    expect(outlasts({ ...burstOf(5), history: [earlier] })).toBe(false);
    expect(outlasts({ ...burstOf(6), history: [earlier] })).toBe(true);
  });

  it("takes one sample of a slow baseline for as long as the time to the next", () => {
    const slow = calm.pre.map((row, i) => ({ ...row, at: (i - 90) * 10_000 }));
    const one = failing(slow, 30, 31);
    expect(outlasts({ ...burstOf(7), pre: one })).toBe(false);
    expect(outlasts({ ...burstOf(8), pre: one })).toBe(true);
  });

  it("is more than a stray failure among few requests", () => {
    const few = (rows: SampleRow[]) => rows.map((row) => ({ ...row, requests_per_sec: 4 }));
    const pre = few(calm.pre).map((row, i) => ({ ...row, error_rate: i % 3 === 0 ? 1 / 8 : 0 }));
    const post = failing(few(calm.post), 8, 12, 1 / 8);
    expect(outlasts({ ...calm, pre, post })).toBe(false);
    expect(outlasts({ ...calm, pre, post: failing(few(calm.post), 8, 12, 1) })).toBe(true);
  });

  it("must be longer where samples repeat each other, as those of an endpoint that looks back do", () => {
    const repeated = (rows: SampleRow[]) => rows.map((row, i) => rows[i - (i % 4)] ?? row);
    const noisy = syntheticDeployment({ seed: 5, preSamples: 92, postSamples: 12, errorRate: 0.05 });
    const pre = repeated(noisy.pre).map((row, i) => ({ ...row, at: i * 2_000 }));
    const input = { ...noisy, pre, post: failing(noisy.post, 8, 12, 0.9) };
    expect(outlasts({ ...input, pre: noisy.pre })).toBe(true);
    expect(outlasts(input)).toBe(false);
  });
});

describe("recentShift", () => {
  it("is not carried by two wild samples of four", () => {
    const spiky = calm.post.map((row, i) => (i === 9 || i === 11 ? { ...row, error_rate: 0.9 } : row));
    expect(recentShift(errorsOf({ ...calm, post: spiky }))).toBeLessThan(0.1);
    expect(recentShift(errorsOf(burstOf(3)))).toBeGreaterThan(1);
  });

  it("says nothing about three samples", () => {
    const three = { ...calm, post: failing(calm.post, 0, 12).slice(0, 3) };
    expect(recentShift(errorsOf(three))).toBe(Number.NEGATIVE_INFINITY);
  });
});
