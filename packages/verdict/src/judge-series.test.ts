import { describe, expect, it } from "vitest";
import { judgeSeries } from "./judge-series.js";
import { scaleFor } from "./scales.js";

const pre = Array.from({ length: 30 }, (_, i) => 100 + ((i * 7) % 11));
const options = {
  scale: scaleFor("linear", 105),
  sign: 1 as const,
  level: 105,
  smallest: 5,
  nearZero: false,
  history: [],
  explained: 0,
};

describe("judgeSeries", () => {
  it("does not let one sample carry the capped evidence, however wild", () => {
    const evidence = judgeSeries(pre, [104, 103, 9000, 105, 104], options);
    expect(evidence.z).toBeGreaterThan(5);
    expect(evidence.cappedZ).toBeLessThan(1.7);
    expect(evidence.elevatedShare).toBe(0.2);
  });

  it("counts among how many windows before the shift is the largest", () => {
    const evidence = judgeSeries(pre, [150, 151, 149], options);
    expect(evidence.total).toBe(28);
    expect(evidence.rank).toBe(28);
    expect(judgeSeries(pre, [105, 104, 106], options).rank).toBeLessThan(28);
  });

  it("sees a fall as worse where lower is worse", () => {
    const falls = { ...options, sign: -1 as const };
    expect(judgeSeries(pre, [50, 52, 51], falls).z).toBeGreaterThan(3);
    expect(judgeSeries(pre, [150, 152, 151], falls).z).toBeLessThan(-3);
  });

  it("knows whether the latest samples are back", () => {
    const gone = [150, 150, 150, 150, 104, 103, 105, 104];
    expect(judgeSeries(pre, gone, options).lasts).toBe(false);
    expect(judgeSeries(pre, [...gone].reverse(), options).lasts).toBe(true);
  });
});
