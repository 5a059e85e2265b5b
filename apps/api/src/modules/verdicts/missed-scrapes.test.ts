import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { KeptSample } from "../metrics/samples.queries.js";
import { countMissedScrapes } from "./missed-scrapes.js";

const row = (at: number, value: number | null = 1): KeptSample => ({
  at,
  requests_per_sec: value,
  latency_p95: value,
  error_rate: value,
  cpu_usage: value,
  memory_usage: value,
});
const count = (samples: KeptSample[], untilMs = 10_000) =>
  countMissedScrapes({ samples, after: new Date(0), until: new Date(untilMs), stepSeconds: 2 });
const everyTwo = [700, 2_750, 4_690, 6_700, 8_710];

describe("counting missed scrapes", () => {
  it("misses nothing of a full watch, wherever its grid starts and however late a scrape is", () => {
    expect(count(everyTwo.map((at) => row(at)))).toBe(0);
    expect(count([2_000, 4_000, 6_000, 8_000, 10_000].map((at) => row(at)))).toBe(1);
  });

  it("counts rows that brought nothing", () => {
    expect(count(everyTwo.map((at, i) => row(at, i === 1 ? null : 0)))).toBe(1);
  });

  it("counts ticks without a row: at the start, in between, at the end, and all of them", () => {
    const without = (...gone: number[]) =>
      count(everyTwo.filter((_, i) => !gone.includes(i)).map((at) => row(at)));
    expect([without(0), without(2), without(2, 3), without(4), without(0, 1, 2, 3, 4)]).toEqual([
      1, 1, 2, 1, 5,
    ]);
  });

  it("is never negative and never more than the watch has room for", () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer({ min: 1, max: 10_000 }), { maxLength: 30 }), (instants) => {
        const missed = count(instants.sort((a, b) => a - b).map((at) => row(at)));
        expect(missed >= 0 && missed <= 5).toBe(true);
      }),
    );
  });
});
