import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { otlpRequestSchema } from "./otlp-request.js";
import { quantileOf } from "./quantile.js";
import { readOtlp } from "./read-otlp.js";

const START_MS = Date.UTC(2026, 2, 1, 12);
const nanos = (ms: number) => `${ms}000000`;
const times = { startTimeUnixNano: nanos(START_MS), timeUnixNano: nanos(START_MS + 10_000) };
const text = (key: string, stringValue: string) => ({ key, value: { stringValue } });
const status = (code: number) => [{ key: "http.response.status_code", value: { intValue: String(code) } }];
const BOUNDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1];
/** All requests of a point in the bucket up to `upTo` seconds. */
const requestsPoint = (code: number, count: number, upTo = 0.1) => ({
  ...times,
  attributes: status(code),
  count: String(count),
  explicitBounds: BOUNDS,
  bucketCounts: [...BOUNDS, Number.POSITIVE_INFINITY].map((bound) => (bound === upTo ? String(count) : "0")),
});
const requests = (dataPoints: unknown[], changes: object = {}) => ({
  name: "http.server.request.duration",
  unit: "s",
  histogram: { aggregationTemporality: 1, dataPoints, ...changes },
});
const gauge = (name: string, ...dataPoints: object[]) => ({
  name,
  gauge: { dataPoints: dataPoints.map((point) => ({ ...times, ...point })) },
});
const exportOf = (...resources: object[][]) => ({
  resourceMetrics: resources.map((metrics) => ({ scopeMetrics: [{ metrics }] })),
});
const read = (request: object) => readOtlp(otlpRequestSchema.parse(request), { spanMs: 10_000 });

describe("metrics of OpenTelemetry", () => {
  it("give rate, errors and latency from the durations of requests", () => {
    const { rows, refused } = read(
      exportOf([requests([requestsPoint(200, 190), requestsPoint(500, 10, 1)])]),
    );
    expect(refused.size).toBe(0);
    expect(rows).toEqual([
      {
        at: START_MS + 10_000,
        metrics: {
          requests_per_sec: 20,
          error_rate: 0.05,
          latency_p95: 100,
          cpu_usage: null,
          memory_usage: null,
        },
      },
    ]);
  });

  it("count answers of 500 and above as errors, and failures without an answer, but not 404", () => {
    const failed = { ...requestsPoint(200, 5), attributes: [text("error.type", "timeout")] };
    const { rows } = read(exportOf([requests([requestsPoint(404, 5), requestsPoint(503, 5), failed])]));
    expect(rows[0]?.metrics.error_rate).toBeCloseTo(10 / 15);
  });

  it("read older names in milliseconds", () => {
    const old = {
      ...requests([{ ...requestsPoint(200, 100), explicitBounds: BOUNDS.map((bound) => bound * 1_000) }]),
      name: "http.server.duration",
    };
    expect(read(exportOf([old])).rows[0]?.metrics.latency_p95).toBeCloseTo(97.5);
  });

  it("read exponential histograms", () => {
    const point = {
      ...times,
      attributes: status(200),
      count: "100",
      scale: 0,
      zeroCount: "0",
      positive: { offset: -4, bucketCounts: ["100"] },
    };
    const metric = {
      name: "http.server.request.duration",
      exponentialHistogram: { aggregationTemporality: 1, dataPoints: [point] },
    };
    // All between 1/16 s and 1/8 s.
    expect(read(exportOf([metric])).rows[0]?.metrics.latency_p95).toBeCloseTo(62.5 + 0.95 * 62.5);
  });

  it("add up the instances of one export, and average their CPU and memory", () => {
    const instance = (count: number, cpu: number) => [
      requests([requestsPoint(200, count)]),
      gauge(
        "process.cpu.utilization",
        { asDouble: cpu / 2, attributes: [text("cpu.mode", "user")] },
        { asDouble: cpu / 2, attributes: [text("cpu.mode", "system")] },
      ),
      gauge(
        "system.memory.utilization",
        { asDouble: 0.3, attributes: [text("state", "used")] },
        { asDouble: 0.7, attributes: [text("state", "free")] },
      ),
    ];
    const [row] = read(exportOf(instance(100, 0.2), instance(300, 0.4))).rows;
    expect(row?.metrics.requests_per_sec).toBe(40);
    expect(row?.metrics.cpu_usage).toBeCloseTo(0.3);
    expect(row?.metrics.memory_usage).toBeCloseTo(0.3);
  });

  it("read a machine's CPU by what was not idle", () => {
    const cpu = gauge(
      "system.cpu.utilization",
      { asDouble: 0.8, attributes: [text("cpu.mode", "idle")] },
      { asDouble: 0.15, attributes: [text("cpu.mode", "user")] },
    );
    expect(read(exportOf([cpu])).rows[0]?.metrics.cpu_usage).toBeCloseTo(0.2);
  });

  it("prefer what the service says in our own names", () => {
    const [row] = read(
      exportOf([
        requests([requestsPoint(200, 10)]),
        gauge("seqpulse.latency_p95", { asDouble: 7 }),
        gauge("seqpulse.cpu_usage", { asInt: "1" }),
        gauge("process.cpu.utilization", { asDouble: 0.2 }),
      ]),
    ).rows;
    expect(row?.metrics).toMatchObject({ latency_p95: 7, cpu_usage: 1, requests_per_sec: 1 });
  });

  it("are refused with the reason where they say nothing of now", () => {
    const { rows, refused } = read(
      exportOf([
        requests([requestsPoint(200, 10)], { aggregationTemporality: 2 }),
        requests([{ ...requestsPoint(200, 10), startTimeUnixNano: undefined }, { count: "x" }]),
      ]),
    );
    expect(rows).toEqual([]);
    expect(Object.fromEntries(refused)).toEqual({
      cumulative_temporality: 1,
      no_interval: 1,
      invalid_point: 1,
    });
  });

  it("that nobody has heard of are ignored, and what is not there is no zero", () => {
    expect(read(exportOf([gauge("queue.depth", { asInt: "5" })]))).toEqual({ rows: [], refused: new Map() });
    expect(read(exportOf([requests([])])).rows).toEqual([]);
    const [idle] = read(exportOf([requests([{ ...requestsPoint(200, 0) }])])).rows;
    expect(idle?.metrics).toMatchObject({ requests_per_sec: 0, error_rate: null, latency_p95: null });
  });

  it("give the same samples when they are sent again, one for each span of time", () => {
    const at = (ms: number) =>
      gauge("seqpulse.cpu_usage", { asDouble: 0.1, timeUnixNano: nanos(START_MS + ms) });
    const request = exportOf([at(1_000), at(9_999), at(10_000), at(25_000)]);
    expect(read(request).rows.map((row) => row.at - START_MS)).toEqual([9_999, 10_000, 25_000]);
    expect(read(request)).toEqual(read(request));
  });
});

