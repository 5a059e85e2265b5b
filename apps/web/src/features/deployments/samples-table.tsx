"use client";

import { ChevronRight, Download } from "lucide-react";
import { useTranslations } from "next-intl";
import { useState } from "react";
import type { Sample } from "@/api/types";
import { Instant } from "@/components/instant";
import { Reason } from "@/components/reason";
import { Button } from "@/components/ui/button";
import { Table, Td, Th } from "@/components/ui/table";
import { METRICS, useMetricFormat } from "./use-metric-format";

type SamplesTableProps = { deploymentId: string; samples: readonly Sample[] };

/** Every sample as numbers: for those who do not see the charts, and for those who want to check them. */
export function SamplesTable({ deploymentId, samples }: SamplesTableProps) {
  const t = useTranslations("deployment.samples");
  const metrics = useTranslations("metrics");
  const format = useMetricFormat();
  const exports = useTranslations("deployments.export");
  const [open, setOpen] = useState(false);
  return (
    <details className="group border-line border-t" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary className="-outline-offset-2 flex list-none items-center gap-2 px-5 py-3 font-medium text-ink-soft text-sm hover:text-ink [&::-webkit-details-marker]:hidden">
        <ChevronRight aria-hidden className="size-4 transition-transform group-open:rotate-90" />
        {t("show", { count: samples.length })}
      </summary>
      {open ? (
        <>
          <div className="px-5 pb-3">
            <Button asChild size="sm">
              <a href={`/api/v1/deployments/${deploymentId}/samples.csv`} download>
                <Download aria-hidden />
                {exports("csv")}
              </a>
            </Button>
          </div>
          <Table label={t("label")}>
            <thead>
              <tr>
                <Th>{t("at")}</Th>
                <Th>{t("phase")}</Th>
                {METRICS.map((metric) => (
                  <Th key={metric} className="text-right">
                    {metrics(`name.${metric}`)}
                  </Th>
                ))}
              </tr>
            </thead>
            <tbody>
              {samples.map((sample) => (
                <tr key={sample.at}>
                  <Td className="num whitespace-nowrap py-1.5">
                    <Instant at={sample.at} as="timeSeconds" />
                  </Td>
                  <Td className="py-1.5 text-ink-soft">
                    {t(`phases.${sample.leftOut ? "leftOut" : sample.phase}`)}
                  </Td>
                  {sample.missing ? (
                    <Td colSpan={METRICS.length} className="py-1.5 text-ink-soft">
                      {t("missing")} <Reason code={sample.missing} />
                    </Td>
                  ) : (
                    METRICS.map((metric) => {
                      const value = sample[metric];
                      return (
                        <Td key={metric} className="num whitespace-nowrap py-1.5 text-right">
                          {value === null ? metrics("none") : format.value(metric, value)}
                        </Td>
                      );
                    })
                  )}
                </tr>
              ))}
            </tbody>
          </Table>
        </>
      ) : null}
    </details>
  );
}
