import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseMetrics } from "./parse-metrics.js";

const good = {
  requests_per_sec: 12.5,
  latency_p95: 131.2,
  error_rate: 0.002,
  cpu_usage: 0.42,
  memory_usage: 0.51,
};
type Metrics = Record<string, unknown>;
const JSON_TYPE = "application/json; charset=utf-8";
const parseText = (text: string) => parseMetrics(Buffer.from(text), JSON_TYPE);
const parse = (value: unknown) => parseText(JSON.stringify(value));
const withMetric = (change: Metrics) => parse({ metrics: { ...good, ...change } });

describe("parsing a metrics endpoint's answer", () => {
  it("keeps all five metrics and ignores what else is there", () => {
    const kept = { ok: true, sample: good };
    expect(parse({ metrics: good })).toEqual(kept);
    expect(parse({ metrics: { ...good, uptime: 12 }, version: "1.2.3" })).toEqual(kept);
  });

  it("takes numbers that are written as text", () => {
    expect(withMetric({ requests_per_sec: "12.5", latency_p95: " 1.312e2 " })).toEqual({
      ok: true,
      sample: good,
    });
  });

  it.each<[string, Metrics, string, string]>([
    ["a metric that is not there", { cpu_usage: undefined }, "metric_missing", "cpu_usage"],
    ["null", { requests_per_sec: null }, "not_finite", "requests_per_sec"],
    ["empty text", { latency_p95: "" }, "not_finite", "latency_p95"],
    ["text that is no number", { latency_p95: "fast" }, "not_finite", "latency_p95"],
    ["hexadecimal text", { latency_p95: "0x10" }, "not_finite", "latency_p95"],
    ["infinity as text", { latency_p95: "Infinity" }, "not_finite", "latency_p95"],
    ["a number too large for a number", { latency_p95: "1e999" }, "not_finite", "latency_p95"],
    ["true", { error_rate: true }, "not_finite", "error_rate"],
    ["a list of one number", { error_rate: [0.1] }, "not_finite", "error_rate"],
    ["a share above one", { error_rate: 1.2 }, "out_of_range", "error_rate"],
    ["a percentage", { cpu_usage: 42 }, "out_of_range", "cpu_usage"],
    ["an answer that took eleven days", { latency_p95: 1.001e9 }, "out_of_range", "latency_p95"],
    ["more requests than there are", { requests_per_sec: 1e308 }, "out_of_range", "requests_per_sec"],
    ["a negative rate", { requests_per_sec: -1 }, "out_of_range", "requests_per_sec"],
  ])("refuses %s, and says of which metric", (_, change, reason, detail) => {
    expect(withMetric(change)).toEqual({ ok: false, reason, detail });
  });

  it.each<[string, unknown]>([
    ["no metrics", { ok: true }],
    ["metrics that are text", { metrics: "all good" }],
    ["null metrics", { metrics: null }],
    ["a list", []],
    ["null", null],
  ])("refuses an answer with %s", (_, answer) => {
    expect(parse(answer)).toEqual({ ok: false, reason: "no_metrics" });
  });

  it.each([
    ["a page", Buffer.from("<html>")],
    ["nothing", Buffer.alloc(0)],
    ["bytes that are no UTF-8", Buffer.from([0x22, 0xff, 0x22])],
    ["UTF-16", Buffer.from(JSON.stringify({ metrics: good }), "utf16le")],
    ["a byte order mark", Buffer.from(`\uFEFF${JSON.stringify({ metrics: good })}`)],
    ["a hundred thousand brackets", Buffer.from("[".repeat(100_000))],
  ])("refuses %s as not JSON", (_, body) => {
    expect(parseMetrics(body, JSON_TYPE)).toEqual({ ok: false, reason: "not_json" });
  });

  it.each([undefined, "text/html", "text/plain", "application/jsonp", "application/xml+jsonish"])(
    "BOMB-02 B11 refuses the type %s, though the body be good",
    (type) => {
      const body = Buffer.from(JSON.stringify({ metrics: good }));
      expect(parseMetrics(body, type)).toEqual({ ok: false, reason: "not_json" });
      expect(parseMetrics(body, "application/vnd.seqpulse+json").ok).toBe(true);
    },
  );

  it("BOMB-02 B07 refuses a hundred thousand nested lists and stays alive", () => {
    const deep = `${"[".repeat(100_000)}${"]".repeat(100_000)}`;
    expect(parseText(deep)).toEqual({ ok: false, reason: "no_metrics" });
    expect(parseText(`{"metrics":${deep}}`).ok).toBe(false);
    expect(parseText(JSON.stringify({ metrics: good, deep: 0 }).replace("0}", `${deep}}`))).toMatchObject({
      ok: true,
    });
  });

  it("BOMB-02 B08 takes the last of two metrics of one name, as the whole product does", () => {
    const twice = `{"metrics":${JSON.stringify({ ...good, error_rate: 1 })},"metrics":${JSON.stringify(good)}}`;
    expect(parseText(twice)).toEqual({ ok: true, sample: good });
  });

  it("BOMB-02 B09 BOMB-04 takes nothing from a prototype and leaves none behind", () => {
    const text = JSON.stringify(good);
    for (const answer of [
      `{"__proto__":{"metrics":${text}}}`,
      `{"constructor":{"prototype":{"metrics":${text}}}}`,
      `{"metrics":{"__proto__":${text}}}`,
      `{"metrics":{"constructor":{"prototype":${text}},"toString":1}}`,
    ])
      expect(parseText(answer).ok, answer).toBe(false);
    expect(parseText(`{"metrics":${text},"__proto__":{"isAdmin":true}}`)).toEqual({ ok: true, sample: good });
    expect(({} as Metrics)["isAdmin"]).toBeUndefined();
  });

  it.each([
    ["1e309", false],
    ["NaN", false],
    ["Infinity", false],
    ["true", false],
    ["null", false],
    ["[1]", false],
    ["-1e-400", true],
    ["-0", true],
    ["1e-400", true],
    [`0.${"1".repeat(200_000)}`, true],
  ])("BOMB-02 B10 reads %.12s as a finite number of its range or not at all", (number, isKept) => {
    const parsed = parseText(JSON.stringify({ metrics: good }).replace("0.002", number));
    expect(parsed.ok).toBe(isKept);
    if (parsed.ok) expect(Object.is(parsed.sample.error_rate, -0)).toBe(false);
  });

  it("never throws, and never keeps a value that is out of range", () => {
    const value = fc.oneof(fc.jsonValue(), fc.double(), fc.string());
    const names = fc.constantFrom(...Object.keys(good), "metrics");
    fc.assert(
      fc.property(fc.dictionary(names, value), (change) => {
        const parsed = withMetric(change as Metrics);
        if (!parsed.ok) return;
        const { requests_per_sec, latency_p95, ...shares } = parsed.sample;
        for (const share of Object.values(shares)) expect(share >= 0 && share <= 1).toBe(true);
        for (const size of [requests_per_sec, latency_p95])
          expect(Number.isFinite(size) && size >= 0).toBe(true);
      }),
    );
  });
});

type WireCase = { case: string; answer: unknown; kept: boolean };
const wireFile = new URL("./vectors/scrape-answers.json", import.meta.url);

describe("the wire format of clients in use", () => {
  const cases = JSON.parse(readFileSync(wireFile, "utf8")) as WireCase[];
  it.each(cases.map((row) => [row.case, row] as const))("%s", (_, { answer, kept }) => {
    expect(parse(answer).ok).toBe(kept);
  });
});