describe("a quantile of buckets", () => {
  it("lies where Prometheus puts it", () => {
    const buckets = [
      { lower: 0, upper: 10, count: 50 },
      { lower: 10, upper: 20, count: 50 },
    ];
    expect(quantileOf(buckets, 0.95)).toBeCloseTo(19);
    expect(quantileOf(buckets, 0.5)).toBeCloseTo(10);
    expect(quantileOf([{ lower: 20, upper: Number.POSITIVE_INFINITY, count: 1 }], 0.95)).toBe(20);
    expect(quantileOf([], 0.95)).toBeUndefined();
  });

  it("is found among as many buckets as a body may hold", () => {
    const buckets = Array.from({ length: 200_000 }, (_, lower) => ({ lower, upper: lower + 1, count: 1 }));
    expect(quantileOf(buckets, 0.95)).toBeCloseTo(190_000);
  });

  it("lies within the intervals, grows with its share, and does not care how they are cut", () => {
    const interval = fc
      .tuple(
        fc.integer({ min: 0, max: 100 }),
        fc.integer({ min: 1, max: 50 }),
        fc.integer({ min: 1, max: 9 }),
      )
      .map(([lower, width, count]) => ({ lower, upper: lower + width, count }));
    fc.assert(
      fc.property(
        fc.array(interval, { minLength: 1, maxLength: 8 }),
        fc.double({ min: 0.05, max: 0.95, noNaN: true }),
        (intervals, q) => {
          const value = quantileOf(intervals, q) ?? Number.NaN;
          expect(value).toBeGreaterThanOrEqual(Math.min(...intervals.map(({ lower }) => lower)));
          expect(value).toBeLessThanOrEqual(Math.max(...intervals.map(({ upper }) => upper)));
          expect(quantileOf(intervals, q + 0.05)).toBeGreaterThanOrEqual(value - 1e-9);
          const halves = intervals.flatMap(({ lower, upper, count }) => {
            const middle = (lower + upper) / 2;
            return [
              { lower, upper: middle, count: count / 2 },
              { lower: middle, upper, count: count / 2 },
            ];
          });
          expect(quantileOf(halves, q)).toBeCloseTo(value, 6);
        },
      ),
    );
  });
});
