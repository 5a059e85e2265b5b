"use client";

import { useFormatter, useTranslations } from "next-intl";
import type { HintEvidence } from "@/api/types";
import { useMetricFormat } from "./use-metric-format";

/** The numbers behind a hint in words: each in its measure's unit, with the reader's separators. */
export function useEvidenceFormat() {
  const format = useFormatter();
  const t = useTranslations("deployment.evidence");
  const metrics = useTranslations("metrics");
  const ofMetric = useMetricFormat();
  const share = (amount: number, signDisplay: "auto" | "exceptZero" = "auto") =>
    format.number(amount, { style: "percent", maximumSignificantDigits: 3, signDisplay });
  return {
    share,
    nameOf: (measure: HintEvidence["measure"]): string =>
      isOwn(measure) ? t(`measure.${measure}`) : metrics(`name.${measure}`),
    value: ({ measure }: HintEvidence, amount: number): string => {
      switch (measure) {
        case "coverage":
        case "breach_share":
          return share(amount);
        case "memory_growth":
          return t("perHour", { value: format.number(amount * 100, { maximumFractionDigits: 1 }) });
        case "onset":
          return format.number(amount, { style: "unit", unit: "second", maximumFractionDigits: 0 });
        case "baseline_samples":
        case "requests":
          return format.number(amount, { maximumFractionDigits: 0 });
        default:
          return ofMetric.value(measure, amount);
      }
    },
    difference: ({ measure }: HintEvidence, amount: number): string =>
      isOwn(measure) ? format.number(amount) : ofMetric.difference(measure, amount),
    times: (ratio: number): string =>
      t("times", { value: format.number(ratio, { maximumSignificantDigits: ratio < 1 ? 2 : 3 }) }),
  };
}

const OWN = ["memory_growth", "breach_share", "onset", "coverage", "baseline_samples", "requests"] as const;
type Own = (typeof OWN)[number];

/** Measures that are no metric's level. */
const isOwn = (measure: HintEvidence["measure"]): measure is Own => OWN.some((own) => own === measure);
