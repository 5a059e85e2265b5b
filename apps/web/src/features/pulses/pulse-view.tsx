"use client";

import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { History } from "lucide-react";
import Link from "next/link";
import { useFormatter, useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { queries } from "@/api/queries";
import type { Pulse } from "@/api/types";
import { ErrorState } from "@/components/error-state";
import { Instant, RelativeTime } from "@/components/instant";
import { PageHeader } from "@/components/page-header";
import { PageList } from "@/components/page-list";
import { PulseStateBadge } from "@/components/states";
import { Card, Section } from "@/components/ui/card";
import { EmptyState } from "@/components/ui/empty-state";
import { Skeleton } from "@/components/ui/skeleton";
import { writeZoneId } from "@/i18n/zone-id";
import { AttentionList } from "../attention/attention-list";
import { NextRun } from "./next-run";
import { PulseActions } from "./pulse-actions";
import { RunTable } from "./run-table";
import { useScheduleText } from "./schedule-text";
import { writeInputLines } from "./task-lines";

export function PulseView({ id }: { id: string }) {
  const t = useTranslations("pulse");
  const nav = useTranslations("nav");
  const pulse = useQuery(queries.pulse(id));
  const runs = useInfiniteQuery(queries.runs({ pulseId: id }));
  const scheduleText = useScheduleText();
  if (pulse.isPending) return <PulseSkeleton />;
  if (pulse.isError) {
    return (
      <Card>
        <ErrorState error={pulse.error} onRetry={() => void pulse.refetch()} retrying={pulse.isFetching} />
      </Card>
    );
  }
  return (
    <>
      <PageHeader
        title={pulse.data.name}
        badges={<PulseStateBadge pulse={pulse.data} />}
        description={scheduleText(pulse.data.schedule)}
        crumbs={[{ href: "/app/pulses", label: nav("pulses") }]}
        actions={<PulseActions pulse={pulse.data} />}
      />
      <div className="grid grid-cols-[minmax(0,1fr)] items-start gap-5 lg:grid-cols-[minmax(0,2fr)_minmax(18rem,1fr)]">
        <div className="flex min-w-0 flex-col gap-5">
          <AttentionList pulseId={id} />
          <Section
            title={t("history")}
            hint={t("historyHint")}
            bodyClassName="border-t border-line px-0 pb-0"
          >
            <PageList
              query={runs}
              empty={
                <EmptyState icon={History} title={t("noRuns")} level={3}>
                  {t("noRunsHint")}
                </EmptyState>
              }
            >
              {(rows) => <RunTable runs={rows} showPulse={false} />}
            </PageList>
          </Section>
        </div>
        <div className="flex flex-col gap-5">
          <Section title={t("next")}>
            <NextRun pulse={pulse.data} />
          </Section>
          <PulseFacts pulse={pulse.data} />
        </div>
      </div>
    </>
  );
}

function PulseFacts({ pulse }: { pulse: Pulse }) {
  const t = useTranslations("pulse.facts");
  const form = useTranslations("pulseForm");
  const workers = useQuery(queries.workers());
  const worker = workers.data?.rows.find((it) => it.id === pulse.workerId);
  return (
    <Section title={t("title")}>
      <dl className="grid grid-cols-[auto_1fr] gap-x-5 gap-y-2.5 text-sm">
        <Fact name={t("kind")}>{form(`kind.${pulse.kind}.label`)}</Fact>
        <Fact name={t("timeZone")}>{writeZoneId(pulse.timeZone)}</Fact>
        <Fact name={t("jitter")}>
          {pulse.jitter.windowMinutes > 0
            ? t("jitterMinutes", { minutes: pulse.jitter.windowMinutes })
            : t("noJitter")}
          {pulse.jitter.windowMinutes > 0 && pulse.jitter.shape === "working_hours"
            ? ` · ${form("shape.working_hours")}`
            : null}
        </Fact>
        {pulse.jitter.minimumGapMinutes > 0 ? (
          <Fact name={t("gap")}>{t("gapMinutes", { minutes: pulse.jitter.minimumGapMinutes })}</Fact>
        ) : null}
        {pulse.change ? <CommitFacts pulse={pulse} change={pulse.change} /> : null}
        {pulse.task ? <TaskFacts task={pulse.task} /> : null}
        <Rest rest={pulse.rest} timeZone={pulse.timeZone} />
        <Fact name={t("missed")}>{form(`recovery.${pulse.recovery}`)}</Fact>
        <Fact name={t(pulse.task ? "repository" : "target")}>
          {pulse.target
            ? [pulse.target.repository, pulse.target.branch].filter(Boolean).join(" · ")
            : t("ownRepository")}
        </Fact>
        <Fact name={t("worker")}>
          <Link href={`/app/workers/${pulse.workerId}`} className="text-accent underline underline-offset-2">
            {worker?.repository?.fullName ?? t("openWorker")}
          </Link>
        </Fact>
        {worker?.nextCheckInAt ? (
          <Fact name={t("checkIn")}>
            <RelativeTime expected at={worker.nextCheckInAt} />
          </Fact>
        ) : null}
        <Fact name={t("created")}>
          <Instant at={pulse.createdAt} as="date" />
        </Fact>
      </dl>
    </Section>
  );
}

function CommitFacts({ pulse, change }: { pulse: Pulse; change: NonNullable<Pulse["change"]> }) {
  const t = useTranslations("pulse.facts");
  const form = useTranslations("pulseForm");
  const { style, locale, templates } = pulse.message;
  return (
    <>
      <Fact name={t("message")}>
        {form(`style.${style}`)}, {form(`messageLocale.${locale}`)}
      </Fact>
      {templates.length > 0 ? (
        <Fact name={t("templates")}>{t("templateCount", { count: templates.length })}</Fact>
      ) : null}
      <Fact name={t("change")}>{form(`change.${change.kind}.label`)}</Fact>
    </>
  );
}

function TaskFacts({ task }: { task: NonNullable<Pulse["task"]> }) {
  const t = useTranslations("pulse.facts");
  if (task.kind === "keepalive") return <Fact name={t("workflows")}>{task.workflows.join(", ")}</Fact>;
  const inputs = writeInputLines(task.inputs);
  return (
    <>
      <Fact name={t("workflow")}>{task.workflow}</Fact>
      {inputs === "" ? null : (
        <Fact name={t("inputs")}>
          <code className="whitespace-pre-wrap font-mono text-xs">{inputs}</code>
        </Fact>
      )}
    </>
  );
}

function Rest({ rest, timeZone }: Pick<Pulse, "rest" | "timeZone">) {
  const t = useTranslations("pulse.facts");
  const days = useTranslations("schedule.weekdayShort");
  const format = useFormatter();
  const parts = [
    rest.restWeekdays.length > 0 ? format.list(rest.restWeekdays.map((it) => days(it))) : "",
    rest.skipDates.length > 0 ? t("skipDates", { count: rest.skipDates.length }) : "",
    rest.freezes.length > 0 ? t("freezes", { count: rest.freezes.length }) : "",
  ].filter(Boolean);
  return (
    <>
      {parts.length > 0 ? <Fact name={t("rest")}>{parts.join(" · ")}</Fact> : null}
      {rest.pausedUntil === null ? null : (
        <Fact name={t("pausedUntil")}>
          <Instant at={rest.pausedUntil} as="weekdayTime" timeZone={timeZone} />
        </Fact>
      )}
    </>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <>
      <dt className="text-ink-faint">{name}</dt>
      <dd className="min-w-0 break-words">{children}</dd>
    </>
  );
}

export function PulseSkeleton() {
  return (
    <div className="flex flex-col gap-6">
      <Skeleton className="h-8 w-72" />
      <div className="grid grid-cols-[minmax(0,1fr)] gap-5 lg:grid-cols-[minmax(0,2fr)_minmax(18rem,1fr)]">
        <Skeleton className="h-96" />
        <Skeleton className="h-72" />
      </div>
    </div>
  );
}
