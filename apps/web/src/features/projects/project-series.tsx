"use client";

import { useQuery } from "@tanstack/react-query";
import { useFormatter, useTranslations } from "next-intl";
import { useMemo, useState } from "react";
import { queries, SERIES_SPANS, type SeriesSpan } from "@/api/queries";
import type { ProjectSeries as Series } from "@/api/types";
import { MetricPlot } from "@/charts/metric-plot";
import { getClockStyle, getTimeTicks } from "@/charts/time-scale";
import { ErrorState } from "@/components/error-state";
import { Section } from "@/components/ui/card";
import { Field, Select } from "@/components/ui/field";
import { Skeleton } from "@/components/ui/skeleton";
import { METRICS, useMetricFormat } from "../deployments/use-metric-format";

/** What a project measured over a day, a week, a month or a year. */
export function ProjectSeries({ projectId }: { projectId: string }) {
  const t = useTranslations("project.series");
  const [span, setSpan] = useState<SeriesSpan>("day");
  const series = useQuery(queries.series(projectId, span));
  return (
    <Section
      title={t("title")}
      hint={
        series.data
          ? t("step", { minutes: Math.max(1, Math.round(series.data.stepSeconds / 60)) })
          : undefined
      }
      action={
        <Field label={t("span")} labelHidden className="w-36">
          <Select
            value={span}
            onChange={(e) => setSpan(SERIES_SPANS.find((it) => it === e.target.value) ?? "day")}
          >
            {SERIES_SPANS.map((it) => (
              <option key={it} value={it}>
                {t(`spans.${it}`)}
              </option>
            ))}
          </Select>
        </Field>
      }
    >
      {series.isPending ? <Skeleton className="h-64" /> : null}
      {series.isError ? (
        <ErrorState error={series.error} onRetry={() => void series.refetch()} retrying={series.isFetching} />
      ) : null}
      {series.data?.points.length === 0 ? <p className="text-ink-soft text-sm">{t("empty")}</p> : null}
      {series.data && series.data.points.length > 0 ? <Plots series={series.data} /> : null}
    </Section>
  );
}

function Plots({ series }: { series: Series }) {
  const t = useTranslations("metrics");
  const format = useFormatter();
  const metricFormat = useMetricFormat();
  const stepMs = series.stepSeconds * 1_000;
  const range = useMemo(() => rangeOf(series), [series]);
  const { ticksMs, stepMs: tickMs } = getTimeTicks(range, 5);
  const clock = getClockStyle(tickMs);
  const ticks = ticksMs.map((atMs) => ({ atMs, label: format.dateTime(new Date(atMs), clock) }));
  const missing = series.points.reduce((sum, point) => sum + point.missing, 0);
  const samples = series.points.reduce((sum, point) => sum + point.samples, 0);
  return (
    <div className="flex flex-col gap-6">
      {METRICS.map((metric) => (
        <div key={metric}>
          <h3 className="mb-3.5 font-medium text-sm">{t(`name.${metric}`)}</h3>
          <MetricPlot
            label={t("plot", { metric: t(`name.${metric}`), samples, missing })}
            points={withGaps(
              series.points.map((point) => ({ atMs: Date.parse(point.at), value: point[metric].mean })),
              stepMs,
            )}
            range={range}
            // All of it is baseline: no deployment is singled out.
            phases={{ startedMs: range.toMs, finishedMs: null, observeUntilMs: null }}
            ticks={ticks}
            formatValue={(value) => metricFormat.value(metric, value)}
          />
        </div>
      ))}
    </div>
  );
}

type Point = { atMs: number; value: number | null };

/** Where nothing was measured the line ends: a point without value for each step of a hole. */
function withGaps(points: readonly Point[], stepMs: number): Point[] {
  return points.flatMap((point, index) => {
    const before = points[index - 1];
    const missing = before === undefined ? 0 : Math.round((point.atMs - before.atMs) / stepMs) - 1;
    const hole = Array.from({ length: Math.max(0, missing) }, (_, step) => ({
      atMs: point.atMs - (missing - step) * stepMs,
      value: null,
    }));
    return [...hole, point];
  });
}

function rangeOf({ points, stepSeconds }: Series) {
  const fromMs = Date.parse(points[0]?.at ?? "");
  const toMs = Date.parse(points.at(-1)?.at ?? "");
  return { fromMs, toMs: Math.max(toMs, fromMs + stepSeconds * 1_000) };
}
