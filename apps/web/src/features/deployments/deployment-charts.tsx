"use client";

import { useFormatter, useTranslations } from "next-intl";
import { type ReactNode, useMemo, useState } from "react";
import type { DeploymentDetail, Sample } from "@/api/types";
import type { DeploymentPhases } from "@/charts/metric-plot";
import { getClockStyle, getTimeTicks } from "@/charts/time-scale";
import { cn } from "@/components/ui/cn";
import { getTimelineRange } from "./deployment-timeline";
import { MetricTile } from "./metric-tile";
import { SamplesTable } from "./samples-table";
import { METRICS } from "./use-metric-format";

type DeploymentChartsProps = { deployment: DeploymentDetail; samples: readonly Sample[] };

/** All five metrics over one time axis, with one cursor that runs through them. */
export function DeploymentCharts({ deployment, samples }: DeploymentChartsProps) {
  const t = useTranslations("deployment");
  const format = useFormatter();
  const [cursorMs, setCursorMs] = useState<number>();
  const range = useMemo(() => getTimelineRange(deployment, samples), [deployment, samples]);
  const shown = useMemo(() => samples.filter(({ at }) => Date.parse(at) >= range.fromMs), [samples, range]);
  const { ticksMs, stepMs } = getTimeTicks(range, 5);
  const clock = getClockStyle(stepMs);
  const ticks = ticksMs.map((atMs) => ({ atMs, label: format.dateTime(new Date(atMs), clock) }));
  const phases: DeploymentPhases = {
    startedMs: Date.parse(deployment.startedAt),
    finishedMs: deployment.finishedAt === null ? null : Date.parse(deployment.finishedAt),
    observeUntilMs: deployment.observeUntil === null ? null : Date.parse(deployment.observeUntil),
  };
  return (
    <section
      aria-labelledby="measured"
      className="overflow-hidden rounded-lg border border-line bg-surface shadow-card"
    >
      <div className="flex flex-wrap items-center justify-between gap-x-6 gap-y-2 border-line border-b px-5 py-3.5">
        <h2 id="measured" className="font-semibold">
          {t("measured")}
        </h2>
        <p className="num min-h-5 text-ink-soft text-xs" aria-hidden>
          {cursorMs === undefined ? null : format.dateTime(new Date(cursorMs), getClockStyle(0))}
        </p>
        <Legend hasLeftOut={shown.some((it) => it.leftOut)} />
      </div>
      <div className="touch-pan-y">
        {METRICS.map((metric) => (
          <MetricTile
            key={metric}
            metric={metric}
            finding={deployment.verdict?.metrics.find((it) => it.metric === metric)}
            samples={shown}
            range={range}
            phases={phases}
            ticks={ticks}
            cursorMs={cursorMs}
            onCursor={setCursorMs}
          />
        ))}
      </div>
      <SamplesTable deploymentId={deployment.id} samples={samples} />
    </section>
  );
}

function Legend({ hasLeftOut }: { hasLeftOut: boolean }) {
  const t = useTranslations("deployment.legend");
  return (
    <ul aria-label={t("label")} className="flex flex-wrap items-center gap-x-4 gap-y-1 text-ink-soft text-xs">
      <Key look="border border-line bg-sunken">{t("baseline")}</Key>
      {hasLeftOut ? (
        <Key look="border border-line-strong border-dashed bg-surface">{t("leftOut")}</Key>
      ) : null}
      <Key look="border border-warning/40 bg-warning-soft">{t("deploying")}</Key>
      <Key look="border border-seqpulse/40 bg-seqpulse-soft">{t("observing")}</Key>
      <Key look="w-0! border-ink border-l-2 border-dashed">{t("deployLine")}</Key>
      <Key look="hatched border border-line">{t("missing")}</Key>
    </ul>
  );
}

function Key({ look, children }: { look: string; children: ReactNode }) {
  return (
    <li className="flex items-center gap-1.5">
      <span aria-hidden className={cn("h-3 w-3.5", look)} />
      {children}
    </li>
  );
}
