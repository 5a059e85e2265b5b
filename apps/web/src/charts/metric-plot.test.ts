import { createElement } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import { expect, it } from "vitest";
import { METRICS } from "@/features/deployments/use-metric-format";
import messages from "../../messages/en.json" with { type: "json" };
import { MetricPlot } from "./metric-plot";

const FROM_MS = Date.UTC(2026, 2, 1, 12, 0);
const minute = (count: number) => FROM_MS + count * 60_000;

const render = (limit: number | null) =>
  renderToStaticMarkup(
    createElement(MetricPlot, {
      label: "Latency",
      points: [0, 2, 4, 6, 8].map((at) => ({ atMs: minute(at), value: at === 6 ? null : 100 + at })),
      range: { fromMs: FROM_MS, toMs: minute(10) },
      phases: { startedMs: minute(3), finishedMs: minute(5), observeUntilMs: minute(10) },
      ticks: [{ atMs: minute(5), label: "12:05" }],
      formatValue: String,
      before: 101,
      after: 105,
      limit,
    }),
  );

it("defect 10: shows a metric over its time, with the deployment, its observation and the limit", () => {
  const markup = render(150);
  expect(markup).toContain("12:05");
  expect(markup).toMatch(/bg-warning-soft[^>]*left:30%;width:20%/);
  expect(markup).toMatch(/bg-seqpulse-soft[^>]*left:50%;width:50%/);
  expect(markup).toMatch(/border-dashed[^>]*left:30%/);
  expect(markup).toMatch(/stroke-warning/);
  // The sample that is missing breaks the line and is marked, where a line through it would tell of one.
  expect(markup).toMatch(/hatched[^>]*left:calc\(60% - /);
  expect(render(null)).not.toMatch(/stroke-warning/);
  // So far away that the lines would lie flat.
  expect(render(10_000)).not.toMatch(/stroke-warning/);
});

it("defect 10: there is a chart of each of the five metrics", () => {
  expect([...METRICS].sort()).toEqual([
    "cpu_usage",
    "error_rate",
    "latency_p95",
    "memory_usage",
    "requests_per_sec",
  ]);
  expect(Object.keys(messages.metrics.name).sort()).toEqual([...METRICS].sort());
});
