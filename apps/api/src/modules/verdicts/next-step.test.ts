import { describe, expect, it } from "vitest";
import { nextStep } from "./next-step.js";

const at = (seconds: number) => new Date(Date.UTC(2026, 2, 14, 9, 0, 0) + seconds * 1_000);
const observing = {
  state: "observing" as const,
  startedAt: at(0),
  finishedAt: at(10),
  observeUntil: at(70),
  abandonAt: at(7_200),
  supersededAt: null,
  stepSeconds: 2,
  isDecided: false,
  lookedAt: null,
};

describe("what the analyst does next", () => {
  it("leaves a running deployment until its time-out, then abandons it", () => {
    const running = { ...observing, state: "running" as const, finishedAt: null, observeUntil: null };
    expect(nextStep({ ...running, now: at(7_199) })).toEqual({ kind: "wait", at: at(7_200) });
    expect(nextStep({ ...running, now: at(7_200) })).toMatchObject({ kind: "close", state: "abandoned" });
  });

  it("looks at an observed deployment until the last scrape of its window has had time to arrive", () => {
    const look = { kind: "look", after: at(10), until: at(70), at: at(72) };
    expect(nextStep({ ...observing, now: at(30) })).toEqual(look);
    expect(nextStep({ ...observing, now: at(71.9) })).toEqual(look);
    expect(nextStep({ ...observing, now: at(72) })).toEqual({
      kind: "close",
      state: "analyzed",
      after: at(10),
      until: at(70),
    });
  });

  it("looks with each of the first thousand samples, and ever less often in a watch of a day", () => {
    const long = { ...observing, observeUntil: at(10 + 86_400) };
    const afterLook = (seconds: number, now: number) =>
      nextStep({ ...long, lookedAt: at(10 + seconds), now: at(10 + now) });
    expect(afterLook(1_998, 2_000)).toMatchObject({ kind: "look" });
    expect(afterLook(6_000, 6_002)).toEqual({ kind: "wait", at: at(10 + 6_006) });
    expect(afterLook(6_000, 6_006)).toMatchObject({ kind: "look" });
    expect(afterLook(86_390, 86_398)).toEqual({ kind: "wait", at: at(10 + 86_402) });
    expect(afterLook(86_390, 86_402)).toMatchObject({ kind: "close" });
    let [looks, last] = [0, 0];
    for (let seconds = 2; seconds <= 86_400; seconds += 2)
      if (afterLook(last, seconds).kind === "look") [looks, last] = [looks + 1, seconds];
    expect(looks).toBeLessThan(5_500);
  });

  it("waits no longer than five seconds for the last scrape of a slow grid", () => {
    expect(nextStep({ ...observing, stepSeconds: 300, now: at(75) })).toMatchObject({ kind: "close" });
  });

  it("judges a superseded deployment on what there was when the newer one came", () => {
    const superseded = { ...observing, state: "superseded" as const, supersededAt: at(40), now: at(41) };
    const close = { kind: "close", state: "superseded", after: at(10), until: at(40) };
    expect(nextStep(superseded)).toEqual(close);
    expect(nextStep({ ...superseded, now: at(90_000) })).toEqual(close);
    expect(nextStep({ ...superseded, supersededAt: at(400) })).toMatchObject({ until: at(70) });
  });

  it("gives a deployment that was abandoned by a trigger its verdict, once", () => {
    const abandoned = { ...observing, state: "abandoned" as const, now: at(9_000) };
    expect(nextStep(abandoned)).toMatchObject({ kind: "close", state: "abandoned" });
    expect(nextStep({ ...abandoned, isDecided: true })).toEqual({ kind: "leave" });
  });

  it("leaves what is analyzed", () => {
    expect(nextStep({ ...observing, state: "analyzed", now: at(90_000) })).toEqual({ kind: "leave" });
  });
});
