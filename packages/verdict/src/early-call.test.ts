import { describe, expect, it } from "vitest";
import { badRunOf } from "./early-call.js";
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
const outlasts = (input: VerdictInput) => badRunOf(errorsOf(input), WINDOW).outlasts;
const shown = (input: VerdictInput) => badRunOf(errorsOf(input), WINDOW).shows;
const burstOf = (samples: number): VerdictInput => ({ ...calm, post: failing(calm.post, 12 - samples, 12) });

describe("a bad run at the end of the observation", () => {
  it("needs four samples in a row where the baseline knows nothing like it", () => {
    expect(outlasts(burstOf(3))).toBe(false);
    expect(outlasts(burstOf(4))).toBe(true);
  });

  it("ends with a good sample, but goes on where one between bad ones has but a stray failure", () => {
    const few = (at: number, rate: number) => ({
      ...burstOf(6),
      post: failing(burstOf(6).post, at, at + 1, rate),
    });
    const stray = 1 / 80;
    expect(outlasts(few(9, stray))).toBe(true);
    expect(outlasts(few(9, 0))).toBe(false);
    expect(outlasts(few(11, stray))).toBe(false);
    expect(outlasts({ ...few(9, stray), post: failing(few(9, stray).post, 8, 9, stray) })).toBe(false);
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

  it("takes one sample for one, though the scrapes around it came a little late", () => {
    const late = calm.pre.map((row, i) => ({ ...row, at: row.at + (i > 30 ? 60 : 0) - (i < 30 ? 60 : 0) }));
    expect(outlasts({ ...burstOf(4), pre: failing(late, 30, 31) })).toBe(true);
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

describe("a bad run that began with the deployment", () => {
  const bad = (until: number, rate?: number, from = 0): VerdictInput => ({
    ...calm,
    post: failing(calm.post.slice(0, until), from, until, rate),
  });
  const isEarly = (input: VerdictInput) => badRunOf(errorsOf(input), WINDOW).isEarly;

  it("may be called a sample sooner than one that began later", () => {
    expect(isEarly(bad(2))).toBe(false);
    expect(isEarly(bad(3))).toBe(true);
    expect(outlasts(bad(3))).toBe(false);
    expect(isEarly({ ...calm, post: failing(calm.post.slice(0, 8), 5, 8) })).toBe(false);
  });

  it("shows less than half of its weakest sample, so that only what is overwhelming is called", () => {
    const weakest = { ...bad(3), post: failing(bad(3).post, 1, 2, 0.1) };
    expect(shown(bad(3, 0.1))).toBeCloseTo(shown(weakest), 6);
    expect(shown(bad(4, 0.1))).toBeCloseTo(2.5 * shown(bad(3, 0.1)), 6);
  });

  it("shows half of what it is worth where it is as long as known ones and is called a sample sooner", () => {
    const known = { ...bad(5), pre: failing(calm.pre, 40, 43) };
    expect(outlasts(known)).toBe(false);
    expect(isEarly(known)).toBe(true);
    expect(2 * shown(known)).toBeCloseTo(shown(bad(5)), 6);
  });

  it("may begin with the second sample, which is the first of the new version alone", () => {
    expect(isEarly(bad(4, 0.3, 1))).toBe(false);
    const known = { ...bad(5, 0.3, 1), pre: failing(calm.pre, 40, 42) };
    expect(outlasts(known)).toBe(false);
    expect(isEarly(known)).toBe(true);
    expect(isEarly({ ...known, pre: failing(calm.pre, 40, 43) })).toBe(false);
  });
});

describe("a fall of traffic", () => {
  /** Falls to a tenth after some samples of the usual, and has been so for `samples`. */
  const fallOf = (perSecond: number, { after, samples }: { after: number; samples: number }) => {
    const times = (list: SampleRow[], share: (i: number) => number) =>
      list.map((row, i) => ({ ...row, requests_per_sec: perSecond * share(i) }));
    const post = times(calm.post.slice(0, after + samples), (i) => (i < after ? 1 : 0.1));
    const input = { ...calm, pre: times(calm.pre, (i) => (i % 2 === 0 ? 0.9 : 1.1)), post };
    const measured = measureAll({ ...input, windowEnded: false }).metrics;
    const found = measured.find(({ metric }) => metric === "requests_per_sec");
    if (!found) throw new Error("traffic is measured");
    return badRunOf(found, WINDOW);
  };

  it("is believed after three samples from the start, and four later on", () => {
    expect(fallOf(30, { after: 0, samples: 3 }).isEarly).toBe(true);
    expect(fallOf(30, { after: 5, samples: 3 }).isEarly).toBe(false);
    expect(fallOf(30, { after: 5, samples: 4 }).isEarly).toBe(true);
  });

  it("takes two samples more where a sample is a handful of requests, wherever it began", () => {
    for (const after of [0, 5]) {
      expect(fallOf(4, { after, samples: 5 }).isEarly).toBe(false);
      expect(fallOf(4, { after, samples: 6 }).isEarly).toBe(true);
    }
  });
});

describe("what the latest samples show", () => {
  it("is not carried by two wild samples of four", () => {
    const spiky = calm.post.map((row, i) => (i === 9 || i === 11 ? { ...row, error_rate: 0.9 } : row));
    expect(shown({ ...calm, post: spiky })).toBeLessThan(0.1);
    expect(shown(burstOf(4))).toBeGreaterThan(1);
  });

  it("is nothing in three samples that did not begin so", () => {
    const three = { ...calm, post: failing(calm.post, 1, 12).slice(0, 3) };
    expect(shown(three)).toBe(Number.NEGATIVE_INFINITY);
  });
});
