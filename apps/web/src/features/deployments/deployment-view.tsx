"use client";

import { useQuery } from "@tanstack/react-query";
import { ExternalLink } from "lucide-react";
import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { queries } from "@/api/queries";
import type { DeploymentDetail } from "@/api/types";
import { ErrorState } from "@/components/error-state";
import { Instant } from "@/components/instant";
import { PageHeader } from "@/components/page-header";
import { DeploymentStateBadge } from "@/components/states";
import { Card, Section } from "@/components/ui/card";
import { CopyButton } from "@/components/ui/copy-button";
import { Skeleton } from "@/components/ui/skeleton";
import { Duration } from "./duration";
import { DeploymentCharts } from "./deployment-charts";
import { DeploymentMarks } from "./deployment-marks";
import { HintList } from "./hint-list";
import { ObservationProgress } from "./observation-progress";
import { useDeploymentStream } from "./use-deployment-stream";
import { VerdictPanel } from "./verdict-panel";
import { VerdictReview } from "./verdict-review";

export function DeploymentView({ id }: { id: string }) {
  const t = useTranslations("deployment");
  const nav = useTranslations("nav");
  const deployment = useQuery(queries.deployment(id));
  const samples = useQuery(queries.samples(id));
  useDeploymentStream(deployment.data, samples.isSuccess);
  if (deployment.isPending) return <DeploymentSkeleton />;
  if (deployment.isError) {
    return (
      <Card>
        <ErrorState
          error={deployment.error}
          onRetry={() => void deployment.refetch()}
          retrying={deployment.isFetching}
        />
      </Card>
    );
  }
  const it = deployment.data;
  return (
    <>
      <PageHeader
        title={t("title", { project: it.projectName, number: it.number })}
        badges={
          <>
            <DeploymentStateBadge state={it.state} />
            <DeploymentMarks deployment={it} />
          </>
        }
        crumbs={[
          { href: "/app/deployments", label: nav("deployments") },
          { href: `/app/projects/${it.projectId}`, label: it.projectName },
        ]}
      />
      <div className="flex flex-col gap-5">
        <VerdictPanel deployment={it} />
        <ObservationProgress deployment={it} />
        <div className="grid grid-cols-[minmax(0,1fr)] items-start gap-5 lg:grid-cols-[minmax(0,2fr)_minmax(18rem,1fr)]">
          {samples.data ? (
            <DeploymentCharts deployment={it} samples={samples.data.samples} />
          ) : samples.isError ? (
            <Card>
              <ErrorState
                error={samples.error}
                onRetry={() => void samples.refetch()}
                retrying={samples.isFetching}
              />
            </Card>
          ) : (
            <Skeleton className="h-[58rem]" />
          )}
          <div className="flex flex-col gap-5">
            <HintList hints={it.verdict?.hints ?? []} />
            <VerdictReview deployment={it} />
            <Facts deployment={it} />
          </div>
        </div>
      </div>
    </>
  );
}

function Facts({ deployment }: { deployment: DeploymentDetail }) {
  const t = useTranslations("deployment.facts");
  return (
    <Section title={t("title")}>
      <dl className="grid grid-cols-[auto_1fr] gap-x-5 gap-y-2.5 text-sm">
        <Fact name={t("environment")}>{deployment.environment}</Fact>
        <Fact name={t("measuredBy")}>{t(`measuredByOf.${deployment.measuredBy}`)}</Fact>
        {deployment.isRollback ? <Fact name={t("kind")}>{t("rollback")}</Fact> : null}
        <Fact name={t("pipeline")}>{t(`pipelineResult.${deployment.pipelineResult ?? "running"}`)}</Fact>
        <Fact name={t("started")}>
          <Instant at={deployment.startedAt} as="dateTime" />
        </Fact>
        <Fact name={t("finished")}>
          {deployment.finishedAt ? <Instant at={deployment.finishedAt} as="dateTime" /> : t("notYet")}
        </Fact>
        <Fact name={t("duration")}>
          <Duration fromAt={deployment.startedAt} toAt={deployment.finishedAt ?? deployment.endedAt} />
        </Fact>
        {deployment.service ? <Fact name={t("service")}>{deployment.service}</Fact> : null}
        {deployment.version ? <Fact name={t("version")}>{deployment.version}</Fact> : null}
        {deployment.branch ? <Fact name={t("branch")}>{deployment.branch}</Fact> : null}
        {deployment.commitSha ? (
          <Fact name={t("commit")}>
            <code className="font-mono text-xs">{deployment.commitSha.slice(0, 10)}</code>
          </Fact>
        ) : null}
        {deployment.committedAt ? (
          <Fact name={t("committed")}>
            <Instant at={deployment.committedAt} as="dateTime" />
          </Fact>
        ) : null}
        {deployment.pullRequest ? <Fact name={t("pullRequest")}>{deployment.pullRequest}</Fact> : null}
        {deployment.actor ? <Fact name={t("actor")}>{deployment.actor}</Fact> : null}
        {deployment.runUrl ? (
          <Fact name={t("run")}>
            <a
              href={deployment.runUrl}
              className="inline-flex items-center gap-1 text-accent underline underline-offset-2"
              rel="noreferrer"
              target="_blank"
            >
              {t("openRun")}
              <ExternalLink aria-hidden className="size-3.5" />
            </a>
          </Fact>
        ) : null}
        <Fact name={t("id")}>
          <span className="flex items-center gap-1">
            <code className="truncate font-mono text-xs">{deployment.id}</code>
            <CopyButton text={deployment.id} label={t("copyId")} className="-my-1.5" />
          </span>
        </Fact>
      </dl>
    </Section>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <>
      <dt className="text-ink-faint">{name}</dt>
      <dd className="min-w-0 truncate">{children}</dd>
    </>
  );
}

function DeploymentSkeleton() {
  return (
    <div className="flex flex-col gap-5">
      <div className="mb-1 flex flex-col gap-3">
        <Skeleton className="h-4 w-48" />
        <Skeleton className="h-7 w-72" />
      </div>
      <Skeleton className="h-44" />
      <div className="grid grid-cols-[minmax(0,1fr)] gap-5 lg:grid-cols-[minmax(0,2fr)_minmax(18rem,1fr)]">
        <Skeleton className="h-[58rem]" />
        <Skeleton className="h-80" />
      </div>
    </div>
  );
}
