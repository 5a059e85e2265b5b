import { describe, expect, it } from "vitest";
import { getTimelineRange } from "./deployment-timeline";

const START_MS = Date.UTC(2026, 2, 1, 12, 0);
const iso = (seconds: number) => new Date(START_MS + seconds * 1_000).toISOString();
const deployment = { startedAt: iso(0), finishedAt: iso(10), observeUntil: iso(70), endedAt: null };
const every = (step: number, from: number) =>
  Array.from({ length: Math.floor(-from / step) }, (_, i) => ({ at: iso(from + i * step) }));
const secondsOf = (samples: { at: string }[], of = deployment) => {
  const { fromMs, toMs } = getTimelineRange(of, samples);
  return [(fromMs - START_MS) / 1_000, (toMs - START_MS) / 1_000];
};

describe("the time axis of a deployment", () => {
  it("gives the watch a third, however long was measured before", () => {
    expect(secondsOf(every(2, -1_800))).toEqual([-140, 70]);
  });

  it("goes back for eight samples where they are rare, and not beyond the first", () => {
    expect(secondsOf(every(60, -1_800))).toEqual([-480, 70]);
    expect(secondsOf(every(60, -180))).toEqual([-180, 70]);
    expect(secondsOf(every(2, -20))).toEqual([-20, 70]);
  });

  it("is half a minute long when nothing is known yet", () => {
    const begun = { ...deployment, finishedAt: null, observeUntil: null } as unknown as typeof deployment;
    expect(secondsOf([], begun)).toEqual([0, 30]);
  });
});
