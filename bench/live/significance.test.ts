import { describe, expect, it } from "vitest";
import { type Fault, FAULTS, type Sample, TRACES } from "./faults.ts";
import { significantAt } from "./significance.ts";

const usual: Sample = {
  requests_per_sec: 30,
  latency_p95: 10,
  error_rate: 0,
  cpu_usage: 0.1,
  memory_usage: 0.1,
};
/** Alternates by a tenth around the usual. */
const baseline = Array.from({ length: 30 }, (_, i): Sample => {
  const factor = i % 2 === 0 ? 0.9 : 1.1;
  return { ...usual, requests_per_sec: 30 * factor, latency_p95: 10 * factor, cpu_usage: 0.1 * factor };
});
const times = (count: number, sample: Partial<Sample>): Sample[] =>
  Array.from({ length: count }, () => ({ ...usual, ...sample }));
const at = (fault: Fault, observed: Sample[]) =>
  significantAt(TRACES[fault], { baseline, observed, stepSeconds: 2 });

describe("where a fault becomes significant", () => {
  it("is nowhere for the usual", () => {
    for (const fault of FAULTS) expect(at(fault, baseline)).toBeUndefined();
  });

  it("is the first sample for failures and lost traffic that leave no doubt", () => {
    expect(at("errors", times(5, { error_rate: 0.1 }))).toBe(1);
    expect(at("traffic", times(5, { requests_per_sec: 12 }))).toBe(1);
  });

  it("is later where one sample could be chance", () => {
    expect(at("errors", times(9, { error_rate: 1 / 60 }))).toBe(6);
    expect(at("traffic", times(9, { requests_per_sec: 24 }))).toBe(4);
  });

  it("is never within the cold start, which slows every version", () => {
    expect(at("latency", times(5, { latency_p95: 200 }))).toBe(3);
    expect(at("cpu", times(5, { cpu_usage: 0.9 }))).toBe(3);
    expect(at("latency", [...times(2, { latency_p95: 200 }), ...times(8, {})])).toBeUndefined();
  });

  it("is when it begins, where it begins late", () => {
    expect(at("latency", [...times(9, {}), ...times(3, { latency_p95: 40 })])).toBeGreaterThan(9);
  });

  it("is nowhere for a change too small to matter, however sure", () => {
    expect(at("cpu", times(200, { cpu_usage: 0.14 }))).toBeUndefined();
    expect(at("traffic", times(200, { requests_per_sec: 27 }))).toBeUndefined();
  });
});
