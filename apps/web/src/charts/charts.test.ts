import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DAY_CLOCK } from "../i18n/clock";
import { getGaps, getLeftOut, getSegments, PLOT_HEIGHT, PLOT_WIDTH } from "./plot-shape";
import { getClockStyle, getTimeTicks } from "./time-scale";
import { getNiceCeiling } from "./value-scale";

const instant = fc.integer({ min: 0, max: 4_000_000_000_000 });

describe("getTimeTicks", () => {
  it("puts ticks on whole minutes for a quarter of an hour", () => {
    const fromMs = Date.parse("2026-11-20T10:00:07Z");
    const { ticksMs } = getTimeTicks({ fromMs, toMs: fromMs + 15 * 60_000 }, 5);
    expect(ticksMs.map((it) => new Date(it).toISOString().slice(11, 19))).toEqual([
      "10:05:00",
      "10:10:00",
      "10:15:00",
    ]);
  });

  it("stays inside the range, in order, and never gives more ticks than asked", () => {
    fc.assert(
      fc.property(
        instant,
        fc.integer({ min: 0, max: 40 * 86_400_000 }),
        fc.integer({ min: 1, max: 12 }),
        (fromMs, span, count) => {
          const { ticksMs, stepMs } = getTimeTicks({ fromMs, toMs: fromMs + span }, count);
          expect(ticksMs.length).toBeLessThanOrEqual(count);
          for (const [index, at] of ticksMs.entries()) {
            expect(at).toBeGreaterThanOrEqual(fromMs);
            expect(at).toBeLessThanOrEqual(fromMs + span);
            expect(at % stepMs).toBe(0);
            if (index > 0) expect(at - (ticksMs[index - 1] ?? 0)).toBe(stepMs);
          }
        },
      ),
    );
  });
});

describe("getClockStyle", () => {
  const write = (locale: string, stepMs: number) =>
    new Intl.DateTimeFormat(locale, { timeZone: "UTC", ...getClockStyle(stepMs) })
      .format(new Date("2026-11-20T14:03:30Z"))
      // Which space stands before the half of the day depends on the ICU version.
      .replaceAll(/\s/g, " ");

  it("writes seconds only for steps of seconds, and days only for steps of days", () => {
    expect(write("en", 30_000)).toBe("2:03:30 PM");
    expect(write("en", 60_000)).toBe("2:03 PM");
    expect(write("de", 24 * 3_600_000)).toBe("20.11.");
  });

  it("writes the clock of the rest of the page in every language", () => {
    const midnight = new Date("2026-11-20T00:00:00Z");
    for (const locale of ["en", "fr", "es", "de"]) {
      const axis = new Intl.DateTimeFormat(locale, { timeZone: "UTC", ...getClockStyle(60_000) });
      const text = new Intl.DateTimeFormat(locale, { timeZone: "UTC", ...DAY_CLOCK });
      const timeOf = (parts: Intl.DateTimeFormatPart[]) =>
        parts
          .filter(({ type }) => ["hour", "minute", "dayPeriod"].includes(type))
          .map(({ value }) => value)
          .join(" ");
      expect(timeOf(axis.formatToParts(midnight))).toBe(timeOf(text.formatToParts(midnight)));
    }
  });
});

describe("getNiceCeiling", () => {
  it("covers the value and wastes at most a third of the height", () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-9, max: 1e12, noNaN: true }), (value) => {
        const ceiling = getNiceCeiling(value);
        expect(ceiling).toBeGreaterThanOrEqual(value * (1 - 1e-9));
        expect(ceiling).toBeLessThanOrEqual(value * 1.5 * (1 + 1e-9));
      }),
    );
  });

  it("gives an axis to a service without any traffic", () => {
    expect(getNiceCeiling(0)).toBe(1);
  });
});

it("takes neighbouring samples that are missing for one gap", () => {
  const values = [null, 1, null, null, null, 2, null];
  const points = values.map((value, at) => ({ atMs: at * 1_000, value }));
  expect(getGaps(points)).toEqual([
    { fromMs: 0, toMs: 0 },
    { fromMs: 2_000, toMs: 4_000 },
    { fromMs: 6_000, toMs: 6_000 },
  ]);
});

it("takes neighbouring samples that are left out for one stretch", () => {
  const points = [false, true, true, false].map((leftOut, at) => ({ atMs: at * 1_000, value: 1, leftOut }));
  expect(getLeftOut(points)).toEqual([{ fromMs: 1_000, toMs: 2_000 }]);
});

describe("getSegments", () => {
  it("breaks the line where a sample is missing", () => {
    const points = [1, 2, null, 3].map((value, index) => ({ atMs: index * 1_000, value }));
    const segments = getSegments(points, { fromMs: 0, toMs: 3_000 }, 4);
    expect(segments.map((it) => it.points.length)).toEqual([2, 1]);
  });

  it("draws every measured sample once and inside the plot", () => {
    const point = fc.record({
      atMs: instant,
      value: fc.option(fc.double({ min: 0, max: 1e6, noNaN: true })),
    });
    fc.assert(
      fc.property(fc.array(point), fc.double({ min: 0.1, max: 1e6, noNaN: true }), (points, ceiling) => {
        const drawn = getSegments(points, { fromMs: 1_000, toMs: 2_000_000_000_000 }, ceiling).flatMap(
          (it) => it.points,
        );
        expect(drawn.length).toBe(points.filter((it) => it.value !== null).length);
        for (const { x, y } of drawn) {
          expect(x).toBeGreaterThanOrEqual(0);
          expect(x).toBeLessThanOrEqual(PLOT_WIDTH);
          expect(y).toBeGreaterThanOrEqual(0);
          expect(y).toBeLessThanOrEqual(PLOT_HEIGHT);
        }
      }),
    );
  });
});
