"use client";

import { useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { lazy, Suspense } from "react";
import { queries } from "@/api/queries";
import type { System } from "@/api/types";
import { ErrorState } from "@/components/error-state";
import { Instant } from "@/components/instant";
import { PageHeader } from "@/components/page-header";
import { Card, Section } from "@/components/ui/card";
import { cn } from "@/components/ui/cn";
import { Skeleton } from "@/components/ui/skeleton";
import { BacklogTable } from "./backlog-table";
import { LatenessHistogram } from "./lateness-histogram";
import { ProcessList } from "./process-list";
import { RunCounts } from "./run-counts";
import { StoreFacts } from "./store-facts";
import { StreamTable } from "./stream-table";
import { SystemWarnings } from "./system-warnings";
import { useMeasures } from "./use-measures";

const DeadLetterTable = lazy(() => import("./dead-letter-table"));

const REFRESH_MS = 5_000;

/** The health of the installation: totals, ages and states, and nothing of any user. */
export function SystemView() {
  const t = useTranslations("admin");
  const system = useQuery({ ...queries.system(), refetchInterval: REFRESH_MS });
  if (system.isPending) return <Skeleton className="h-96" />;
  if (!system.data) {
    return (
      <Card>
        <ErrorState error={system.error} onRetry={() => void system.refetch()} retrying={system.isFetching} />
      </Card>
    );
  }
  const it = system.data;
  return (
    <>
      <PageHeader
        title={t("title")}
        description={
          <span className={cn(system.isError && "text-danger")}>
            {t.rich(system.isError ? "stale" : "checked", {
              at: () => <Instant at={it.checkedAt} as="timeSeconds" />,
            })}
          </span>
        }
      />
      <div className="flex flex-col gap-5">
        <SystemWarnings warnings={it.warnings} />
        <Figures system={it} />
        <Section
          title={t("streams.title")}
          hint={t(`streams.${it.transport.kind}`)}
          bodyClassName="border-t border-line"
        >
          {it.transport.reachable ? (
            <StreamTable streams={it.streams} />
          ) : (
            <p className="p-5 text-danger text-sm">{t("streams.unreachable")}</p>
          )}
        </Section>
        {it.deadLetters.length > 0 ? (
          <Suspense fallback={null}>
            <DeadLetterTable letters={it.deadLetters} />
          </Suspense>
        ) : null}
        <div className="grid grid-cols-[minmax(0,1fr)] items-start gap-5 lg:grid-cols-2">
          <LatenessHistogram lateness={it.lateness} />
          <div className="flex min-w-0 flex-col gap-5">
            <RunCounts runs={it.runs} />
            <BacklogTable backlog={it.backlog} />
          </div>
        </div>
        <ProcessList roles={it.roles} processes={it.processes} />
        <StoreFacts database={it.database} redis={it.redis} />
      </div>
    </>
  );
}

function Figures({ system }: { system: System }) {
  const t = useTranslations("admin.figures");
  const { number, duration } = useMeasures();
  const { outbox, lateness, runs, streams } = system;
  const dead = streams.reduce((sum, { deadLetters }) => sum + deadLetters, 0);
  const missed = runs.endedLastDay.missed ?? 0;
  return (
    <ul className="grid grid-cols-2 gap-3 sm:gap-4 lg:grid-cols-4">
      <Figure name={t("lateness")} value={lateness.p99Ms === null ? t("none") : duration(lateness.p99Ms)}>
        {lateness.p50Ms === null || lateness.maxMs === null
          ? t("noRuns")
          : t("latenessMore", { p50: duration(lateness.p50Ms), max: duration(lateness.maxMs) })}
      </Figure>
      <Figure name={t("outbox")} value={number(outbox.length)}>
        {outbox.oldestAgeMs === null ? t("empty") : t("oldest", { age: duration(outbox.oldestAgeMs) })}
      </Figure>
      <Figure name={t("missed")} value={number(missed)} alarming={missed > 0}>
        {t("lastDay")}
      </Figure>
      <Figure name={t("deadLetters")} value={number(dead)} alarming={dead > 0}>
        {t("allStreams")}
      </Figure>
    </ul>
  );
}

type FigureProps = { name: string; value: string; alarming?: boolean; children: string };

const Figure = ({ name, value, alarming, children }: FigureProps) => (
  <li className="rounded-lg border border-line bg-surface p-4 shadow-card sm:p-5">
    <span className="block text-ink-soft text-sm">{name}</span>
    <span className={cn("figure mt-2 block font-medium text-2xl", alarming ? "text-danger" : "text-ink")}>
      {value}
    </span>
    <span className="mt-1 block text-ink-faint text-xs">{children}</span>
  </li>
);
