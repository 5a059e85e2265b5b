import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { RequestWindow } from "./request-window.js";

const served = (atMs: number, durationMs = 10, failed = false) => ({ atMs, durationMs, failed });

describe("the window of served requests", () => {
  it("is silent while nothing was served: zero requests, and no latency to speak of", () => {
    expect(new RequestWindow(60_000).figures(5_000)).toEqual({
      requestsPerSec: 0,
      latencyP95Ms: 0,
      errorRate: 0,
    });
  });

  it("counts the rate over the time since the first request until the window is full", () => {
    const window = new RequestWindow(10_000);
    for (let atMs = 50_000; atMs < 54_000; atMs += 100) window.record(served(atMs));
    expect(window.figures(54_000).requestsPerSec).toBe(10);
    for (let atMs = 54_000; atMs < 70_000; atMs += 100) window.record(served(atMs));
    expect(window.figures(70_000).requestsPerSec).toBeCloseTo(9.9);
  });

  it("forgets what is older than the window", () => {
    const window = new RequestWindow(1_000);
    window.record(served(0, 900, true));
    window.record(served(1_500, 20));
    expect(window.figures(1_600)).toMatchObject({ latencyP95Ms: 20, errorRate: 0 });
    expect(window.figures(9_000)).toMatchObject({ requestsPerSec: 0, latencyP95Ms: 0 });
  });

  it("takes the 95th of a hundred durations, whatever their order", () => {
    const durations = Array.from({ length: 100 }, (_, i) => i + 1);
    fc.assert(
      fc.property(fc.shuffledSubarray(durations, { minLength: 100 }), (shuffled) => {
        const window = new RequestWindow(60_000);
        for (const durationMs of shuffled) window.record(served(0, durationMs));
        expect(window.figures(1_000).latencyP95Ms).toBe(95);
      }),
    );
  });

  it("says which share failed", () => {
    const window = new RequestWindow(60_000);
    for (let i = 0; i < 40; i += 1) window.record(served(i, 10, i % 4 === 0));
    expect(window.figures(1_000).errorRate).toBe(0.25);
  });
});
