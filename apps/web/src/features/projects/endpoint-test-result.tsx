"use client";

import { CircleCheck, CircleX } from "lucide-react";
import { useTranslations } from "next-intl";
import type { components } from "@/api/schema.gen";
import { Reason } from "@/components/reason";
import { useMetricFormat } from "../deployments/use-metric-format";

type EndpointTest = components["schemas"]["EndpointTest"];

type EndpointTestResultProps = {
  result: EndpointTest;
  /** Whether it was only tried out, and nothing is kept. */
  tried?: boolean;
};

/** What the endpoint answered: its five numbers, or what is wrong. */
export function EndpointTestResult({ result, tried = false }: EndpointTestResultProps) {
  const t = useTranslations("integration.endpoint");
  const names = useTranslations("metrics.name");
  const format = useMetricFormat();
  if (!result.ok) {
    return (
      <div role="status" className="mt-4 flex gap-3 rounded-md bg-danger-soft px-4 py-3 text-danger text-sm">
        <CircleX aria-hidden className="mt-0.5 size-4 shrink-0" />
        <div className="min-w-0">
          <p className="font-medium">{t("failed")}</p>
          <p className="break-words">
            {result.errorCode ? <Reason code={result.errorCode} /> : null}
            {result.errorDetail ? ` · ${result.errorDetail}` : null}
          </p>
        </div>
      </div>
    );
  }
  const { sample } = result;
  const rows = sample
    ? ([
        ["latency_p95", sample.latencyP95Ms],
        ["error_rate", sample.errorRate],
        ["requests_per_sec", sample.requestsPerSec],
        ["cpu_usage", sample.cpuUsage],
        ["memory_usage", sample.memoryUsage],
      ] as const)
    : [];
  return (
    <div role="status" className="mt-4 rounded-md bg-ok-soft px-4 py-3 text-sm">
      <p className="flex items-center gap-2 font-medium text-ok">
        <CircleCheck aria-hidden className="size-4" />
        {t(tried ? "answered" : "passed")}
      </p>
      <dl className="mt-2 grid grid-cols-2 gap-x-5 gap-y-1 sm:grid-cols-5">
        {rows.map(([metric, value]) => (
          <div key={metric}>
            <dt className="text-ink-soft text-xs">{names(metric)}</dt>
            <dd className="num">{value === null ? t("notMeasured") : format.value(metric, value)}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}
