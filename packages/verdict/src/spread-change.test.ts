import { describe, expect, it } from "vitest";
import { evaluate } from "./evaluate.js";
import { spreadChangeOf, spreadMargin } from "./spread-change.js";
import { normal, seededChance } from "./testing/synthetic-deployment.js";
import type { Direction, SampleRow } from "./types.js";

function noise(seed: number, length: number, spread: number): number[] {
  const chance = seededChance(seed);
  return Array.from({ length }, () => spread * normal(chance));
}

describe("spreadChangeOf", () => {
  it.each([5, 0.2])("finds samples that vary %f times as much", (factor) => {
    const change = spreadChangeOf(noise(1, 60, 1), noise(2, 30, factor));
    expect(change?.ratio).toBeGreaterThan(factor / 1.6);
    expect(change?.ratio).toBeLessThan(factor * 1.6);
    expect(spreadMargin(change)).toBeGreaterThan(0);
  });

  it("raises hardly any false alarm, and never for a small factor", () => {
    const alarms = Array.from({ length: 400 }, (_, i) => {
      return spreadMargin(spreadChangeOf(noise(100 + i, 30, 1), noise(900 + i, 15, 1))) > 0;
    }).filter(Boolean);
    expect(alarms.length).toBeLessThanOrEqual(2);
    expect(spreadMargin(spreadChangeOf(noise(1, 4000, 1), noise(2, 4000, 1.5)))).toBeLessThan(0);
  });

  it("says nothing about a handful of samples or a baseline that never moves", () => {
    expect(spreadChangeOf(noise(1, 11, 1), noise(2, 30, 9))).toBeNull();
    expect(spreadChangeOf(noise(1, 60, 1), noise(2, 5, 9))).toBeNull();
    expect(
      spreadChangeOf(
        Array.from({ length: 30 }, () => 7),
        noise(2, 30, 1),
      ),
    ).toBeNull();
  });
});

describe("a metric that varies otherwise than before", () => {
  const judged = (direction: Direction) => {
    const row = (value: number, i: number): SampleRow => ({ at: i * 2_000, requests_per_sec: 50 + value });
    return evaluate({
      pre: noise(5, 60, 5).map(row),
      post: noise(6, 30, 0.5).map((value, i) => row(value, 100 + i)),
      windowEnded: true,
      stepSeconds: 2,
      pipeline: "succeeded",
      policy: { requests_per_sec: { direction } },
    });
  };

  it("is worth a warning, and no more, where the policy looks both ways", () => {
    const verdict = judged("two_sided");
    expect(verdict.state).toBe("warning");
    expect(verdict.reasons.map(({ key }) => key)).toContain("reason.spread_changed");
  });

  it("is fine where only a fall is worse", () => {
    expect(judged("lower_is_worse").state).toBe("ok");
  });

  it("does not add up to a rollback in two metrics that users feel", () => {
    const row = (value: number, i: number): SampleRow => {
      return { at: i * 2_000, requests_per_sec: 50 + value, latency_p95: 80 + value };
    };
    const verdict = evaluate({
      pre: noise(5, 60, 5).map(row),
      post: noise(6, 30, 0.5).map((value, i) => row(value, 100 + i)),
      windowEnded: true,
      stepSeconds: 2,
      pipeline: "succeeded",
      policy: { requests_per_sec: { direction: "two_sided" }, latency_p95: { direction: "two_sided" } },
    });
    expect(verdict.perMetric.latency_p95.state).toBe("regressed");
    expect(verdict.state).toBe("warning");
  });
});
