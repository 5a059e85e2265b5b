"use client";

import { useQuery } from "@tanstack/react-query";
import { Activity, Plus } from "lucide-react";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { queries } from "@/api/queries";
import type { Pulse } from "@/api/types";
import { ErrorState } from "@/components/error-state";
import { Instant, RelativeTime } from "@/components/instant";
import { PulseStateBadge, RunStateBadge } from "@/components/states";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { EmptyState } from "@/components/ui/empty-state";
import { Skeleton } from "@/components/ui/skeleton";
import { Table, Td, Th, Tr } from "@/components/ui/table";
import { RunResult } from "./run-note";
import { useScheduleText } from "./schedule-text";

export function PulseList() {
  const pulses = useQuery(queries.pulses());
  const workers = useQuery(queries.workers());
  if (pulses.isPending) return <Skeleton className="h-72" />;
  if (pulses.isError) {
    return (
      <Card>
        <ErrorState error={pulses.error} onRetry={() => void pulses.refetch()} retrying={pulses.isFetching} />
      </Card>
    );
  }
  const { rows } = pulses.data;
  return (
    <Card className="overflow-hidden">
      {rows.length === 0 ? (
        <NoPulses hasWorker={(workers.data?.rows.length ?? 0) > 0} />
      ) : (
        <PulseTable pulses={rows} />
      )}
    </Card>
  );
}

function NoPulses({ hasWorker }: { hasWorker: boolean }) {
  const t = useTranslations("pulses");
  return (
    <EmptyState
      icon={Activity}
      title={t("empty")}
      action={
        <Button asChild variant="primary">
          {hasWorker ? (
            <Link href="/app/pulses/new">
              <Plus aria-hidden />
              {t("create")}
            </Link>
          ) : (
            <Link href="/app/workers">{t("workerFirst")}</Link>
          )}
        </Button>
      }
    >
      {t(hasWorker ? "emptyHint" : "emptyHintNoWorker")}
    </EmptyState>
  );
}

function PulseTable({ pulses }: { pulses: readonly Pulse[] }) {
  const t = useTranslations("pulses");
  const scheduleText = useScheduleText();
  return (
    <Table label={t("tableLabel")} stacked>
      <thead>
        <tr>
          <Th>{t("column.pulse")}</Th>
          <Th>{t("column.state")}</Th>
          <Th>{t("column.next")}</Th>
          <Th>{t("column.last")}</Th>
        </tr>
      </thead>
      <tbody>
        {pulses.map((pulse) => (
          <Tr key={pulse.id}>
            <Td className="max-w-40 sm:max-w-96">
              <Link
                href={`/app/pulses/${pulse.id}`}
                className="font-medium after:absolute after:inset-0 hover:underline"
              >
                <bdi>{pulse.name}</bdi>
              </Link>
              <span className="mt-0.5 block truncate text-ink-faint text-xs">
                {scheduleText(pulse.schedule)}
              </span>
            </Td>
            <Td name={t("column.state")}>
              <PulseStateBadge pulse={pulse} />
            </Td>
            <Td name={t("column.next")} className="whitespace-nowrap">
              {pulse.nextRun ? (
                <>
                  <Instant at={pulse.nextRun.plannedAt} as="weekdayTime" />
                  <RelativeTime
                    expected
                    at={pulse.nextRun.plannedAt}
                    className="block text-ink-faint text-xs"
                  />
                </>
              ) : (
                <span className="text-ink-faint">{t("noNext")}</span>
              )}
            </Td>
            <Td name={t("column.last")} data-whole className="min-w-64">
              {pulse.lastRun ? (
                <span className="relative z-1 flex items-center gap-3">
                  <RunStateBadge run={pulse.lastRun} />
                  <RunResult run={pulse.lastRun} />
                </span>
              ) : (
                <span className="text-ink-faint">{t("noLast")}</span>
              )}
            </Td>
          </Tr>
        ))}
      </tbody>
    </Table>
  );
}
