"use client";

import { useFormatter, useTranslations } from "next-intl";
import { useMemo } from "react";
import type { MetricName } from "@/api/types";

export const METRICS: readonly MetricName[] = [
  "latency_p95",
  "error_rate",
  "requests_per_sec",
  "cpu_usage",
  "memory_usage",
];

/** Values and differences of the five metrics in words: with unit, sign, and the reader's separators. */
export function useMetricFormat() {
  const format = useFormatter();
  const t = useTranslations("metrics");
  return useMemo(() => {
    const percent = (value: number, digits: number) =>
      format.number(value, { style: "percent", maximumFractionDigits: digits });
    const value = (metric: MetricName, amount: number): string => {
      switch (metric) {
        case "latency_p95":
          return format.number(amount, {
            style: "unit",
            unit: "millisecond",
            maximumFractionDigits: amount !== 0 && Math.abs(amount) < 10 ? 1 : 0,
          });
        case "requests_per_sec":
          return t("perSecond", {
            value: format.number(amount, { maximumFractionDigits: Math.abs(amount) < 100 ? 1 : 0 }),
          });
        case "error_rate":
          return percent(amount, amount !== 0 && Math.abs(amount) < 0.1 ? 2 : 1);
        case "cpu_usage":
        case "memory_usage":
          return percent(amount, 1);
      }
    };
    const isShare = (metric: MetricName) => metric !== "latency_p95" && metric !== "requests_per_sec";
    /** A difference in the metric's unit, with its sign; of shares in points. */
    const difference = (metric: MetricName, amount: number): string => {
      if (!isShare(metric)) return (amount > 0 ? "+" : "") + value(metric, amount);
      const points = format.number(amount * 100, { maximumFractionDigits: 2, signDisplay: "exceptZero" });
      return t("points", { value: points });
    };
    /** A difference in the metric's unit: as points for shares, else as a share of the level before, where there is one. */
    const change = (metric: MetricName, amount: number, before: number | null): string => {
      if (!isShare(metric) && before !== null && before > 0) {
        return format.number(amount / before, {
          style: "percent",
          maximumFractionDigits: 1,
          signDisplay: "exceptZero",
        });
      }
      return difference(metric, amount);
    };
    return { value, change, difference };
  }, [format, t]);
}
