import { describe, expect, it } from "vitest";
import { evaluate } from "../evaluate.js";
import { DICTIONARIES, renderMessage } from "../messages/render-message.js";
import type { VerdictLocale } from "../messages/message-key.js";
import type { Fault } from "../testing/synthetic-deployment.js";
import { FAULTS, syntheticDeployment } from "../testing/synthetic-deployment.js";

const both =
  (...faults: Fault[]): Fault =>
  (row, position) =>
    Object.assign({}, ...faults.map((fault) => fault(row, position)));

const codesOf = (fault: Fault, extra = {}) =>
  evaluate({ ...syntheticDeployment({ seed: 17, fault }), ...extra }).hints.map(({ code }) => code);

const busier: Fault = ({ requests_per_sec }) => ({ requests_per_sec: (requests_per_sec ?? 0) * 2 });
const leak: Fault = ({ memory_usage }, i) => ({ memory_usage: (memory_usage ?? 0) + 0.02 * i });
const full: Fault = () => ({ memory_usage: 0.93 });
const faster: Fault = ({ latency_p95 }) => ({ latency_p95: (latency_p95 ?? 0) / 2 });
const coldOnly: Fault = ({ latency_p95 }, i) => ({ latency_p95: (latency_p95 ?? 0) * (i < 14 ? 6 : 1) });
const later: Fault = (row, i) => (i < 12 ? {} : FAULTS.errors(row, i));

describe("hints", () => {
  it.each<[string, Fault, string]>([
    ["errors", FAULTS.errors, "high_errors"],
    ["errors and latency", both(FAULTS.errors, FAULTS.latency), "service_degradation"],
    ["latency and CPU", both(FAULTS.latency, FAULTS.cpu), "compute_saturation"],
    ["errors and lost traffic", both(FAULTS.errors, FAULTS.traffic), "partial_outage"],
    ["errors and more traffic", both(FAULTS.errors, busier), "retry_storm"],
    ["latency", FAULTS.latency, "high_latency"],
    ["latency with flat CPU", FAULTS.latency, "slow_dependency"],
    ["lost traffic", FAULTS.traffic, "traffic_below_baseline"],
    ["CPU", FAULTS.cpu, "cpu_spike"],
    ["CPU alone", FAULTS.cpu, "users_unaffected"],
    ["growing memory", leak, "memory_leak"],
    ["full memory", full, "memory_above_limit"],
    ["faster answers", faster, "latency_improved"],
    ["a slow start", coldOnly, "cold_start_only"],
    ["errors all along", FAULTS.errors, "persistent_breach"],
    ["errors from the start", FAULTS.errors, "started_with_deployment"],
    ["errors after a while", later, "started_later"],
    ["errors with flat resources", FAULTS.errors, "resources_steady"],
  ])("name the cause of %s", (_, fault, code) => {
    expect(codesOf(fault)).toContain(code);
  });

  it("tell a failed pipeline with healthy metrics from one with worse ones", () => {
    expect(codesOf(() => ({}), { pipeline: "failed" })).toContain("pipeline_failed_healthy");
    expect(codesOf(FAULTS.errors, { pipeline: "failed" })).toContain("pipeline_failed_degraded");
  });

  it("do not turn a failed pipeline into a rollback", () => {
    const verdict = evaluate({ ...syntheticDeployment({ seed: 17 }), pipeline: "failed" });
    expect(verdict.state).toBe("ok");
  });

  it("come most severe first", () => {
    const { hints } = evaluate(syntheticDeployment({ seed: 17, fault: both(FAULTS.errors, FAULTS.latency) }));
    const order = hints.map(({ severity }) => ["critical", "warning", "info"].indexOf(severity));
    expect(order).toEqual([...order].sort((a, b) => a - b));
  });

  it("do not contradict each other or the verdict", () => {
    for (const fault of [...Object.values(FAULTS), leak, coldOnly, later]) {
      const { state, hints } = evaluate(syntheticDeployment({ seed: 23, fault }));
      const codes = new Set(hints.map(({ code }) => code));
      expect(codes.has("slow_dependency") && codes.has("compute_saturation")).toBe(false);
      expect(codes.has("started_with_deployment") && codes.has("started_later")).toBe(false);
      expect(codes.has("high_latency") && codes.has("latency_improved")).toBe(false);
      const actions = hints.flatMap((hint) => hint.actions.map(({ key }) => key));
      if (state !== "rollback_recommended") expect(actions).not.toContain("action.roll_back");
    }
  });

  it.each(Object.keys(DICTIONARIES) as VerdictLocale[])("leave no placeholder open in %s", (locale) => {
    for (const fault of [...Object.values(FAULTS), leak, coldOnly, later]) {
      const { hints, reasons, perMetric } = evaluate(syntheticDeployment({ seed: 29, fault }));
      const texts = [
        ...hints.flatMap(({ title, cause, actions }) => [title, cause, ...actions]),
        ...reasons,
        ...Object.values(perMetric).map(({ wouldChange }) => wouldChange),
      ].map(({ key, params }) => renderMessage(locale, key, params));
      for (const text of texts) expect(text).not.toMatch(/[{}]|NaN|undefined/);
    }
  });
});
