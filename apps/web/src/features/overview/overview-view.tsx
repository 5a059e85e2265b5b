"use client";

import { useQuery } from "@tanstack/react-query";
import { ArrowRight, Boxes, Rocket } from "lucide-react";
import Link from "next/link";
import { useFormatter, useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { queries } from "@/api/queries";
import type { Overview, VerdictState } from "@/api/types";
import { ErrorState } from "@/components/error-state";
import { RelativeTime } from "@/components/instant";
import { verdictLooks } from "@/components/states";
import { Button } from "@/components/ui/button";
import { Card, Section } from "@/components/ui/card";
import { cn } from "@/components/ui/cn";
import { EmptyState } from "@/components/ui/empty-state";
import { Skeleton } from "@/components/ui/skeleton";
import { AttentionList } from "../attention/attention-list";
import { DeploymentTable } from "../deployments/deployment-table";
import { DoraCards } from "./dora-cards";
import { LiveDeployments } from "./live-deployments";

export function OverviewView() {
  const t = useTranslations("overview");
  const overview = useQuery(queries.overview());
  if (overview.isPending) return <OverviewSkeleton />;
  if (overview.isError) {
    return (
      <Card>
        <ErrorState
          error={overview.error}
          onRetry={() => void overview.refetch()}
          retrying={overview.isFetching}
        />
      </Card>
    );
  }
  const it = overview.data;
  return (
    <div className="flex flex-col gap-5">
      <AttentionList />
      <VerdictCards verdicts={it.verdicts7d} />
      <LiveDeployments deployments={it.liveDeployments} />
      <div className="grid grid-cols-[minmax(0,1fr)] items-start gap-5 lg:grid-cols-[minmax(0,2fr)_minmax(18rem,1fr)]">
        <Section
          title={t("latest")}
          bodyClassName="border-t border-line px-0 pb-0"
          action={
            it.latestDeployments.length > 0 ? (
              <Link
                href="/app/deployments"
                className="flex items-center gap-1 py-0.5 text-accent text-sm hover:underline"
              >
                {t("all")}
                <ArrowRight aria-hidden className="size-3.5" />
              </Link>
            ) : null
          }
        >
          {it.latestDeployments.length > 0 ? (
            <DeploymentTable deployments={it.latestDeployments} compact />
          ) : (
            <NoDeployments hasProject={it.projects > 0} />
          )}
        </Section>
        <KeepStreakSummary overview={it} />
      </div>
      {it.projects > 0 ? <DoraCards /> : null}
    </div>
  );
}

const cards: ReadonlyArray<{ key: keyof Overview["verdicts7d"]; verdict: VerdictState }> = [
  { key: "ok", verdict: "ok" },
  { key: "warning", verdict: "warning" },
  { key: "rollbackRecommended", verdict: "rollback_recommended" },
  { key: "inconclusive", verdict: "inconclusive" },
];

const toneText = {
  ok: "text-ok",
  warning: "text-warning",
  rollbackRecommended: "text-danger",
  inconclusive: "text-ink-soft",
};

function VerdictCards({ verdicts }: { verdicts: Overview["verdicts7d"] }) {
  const t = useTranslations("overview");
  const states = useTranslations("states.verdict");
  const format = useFormatter();
  return (
    <section aria-labelledby="verdicts7d">
      <h2 id="verdicts7d" className="mb-2.5 font-medium text-ink-soft text-sm">
        {t("verdicts")}
      </h2>
      <ul className="grid grid-cols-2 gap-3 sm:gap-4 lg:grid-cols-4">
        {cards.map(({ key, verdict }) => {
          const { icon: Icon } = verdictLooks[verdict];
          const count = verdicts[key];
          return (
            <li key={key}>
              <Link
                href={`/app/deployments?verdict=${verdict}&mark=counted&period=week`}
                className="block h-full rounded-lg border border-line bg-surface p-4 shadow-card transition-colors hover:border-line-strong sm:p-5"
              >
                <span className="flex items-start justify-between gap-2 text-ink-soft text-sm">
                  {states(verdict)}
                  <Icon
                    aria-hidden
                    className={cn("size-4.5 shrink-0", count > 0 ? toneText[key] : "text-ink-faint")}
                  />
                </span>
                <span
                  className={cn(
                    "figure mt-2 block font-medium text-2xl",
                    count > 0 ? "text-ink" : "text-ink-faint",
                  )}
                >
                  {format.number(count)}
                </span>
              </Link>
            </li>
          );
        })}
      </ul>
    </section>
  );
}

function NoDeployments({ hasProject }: { hasProject: boolean }) {
  const t = useTranslations("overview");
  return (
    <EmptyState
      level={3}
      icon={hasProject ? Rocket : Boxes}
      title={t(hasProject ? "noDeployments" : "noProjects")}
      action={
        <Button asChild variant="primary">
          <Link href={hasProject ? "/app/projects" : "/app/projects/new"}>
            {t(hasProject ? "openProjects" : "createProject")}
          </Link>
        </Button>
      }
    >
      {t(hasProject ? "noDeploymentsHint" : "noProjectsHint")}
    </EmptyState>
  );
}

function KeepStreakSummary({ overview }: { overview: Overview }) {
  const t = useTranslations("overview");
  const format = useFormatter();
  const { runs7d } = overview;
  return (
    <div data-product="keepstreak">
      <Section
        title={t("keepstreak")}
        action={
          <Link
            href="/app/today"
            className="flex items-center gap-1 py-0.5 text-accent text-sm hover:underline"
          >
            {t("today")}
            <ArrowRight aria-hidden className="size-3.5" />
          </Link>
        }
      >
        {overview.workers === 0 ? (
          <>
            <p className="text-ink-soft text-sm">{t("noWorker")}</p>
            <Button asChild className="mt-4">
              <Link href="/app/workers">{t("createWorker")}</Link>
            </Button>
          </>
        ) : (
          <dl className="flex flex-col gap-3 text-sm">
            <Row name={t("nextRun")}>
              {overview.nextRunAt ? <RelativeTime expected at={overview.nextRunAt} /> : t("nothingPlanned")}
            </Row>
            <Row name={t("nextCheckIn")}>
              {overview.nextCheckInAt ? <RelativeTime expected at={overview.nextCheckInAt} /> : t("unknown")}
            </Row>
            <Row name={t("activePulses")}>
              <span className="num">{format.number(overview.activePulses)}</span>
            </Row>
            <Row name={t("workers")}>
              <span className="num">{format.number(overview.workers)}</span>
            </Row>
            <div className="border-line border-t pt-3">
              <dt className="text-ink-faint text-xs">{t("runs7d")}</dt>
              <dd className="mt-1">{t("runs", runs7d)}</dd>
            </div>
          </dl>
        )}
      </Section>
    </div>
  );
}

function Row({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="flex items-baseline justify-between gap-4">
      <dt className="text-ink-soft">{name}</dt>
      <dd className="text-right font-medium">{children}</dd>
    </div>
  );
}

function OverviewSkeleton() {
  return (
    <div className="flex flex-col gap-5">
      <div className="grid grid-cols-2 gap-4 lg:grid-cols-4">
        {["a", "b", "c", "d"].map((it) => (
          <Skeleton key={it} className="h-28" />
        ))}
      </div>
      <Skeleton className="h-80" />
    </div>
  );
}
