import { PROMETHEUS_PRESETS } from "@pulsekeep/contracts/prometheus-presets";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readRange } from "./read-range.js";
import { rangeQueryUrl, renderQuery } from "./render-query.js";

const settings = { labels: { job: "shop", namespace: 'a"b\\c\nd' }, windowSeconds: 90 };
const range = {
  query: "up",
  fromAt: new Date("2026-03-01T12:00:00Z"),
  toAt: new Date("2026-03-01T12:01:00Z"),
  stepSeconds: 10,
};

describe("a query for Prometheus", () => {
  it("gets the project's labels and window", () => {
    expect(renderQuery('rate(x{code="5",$labels}[$window])', settings)).toBe(
      'rate(x{code="5",job="shop",namespace="a\\"b\\\\c\\nd"}[90s])',
    );
    expect(renderQuery("x{$labels}", { labels: {}, windowSeconds: 60 })).toBe("x{}");
    expect(renderQuery("$labelsAndMore $windows", settings)).toBe("$labelsAndMore $windows");
  });

  it("cannot be left by a label's value", () => {
    fc.assert(
      fc.property(fc.string(), (value) => {
        const rendered = renderQuery("x{$labels}", { labels: { job: value }, windowSeconds: 60 });
        expect(rendered).toMatch(/^x\{job="(?:[^"\\\n]|\\["\\n])*"\}$/);
      }),
    );
  });

  it("is asked below the path that Prometheus is served at", () => {
    for (const base of ["https://p.example.com/prom/", "https://p.example.com/prom#x"])
      expect(rangeQueryUrl(base, range)).toBe(
        "https://p.example.com/prom/api/v1/query_range?query=up&start=1772366400&end=1772366460&step=10",
      );
    expect(rangeQueryUrl("https://p.example.com?tenant=7", range)).toContain(
      "/api/v1/query_range?tenant=7&query=up",
    );
  });

  it("is there for each metric of each preset, with balanced brackets", () => {
    for (const [name, queries] of Object.entries(PROMETHEUS_PRESETS))
      for (const [metric, query] of Object.entries(queries)) {
        const rendered = renderQuery(query, settings).replaceAll(/"(?:[^"\\]|\\.)*"/g, "");
        for (const [open, close] of ["()", "{}", "[]"])
          expect(rendered.split(open ?? "").length, `${name} ${metric}`).toBe(
            rendered.split(close ?? "").length,
          );
        expect(rendered).not.toContain("$");
      }
  });
});

const read = (answer: unknown) => readRange(Buffer.from(JSON.stringify(answer)));
const matrix = (...result: unknown[]) => ({ status: "success", data: { resultType: "matrix", result } });

describe("an answer of Prometheus", () => {
  it("is read by instant", () => {
    expect(
      read(
        matrix({
          metric: {},
          values: [
            [1772366400.781, "0.5"],
            [1772366410, "NaN"],
          ],
        }),
      ),
    ).toEqual({
      ok: true,
      values: new Map([
        [1772366400781, "0.5"],
        [1772366410000, "NaN"],
      ]),
    });
    expect(read(matrix())).toEqual({ ok: true, values: new Map() });
  });

  it.each<[string, unknown, string]>([
    ["two series", matrix({ values: [] }, { values: [] }), "many_series"],
    ["an error", { status: "error", errorType: "bad_data", error: "secret text" }, "query_refused"],
    ["a vector", { status: "success", data: { resultType: "vector", result: [] } }, "not_json"],
    ["a page", "<html>", "not_json"],
  ])("with %s is refused", (_, answer, reason) => {
    expect(read(answer)).toEqual({ ok: false, reason });
  });
});
