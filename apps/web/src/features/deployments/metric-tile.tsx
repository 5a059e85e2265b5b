"use client";

import {
  ArrowDownRight,
  ArrowRight,
  BellOff,
  CircleHelp,
  type LucideIcon,
  TriangleAlert,
  TrendingUp,
} from "lucide-react";
import { useTranslations } from "next-intl";
import type { MetricFinding, MetricName, Sample } from "@/api/types";
import { type DeploymentPhases, MetricPlot } from "@/charts/metric-plot";
import type { TimeRange } from "@/charts/time-scale";
import { Badge, type Tone } from "@/components/ui/badge";
import { useMetricFormat } from "./use-metric-format";

const stateLooks: Record<MetricFinding["state"], { tone: Tone; icon: LucideIcon }> = {
  ok: { tone: "neutral", icon: ArrowRight },
  improved: { tone: "ok", icon: ArrowDownRight },
  regressed: { tone: "danger", icon: TrendingUp },
  went_away: { tone: "warning", icon: TriangleAlert },
  pre_existing: { tone: "warning", icon: TriangleAlert },
  inconclusive: { tone: "unsure", icon: CircleHelp },
  silent: { tone: "unsure", icon: CircleHelp },
  missing: { tone: "unsure", icon: CircleHelp },
  muted: { tone: "neutral", icon: BellOff },
};

type MetricTileProps = {
  metric: MetricName;
  finding: MetricFinding | undefined;
  samples: readonly Sample[];
  range: TimeRange;
  phases: DeploymentPhases;
  ticks: ReadonlyArray<{ atMs: number; label: string }>;
  cursorMs: number | undefined;
  onCursor: (atMs: number | undefined) => void;
};

/** One metric: what it was, what it is, how far that is from chance, and every sample behind it. */
export function MetricTile({
  metric,
  finding,
  samples,
  range,
  phases,
  ticks,
  cursorMs,
  onCursor,
}: MetricTileProps) {
  const t = useTranslations("metrics");
  const format = useMetricFormat();
  const points = samples.map((it) => ({ atMs: Date.parse(it.at), value: it[metric], leftOut: it.leftOut }));
  const atCursor = cursorMs === undefined ? undefined : findNearest(points, cursorMs);
  const missing = points.filter((it) => it.value === null).length;
  return (
    <section
      aria-label={t(`name.${metric}`)}
      className="border-line border-t px-5 pt-4 pb-3 first:border-t-0"
    >
      <div className="mb-3 flex min-h-19 flex-wrap content-start items-start justify-between gap-x-6 gap-y-1.5 sm:min-h-12">
        <div className="flex min-h-6 items-center gap-2.5">
          <h3 className="font-medium text-sm">{t(`name.${metric}`)}</h3>
          {finding ? <Badge {...stateLooks[finding.state]}>{t(`state.${finding.state}`)}</Badge> : null}
        </div>
        <div className="text-sm sm:text-right">
          {atCursor ? (
            <p className="num">
              {atCursor.value === null ? t("missingSample") : format.value(metric, atCursor.value)}
            </p>
          ) : (
            <Change metric={metric} finding={finding} />
          )}
        </div>
      </div>
      <MetricPlot
        label={t("plot", { metric: t(`name.${metric}`), samples: points.length - missing, missing })}
        points={points}
        range={range}
        phases={phases}
        ticks={ticks}
        formatValue={(value) => format.value(metric, value)}
        before={finding?.before}
        after={finding?.after}
        limit={limitOf(finding)}
        cursorMs={cursorMs}
        onCursor={onCursor}
      />
      {finding && finding.state !== "ok" ? (
        <p className="mt-2 max-w-prose text-ink-soft text-xs">{finding.wouldChange.text}</p>
      ) : null}
    </section>
  );
}

/** The level that would change the verdict. */
function limitOf(finding: MetricFinding | undefined): number | null {
  const level = finding?.wouldChange.params["level"];
  return typeof level === "number" ? level : null;
}

function Change({ metric, finding }: { metric: MetricName; finding: MetricFinding | undefined }) {
  const t = useTranslations("metrics");
  const format = useMetricFormat();
  if (!finding || (finding.before === null && finding.after === null)) {
    return <p className="text-ink-faint">{t("notYet")}</p>;
  }
  const show = (value: number | null) => (value === null ? t("none") : format.value(metric, value));
  const { shift, smallestChange: least } = finding;
  const change = (amount: number) => format.change(metric, amount, finding.before);
  return (
    <>
      <p className="num">
        <span className="sr-only">{t("beforeAfter")}</span>
        <span className="text-ink-soft">{show(finding.before)}</span>
        <span aria-hidden className="mx-1.5 text-ink-faint">
          {"→"}
        </span>
        <span className="sr-only">{t("to")}</span>
        <span className="font-semibold">{show(finding.after)}</span>
        {shift ? (
          <span className="ml-2.5 text-ink-soft">
            {change(shift.absolute)}{" "}
            <span className="text-ink-faint">
              {t("interval", {
                low: change(shift.low),
                high: change(shift.high),
              })}
            </span>
          </span>
        ) : null}
      </p>
      <p className="text-ink-faint text-xs">
        {least !== null && shift ? `${t("least", { value: change(least) })} · ` : null}
        {finding.breachSamples > 0
          ? t("breach", { breach: finding.breachSamples, after: finding.samples.post })
          : t("counts", { before: finding.samples.pre, after: finding.samples.post })}
      </p>
    </>
  );
}

function findNearest<T extends { atMs: number }>(points: readonly T[], atMs: number): T | undefined {
  let nearest: T | undefined;
  for (const point of points) {
    if (!nearest || Math.abs(point.atMs - atMs) < Math.abs(nearest.atMs - atMs)) nearest = point;
  }
  return nearest;
}
