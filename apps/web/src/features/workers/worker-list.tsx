"use client";

import { useQuery } from "@tanstack/react-query";
import { Workflow } from "lucide-react";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { queries } from "@/api/queries";
import type { Worker } from "@/api/types";
import { ErrorState } from "@/components/error-state";
import { RelativeTime } from "@/components/instant";
import { WorkerStateBadge } from "@/components/states";
import { Card } from "@/components/ui/card";
import { Skeleton } from "@/components/ui/skeleton";
import { Table, Td, Th, Tr } from "@/components/ui/table";
import { ConsentFacts } from "./consent-facts";
import { CreateWorkerButton } from "./create-worker-button";

export function WorkerList() {
  const workers = useQuery(queries.workers());
  if (workers.isPending) return <Skeleton className="h-72" />;
  if (workers.isError) {
    return (
      <Card>
        <ErrorState
          error={workers.error}
          onRetry={() => void workers.refetch()}
          retrying={workers.isFetching}
        />
      </Card>
    );
  }
  if (workers.data.rows.length === 0) return <FirstWorker />;
  return (
    <Card className="overflow-hidden">
      <WorkerTable workers={workers.data.rows} />
    </Card>
  );
}

function FirstWorker() {
  const t = useTranslations("workers");
  const ways = useTranslations("workerWays");
  return (
    <Card className="overflow-hidden">
      <div className="px-6 pt-8 pb-7 sm:px-8">
        <span className="mb-4 grid size-11 place-items-center rounded-lg border border-line bg-accent-soft text-accent">
          <Workflow aria-hidden className="size-5" />
        </span>
        <h2 className="font-semibold text-lg">{t("empty")}</h2>
        <p className="mt-1.5 max-w-2xl text-ink-soft">{t("emptyHint")}</p>
        <div className="mt-5 flex flex-wrap items-center gap-x-4 gap-y-2">
          <CreateWorkerButton label={t("create")} />
          <p className="text-ink-faint text-sm">{t("duration")}</p>
        </div>
        <p className="mt-3 text-sm">
          <Link href="/app/workers/new" className="text-accent hover:underline">
            {ways("link")}
          </Link>
        </p>
      </div>
      <div className="border-line border-t bg-sunken px-6 py-6 sm:px-8">
        <ConsentFacts />
      </div>
    </Card>
  );
}

function WorkerTable({ workers }: { workers: readonly Worker[] }) {
  const t = useTranslations("workers");
  return (
    <Table label={t("tableLabel")} stacked>
      <thead>
        <tr>
          <Th>{t("column.repository")}</Th>
          <Th>{t("column.state")}</Th>
          <Th>{t("column.checkIn")}</Th>
          <Th>{t("column.last")}</Th>
          <Th>{t("column.version")}</Th>
        </tr>
      </thead>
      <tbody>
        {workers.map((worker) => (
          <Tr key={worker.id}>
            <Td className="max-w-80">
              <Link
                href={`/app/workers/${worker.id}`}
                className="block truncate font-medium after:absolute after:inset-0 hover:underline"
              >
                {worker.repository?.fullName ?? t("unnamed")}
              </Link>
              <code className="font-mono text-ink-faint text-xs">{worker.clientId}</code>
            </Td>
            <Td name={t("column.state")}>
              <WorkerStateBadge state={worker.state} silent={worker.silence !== null} />
            </Td>
            <Td name={t("column.checkIn")} className="whitespace-nowrap">
              {worker.nextCheckInAt ? <RelativeTime expected at={worker.nextCheckInAt} /> : t("unknown")}
            </Td>
            <Td name={t("column.last")} className="whitespace-nowrap text-ink-soft">
              {worker.lastHandshakeAt ? <RelativeTime at={worker.lastHandshakeAt} /> : t("never")}
            </Td>
            <Td name={t("column.version")} className="num text-ink-soft">
              {worker.version ?? t("unknown")}
            </Td>
          </Tr>
        ))}
      </tbody>
    </Table>
  );
}
