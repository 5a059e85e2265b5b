import { Registry } from "prom-client";
import { expect, it } from "vitest";
import { LATENESS_BOUNDS_SECONDS, LatenessGauges } from "./lateness-gauges.js";

const valuesOf = async (registry: Registry): Promise<Map<string, number>> =>
  new Map(
    (await registry.metrics())
      .split("\n")
      .filter((line) => line !== "" && !line.startsWith("#"))
      .map((line) => [line.slice(0, line.lastIndexOf(" ")), Number(line.slice(line.lastIndexOf(" ") + 1))]),
  );

it("buckets count everything up to their bound, by kind and over all", async () => {
  const registry = new Registry();
  new LatenessGauges(registry).set([
    { kind: "commit", bucket: 0, count: 3, totalMs: 9 },
    { kind: "commit", bucket: LATENESS_BOUNDS_SECONDS.length, count: 1, totalMs: 700_000 },
    { kind: "verify", bucket: 2, count: 2, totalMs: 24 },
  ]);
  expect(Object.fromEntries(await valuesOf(registry))).toMatchObject({
    'pulsekeep_run_lateness_seconds_bucket{le="0.005"}': 3,
    'pulsekeep_run_lateness_seconds_bucket{le="0.01"}': 3,
    'pulsekeep_run_lateness_seconds_bucket{le="0.015"}': 5,
    'pulsekeep_run_lateness_seconds_bucket{le="600"}': 5,
    'pulsekeep_run_lateness_seconds_bucket{le="+Inf"}': 6,
    pulsekeep_run_lateness_seconds_count: 6,
    pulsekeep_run_lateness_seconds_sum: 700.033,
    'seqpulse_scheduler_job_start_delay_seconds_bucket{le="600",job_type="commit"}': 3,
    'seqpulse_scheduler_job_start_delay_seconds_count{job_type="verify"}': 2,
  });
});

it("show nothing when the ledger could not be read, and no kind that is gone", async () => {
  const registry = new Registry();
  const gauges = new LatenessGauges(registry);
  gauges.set([{ kind: "commit", bucket: 0, count: 3, totalMs: 9 }]);
  gauges.set([]);
  const quiet = await valuesOf(registry);
  expect(quiet.get("pulsekeep_run_lateness_seconds_count")).toBe(0);
  expect([...quiet.keys()].filter((name) => name.includes("job_type"))).toEqual([]);
  gauges.set(undefined);
  expect(await valuesOf(registry)).toEqual(new Map());
});
