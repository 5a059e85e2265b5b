"use client";

import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { ExternalLink, History } from "lucide-react";
import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { queries } from "@/api/queries";
import type { Worker } from "@/api/types";
import { ErrorState } from "@/components/error-state";
import { Instant, RelativeTime } from "@/components/instant";
import { PageHeader } from "@/components/page-header";
import { PageList } from "@/components/page-list";
import { WorkerStateBadge } from "@/components/states";
import { Button } from "@/components/ui/button";
import { Card, Section } from "@/components/ui/card";
import { CopyButton } from "@/components/ui/copy-button";
import { EmptyState } from "@/components/ui/empty-state";
import { PulseSkeleton } from "../pulses/pulse-view";
import { RunTable } from "../pulses/run-table";
import { SilentWorker } from "./silent-worker";
import { RemovedWorker } from "./removed-worker";
import { WorkerLife } from "./worker-life";

export function WorkerView({ id }: { id: string }) {
  const t = useTranslations("worker");
  const nav = useTranslations("nav");
  const workers = useTranslations("workers");
  const worker = useQuery(queries.worker(id));
  const runs = useInfiniteQuery(queries.runs({ workerId: id }));
  if (worker.isPending) return <PulseSkeleton />;
  if (worker.isError) {
    return (
      <Card>
        <ErrorState error={worker.error} onRetry={() => void worker.refetch()} retrying={worker.isFetching} />
      </Card>
    );
  }
  const { repository, state, silence } = worker.data;
  return (
    <>
      <PageHeader
        title={repository?.fullName ?? workers("unnamed")}
        badges={<WorkerStateBadge state={state} silent={silence !== null} />}
        crumbs={[{ href: "/app/workers", label: nav("workers") }]}
        actions={
          repository ? (
            <Button asChild>
              <a href={repository.url} target="_blank" rel="noreferrer">
                {t("openRepository")}
                <ExternalLink aria-hidden />
              </a>
            </Button>
          ) : null
        }
      />
      {silence === null ? null : <SilentWorker kind={worker.data.kind} silence={silence} />}
      {state === "removed" ? (
        <div className="mb-5">
          <RemovedWorker worker={worker.data} />
        </div>
      ) : null}
      <div className="grid grid-cols-[minmax(0,1fr)] items-start gap-5 lg:grid-cols-[minmax(0,2fr)_minmax(18rem,1fr)]">
        <Section title={t("runs")} hint={t("runsHint")} bodyClassName="border-t border-line px-0 pb-0">
          <PageList
            query={runs}
            empty={
              <EmptyState icon={History} title={t("noRuns")} level={3}>
                {t("noRunsHint")}
              </EmptyState>
            }
          >
            {(rows) => <RunTable runs={rows} />}
          </PageList>
        </Section>
        <div className="flex flex-col gap-5">
          <WorkerFacts worker={worker.data} />
          {state === "removed" ? null : <WorkerLife worker={worker.data} />}
        </div>
      </div>
    </>
  );
}

function WorkerFacts({ worker }: { worker: Worker }) {
  const t = useTranslations("worker");
  const workers = useTranslations("workers");
  return (
    <Section title={t("facts")}>
      <dl className="grid grid-cols-[auto_1fr] gap-x-5 gap-y-2.5 text-sm">
        <Fact name={t("nextCheckIn")}>
          {worker.nextCheckInAt ? (
            <>
              <RelativeTime expected at={worker.nextCheckInAt} />
              <Instant at={worker.nextCheckInAt} as="dateTime" className="block text-ink-faint text-xs" />
            </>
          ) : (
            workers("unknown")
          )}
        </Fact>
        <Fact name={t("lastHandshake")}>
          {worker.lastHandshakeAt ? <RelativeTime at={worker.lastHandshakeAt} /> : workers("never")}
        </Fact>
        <Fact name={t("kindLabel")}>{t(`kind.${worker.kind}`)}</Fact>
        <Fact name={t("wayLabel")}>{t(`way.${worker.way}`)}</Fact>
        {worker.kind === "actions" ? (
          <Fact name={t("cron")}>{t("cronMinute", { minute: worker.cronMinute })}</Fact>
        ) : null}
        <Fact name={t("use")}>
          {worker.actionsUse ? (
            <>
              {t("useValue", { minutes: worker.actionsUse.minutes })}
              <span className="block text-ink-faint text-xs">
                {t("useHint", { wakes: worker.actionsUse.wakes })}
              </span>
            </>
          ) : (
            t("useNone")
          )}
        </Fact>
        <Fact name={t("author")}>
          {worker.author ? (
            <>
              {worker.author.name}
              <span className="block wrap-anywhere text-ink-faint text-xs">{worker.author.email}</span>
            </>
          ) : (
            workers("unknown")
          )}
        </Fact>
        <Fact name={t("secretExpires")}>
          <Instant at={worker.secretExpiresAt} as="date" />
        </Fact>
        <Fact name={t("version")}>
          <span className="num">{worker.version ?? workers("unknown")}</span>
        </Fact>
        <Fact name={t("clientId")}>
          <span className="flex items-center gap-1">
            <code className="truncate font-mono text-xs">{worker.clientId}</code>
            <CopyButton text={worker.clientId} label={t("copyClientId")} className="-my-1.5" />
          </span>
        </Fact>
        <Fact name={t("created")}>
          <Instant at={worker.createdAt} as="date" />
        </Fact>
      </dl>
      <p className="mt-4 border-line border-t pt-3 text-ink-faint text-xs">{t("noToken")}</p>
    </Section>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <>
      <dt className="text-ink-faint">{name}</dt>
      <dd className="min-w-0">{children}</dd>
    </>
  );
}
