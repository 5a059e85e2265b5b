"use client";

import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Activity, CalendarClock, CircleCheck, Radio, Workflow } from "lucide-react";
import Link from "next/link";
import { useTimeZone, useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { queries } from "@/api/queries";
import type { Pulse, Worker } from "@/api/types";
import { ErrorState } from "@/components/error-state";
import { Instant, RelativeTime } from "@/components/instant";
import { PageList } from "@/components/page-list";
import { Button } from "@/components/ui/button";
import { Card, Section } from "@/components/ui/card";
import { EmptyState } from "@/components/ui/empty-state";
import { Skeleton } from "@/components/ui/skeleton";
import { writeZoneId } from "@/i18n/zone-id";
import { NextRun } from "../pulses/next-run";
import { RunTable } from "../pulses/run-table";
import { DayLeft } from "./day-left";

export function TodayView() {
  const pulses = useQuery(queries.pulses());
  const workers = useQuery(queries.workers());
  if (pulses.isPending || workers.isPending) return <TodaySkeleton />;
  if (pulses.isError || workers.isError) {
    const failed = pulses.isError ? pulses : workers;
    return (
      <Card>
        <ErrorState error={failed.error} onRetry={() => void failed.refetch()} retrying={failed.isFetching} />
      </Card>
    );
  }
  if (workers.data.rows.length === 0) return <Start step="worker" />;
  if (pulses.data.rows.length === 0) return <Start step="pulse" />;
  return (
    <div className="flex flex-col gap-5">
      <Now pulses={pulses.data.rows} workers={workers.data.rows} />
      <Upcoming pulses={pulses.data.rows} />
      <LatestRuns />
    </div>
  );
}

function Start({ step }: { step: "worker" | "pulse" }) {
  const t = useTranslations("today");
  return (
    <Card>
      <EmptyState
        icon={step === "worker" ? Workflow : Activity}
        title={t(`start.${step}.title`)}
        action={
          <Button asChild variant="primary">
            <Link href={step === "worker" ? "/app/workers" : "/app/pulses/new"}>
              {t(`start.${step}.action`)}
            </Link>
          </Button>
        }
      >
        {t(`start.${step}.hint`)}
      </EmptyState>
    </Card>
  );
}

type Named = { pulse: Pulse & { nextRun: NonNullable<Pulse["nextRun"]> } };

function listUpcoming(pulses: readonly Pulse[]): Named["pulse"][] {
  return pulses
    .filter((it): it is Named["pulse"] => it.state === "active" && it.nextRun !== null)
    .sort((a, b) => a.nextRun.plannedAt.localeCompare(b.nextRun.plannedAt));
}

function Now({ pulses, workers }: { pulses: readonly Pulse[]; workers: readonly Worker[] }) {
  const t = useTranslations("today");
  const next = listUpcoming(pulses)[0];
  const checkIn = workers
    .filter((it) => it.state === "active" && it.nextCheckInAt !== null)
    .sort((a, b) => (a.nextCheckInAt ?? "").localeCompare(b.nextCheckInAt ?? ""))[0];
  return (
    <div className="grid gap-4 md:grid-cols-3">
      <Tile icon={<Radio aria-hidden />} title={t("nextCheckIn")}>
        {checkIn?.nextCheckInAt ? (
          <>
            <p className="font-semibold text-lg">
              <RelativeTime expected at={checkIn.nextCheckInAt} />
            </p>
            <p className="mt-0.5 truncate text-ink-soft text-sm">{checkIn.repository?.fullName}</p>
            <p className="mt-2.5 text-ink-faint text-xs">{t("checkInHint")}</p>
          </>
        ) : (
          <p className="text-ink-soft text-sm">{t("noCheckIn")}</p>
        )}
      </Tile>
      <Tile icon={<CalendarClock aria-hidden />} title={t("nextRun")}>
        {next ? <NextRun pulse={next} named /> : <p className="text-ink-soft text-sm">{t("noRun")}</p>}
      </Tile>
      <Tile icon={<CircleCheck aria-hidden />} title={t("thisDay")}>
        <DayLeft />
      </Tile>
    </div>
  );
}

function Tile({ icon, title, children }: { icon: ReactNode; title: string; children: ReactNode }) {
  return (
    <section className="rounded-lg border border-line bg-surface p-5 shadow-card">
      <h2 className="mb-2 flex items-center gap-2 font-medium text-ink-soft text-sm [&_svg]:size-4 [&_svg]:text-accent">
        {icon}
        {title}
      </h2>
      {children}
    </section>
  );
}

function Upcoming({ pulses }: { pulses: readonly Pulse[] }) {
  const t = useTranslations("today");
  const zone = useTimeZone();
  const upcoming = listUpcoming(pulses).slice(1, 6);
  if (upcoming.length === 0) return null;
  return (
    <Section title={t("upcoming")} hint={zone ? t("zone", { zone: writeZoneId(zone) }) : undefined}>
      <ol className="-mb-2 text-sm">
        {upcoming.map((pulse) => (
          <li
            key={pulse.id}
            className="flex flex-wrap items-center justify-between gap-x-4 border-line border-t py-2.5"
          >
            <Link href={`/app/pulses/${pulse.id}`} className="truncate font-medium hover:underline">
              {pulse.name}
            </Link>
            <span className="text-ink-soft">
              <Instant at={pulse.nextRun.plannedAt} as="weekdayTime" /> ·{" "}
              <RelativeTime expected at={pulse.nextRun.plannedAt} className="text-ink-faint" />
            </span>
          </li>
        ))}
      </ol>
    </Section>
  );
}

function LatestRuns() {
  const t = useTranslations("today");
  const runs = useInfiniteQuery(queries.runs({}));
  return (
    <Section title={t("latest")} bodyClassName="border-t border-line px-0 pb-0">
      <PageList
        query={runs}
        empty={
          <EmptyState icon={Activity} title={t("noRuns")} level={3}>
            {t("noRunsHint")}
          </EmptyState>
        }
      >
        {(rows) => <RunTable runs={rows} />}
      </PageList>
    </Section>
  );
}

function TodaySkeleton() {
  return (
    <div className="flex flex-col gap-5">
      <div className="grid gap-4 md:grid-cols-3">
        <Skeleton className="h-40" />
        <Skeleton className="h-40" />
        <Skeleton className="h-40" />
      </div>
      <Skeleton className="h-72" />
    </div>
  );
}
