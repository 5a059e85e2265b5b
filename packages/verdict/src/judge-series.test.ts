import { describe, expect, it } from "vitest";
import { judgeSeries } from "./judge-series.js";
import { scaleFor } from "./scales.js";

const pre = Array.from({ length: 30 }, (_, i) => 100 + ((i * 7) % 11));
const options = {
  ascending: pre.toSorted((a, b) => a - b),
  scale: scaleFor("linear", 105),
  sign: 1 as const,
  level: 105,
  smallest: 5,
  history: [],
  explained: 0,
  skipped: 0,
};

describe("judgeSeries", () => {
  it("does not let one sample carry the capped evidence, however wild", () => {
    const [evidence] = judgeSeries(pre, [104, 103, 9000, 105, 104], options);
    expect(evidence.z).toBeGreaterThan(5);
    expect(evidence.cappedZ).toBeLessThan(1.7);
    expect(evidence.elevatedShare).toBe(0.2);
  });

  it("counts among how many windows before the shift is the largest", () => {
    const [evidence] = judgeSeries(pre, [150, 151, 149], options);
    // Of 28 windows the first has no sample before it.
    expect(evidence.total).toBe(27);
    expect(evidence.rank).toBe(27);
    expect(judgeSeries(pre, [105, 104, 106], options)[0].rank).toBeLessThan(27);
  });

  it("is surprised by less where samples hang together and the baseline ended high, and by more where it ended low", () => {
    const wave = Array.from({ length: 48 }, (_, i) => 100 + 20 * Math.sin((2 * Math.PI * i) / 16));
    const zAfter = (count: number, skipped = 0) => {
      const before = wave.slice(0, count);
      const ascending = before.toSorted((a, b) => a - b);
      return judgeSeries(before, [112, 112, 112], { ...options, ascending, skipped })[0].z;
    };
    const [high, low] = [zAfter(37), zAfter(45)];
    expect(high).toBeLessThan(0.5);
    expect(low).toBeGreaterThan(2);
    // A long pause before the observation leaves nothing of either.
    expect(Math.abs(zAfter(37, 60) - zAfter(45, 60))).toBeLessThan(0.5);
  });

  it("sees a fall as worse where lower is worse", () => {
    const falls = { ...options, sign: -1 as const };
    expect(judgeSeries(pre, [50, 52, 51], falls)[0].z).toBeGreaterThan(3);
    expect(judgeSeries(pre, [150, 152, 151], falls)[0].z).toBeLessThan(-3);
  });

  it("sees a series upside down exactly as the other way round", () => {
    const post = [118, 121, 97, 130, 125, 119];
    const down = judgeSeries(
      pre.map((value) => -value),
      post.map((value) => -value),
      { ...options, ascending: options.ascending.map((value) => -value).reverse(), sign: -1, level: -105 },
    );
    expect(down).toEqual(judgeSeries(pre, post, options));
  });

  it("knows whether the latest samples are back", () => {
    const gone = [150, 150, 150, 150, 104, 103, 105, 104];
    expect(judgeSeries(pre, gone, options)[0].lasts).toBe(false);
    expect(judgeSeries(pre, [...gone].reverse(), options)[0].lasts).toBe(true);
  });

  it("looks at the latest stretches that could be worse than the whole, and at no others", () => {
    const late = [
      ...Array.from({ length: 14 }, (_, i) => 100 + ((i * 7) % 11)),
      150,
      152,
      149,
      151,
      150,
      150,
    ];
    const [whole, ...stretches] = judgeSeries(pre, late, options);
    expect(stretches.map(({ from }) => from)).toContain(14);
    expect(Math.max(...stretches.map(({ z }) => z))).toBeGreaterThan(whole.z + 1);
    expect(judgeSeries(pre, pre.slice(0, 20), options)).toHaveLength(1);
  });
});
