import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parsePushed } from "./parse-pushed.js";

const now = new Date("2026-03-01T12:00:00.000Z");
const metrics = {
  requests_per_sec: 12.5,
  latency_p95: 131,
  error_rate: 0,
  cpu_usage: 0.4,
  memory_usage: 0.5,
};
const at = "2026-03-01T11:59:50Z";
const one = (row: unknown, sentAt?: Date) => {
  const { rows, refused } = parsePushed([row], { now, sentAt });
  return rows[0] ?? refused[0];
};

describe("rows that are pushed", () => {
  it("are read with what they measured, and null for what they did not", () => {
    expect(one({ at, metrics })).toEqual({ index: 0, at: new Date(at), values: metrics });
    expect(one({ at: Date.parse(at), metrics: { latency_p95: 5, cpu_usage: null } })).toMatchObject({
      at: new Date(at),
      values: { latency_p95: 5, cpu_usage: null, requests_per_sec: null, error_rate: null },
    });
    expect(one({ at: "2026-03-01T13:59:50+02:00", metrics })).toMatchObject({ at: new Date(at) });
  });

  it("are dated by us when one comes alone without a date, and only then", () => {
    expect(one({ metrics })).toMatchObject({ at: now });
    expect(parsePushed([{ metrics }, { at, metrics }], { now })).toMatchObject({
      rows: [{ index: 1 }],
      refused: [{ index: 0, reason: "at_missing" }],
    });
  });

  it.each<[string, unknown, string, string | null]>([
    ["a number", 7, "invalid_row", null],
    ["a list", [], "invalid_row", null],
    ["without metrics", { at }, "no_metrics", null],
    ["with no metric measured", { at, metrics: { cpu_usage: null } }, "no_metrics", null],
    [
      "with a misspelt metric",
      { at, metrics: { ...metrics, latency_p99: 1 } },
      "unknown_metric",
      "latency_p99",
    ],
    ["with a share above one", { at, metrics: { ...metrics, error_rate: 42 } }, "out_of_range", "error_rate"],
    ["with text for a number", { at, metrics: { ...metrics, cpu_usage: "high" } }, "not_finite", "cpu_usage"],
    ["dated 31 s ahead", { at: "2026-03-01T12:00:31Z", metrics }, "from_future", null],
    ["dated a day and a second ago", { at: "2026-02-28T11:59:59Z", metrics }, "too_old", null],
    ["dated without a zone", { at: "2026-03-01T11:59:50", metrics }, "bad_instant", null],
    ["dated in words", { at: "yesterday", metrics }, "bad_instant", null],
    ["dated on a day that is none", { at: "2026-13-41T00:00:00Z", metrics }, "bad_instant", null],
    ["dated in the year 275761", { at: 8.7e15, metrics }, "from_future", null],
  ])("are refused %s, with the reason", (_, row, reason, detail) => {
    expect(one(row)).toEqual({ index: 0, reason, detail });
  });

  it("may be 30 s ahead and 24 h behind", () => {
    for (const edge of ["2026-03-01T12:00:30Z", "2026-02-28T12:00:00Z"])
      expect(one({ at: edge, metrics })).toMatchObject({ at: new Date(edge) });
  });

  it("are not taken from a clock that is known to be wrong, unless we date them", () => {
    const wrong = new Date(now.getTime() - 31_000);
    expect(one({ at, metrics }, wrong)).toMatchObject({ reason: "clock_skew" });
    expect(one({ metrics }, wrong)).toMatchObject({ at: now });
    expect(one({ at, metrics }, new Date(now.getTime() - 30_000))).toMatchObject({ at: new Date(at) });
  });

  it("BOMB-04 take no metric from a prototype", () => {
    for (const text of ['{"__proto__":{"cpu_usage":1}}', '{"constructor":1}', '{"toString":1}'])
      expect(one({ at, metrics: JSON.parse(text) as unknown })).toMatchObject({ reason: "unknown_metric" });
    expect(({} as Record<string, unknown>)["cpu_usage"]).toBeUndefined();
  });

  it("are each read or refused, never both, and never with a value out of its range", () => {
    const row = fc.oneof(
      fc.anything(),
      fc.record({
        at: fc.oneof(
          fc.date().map((date) => (Number.isNaN(date.getTime()) ? "" : date.toISOString())),
          fc.integer(),
        ),
        metrics: fc.dictionary(
          fc.constantFrom(...Object.keys(metrics), "x"),
          fc.oneof(fc.double(), fc.string()),
        ),
      }),
    );
    fc.assert(
      fc.property(fc.array(row, { maxLength: 20 }), (rows) => {
        const parsed = parsePushed(rows, { now });
        const indexes = [...parsed.rows, ...parsed.refused].map(({ index }) => index).sort((a, b) => a - b);
        expect(indexes).toEqual(rows.map((_, index) => index));
        for (const { values } of parsed.rows)
          for (const value of Object.values(values)) expect(value === null || value >= 0).toBe(true);
      }),
    );
  });
});
