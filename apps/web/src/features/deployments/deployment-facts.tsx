"use client";

import { ExternalLink } from "lucide-react";
import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import type { DeploymentDetail } from "@/api/types";
import { Instant } from "@/components/instant";
import { CopyButton } from "@/components/ui/copy-button";
import { cn } from "@/components/ui/cn";
import { Duration } from "./duration";

/** What was deployed, where, when and by whom, as the pipeline said it. */
export function DeploymentFacts({
  deployment,
  className,
}: {
  deployment: DeploymentDetail;
  className?: string;
}) {
  const t = useTranslations("deployment.facts");
  const { environment, service, version, branch, commitSha, committedAt } = deployment;
  return (
    <section
      aria-label={t("title")}
      className={cn("rounded-lg border border-line bg-surface px-5 py-4 shadow-card", className)}
    >
      <dl className="grid grid-cols-2 gap-x-6 gap-y-3.5 text-sm sm:grid-cols-3 xl:grid-cols-6">
        <Fact name={t("environment")}>{environment}</Fact>
        {service ? <Fact name={t("service")}>{service}</Fact> : null}
        {version ? <Fact name={t("version")}>{version}</Fact> : null}
        {branch ? <Fact name={t("branch")}>{branch}</Fact> : null}
        {commitSha ? (
          <Fact name={t("commit")}>
            <code className="font-mono text-xs">{commitSha.slice(0, 10)}</code>
          </Fact>
        ) : null}
        {deployment.pullRequest ? <Fact name={t("pullRequest")}>{deployment.pullRequest}</Fact> : null}
        {deployment.actor ? <Fact name={t("actor")}>{deployment.actor}</Fact> : null}
        {deployment.isRollback ? <Fact name={t("kind")}>{t("rollback")}</Fact> : null}
        <Fact name={t("pipeline")}>{t(`pipelineResult.${deployment.pipelineResult ?? "running"}`)}</Fact>
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
        {committedAt ? (
          <Fact name={t("committed")}>
            <Instant at={committedAt} as="dateTime" />
          </Fact>
        ) : null}
        <Fact name={t("started")}>
          <Instant at={deployment.startedAt} as="dateTime" />
        </Fact>
        <Fact name={t("finished")}>
          {deployment.finishedAt ? <Instant at={deployment.finishedAt} as="dateTime" /> : t("notYet")}
        </Fact>
        <Fact name={t("duration")}>
          <Duration fromAt={deployment.startedAt} toAt={deployment.finishedAt ?? deployment.endedAt} />
        </Fact>
        <Fact name={t("measuredBy")}>{t(`measuredByOf.${deployment.measuredBy}`)}</Fact>
        <Fact name={t("id")} className="col-span-2">
          <span className="flex items-center gap-1">
            <code className="truncate font-mono text-xs">{deployment.id}</code>
            <CopyButton text={deployment.id} label={t("copyId")} className="-my-1.5" />
          </span>
        </Fact>
      </dl>
    </section>
  );
}

type FactProps = { name: string; children: ReactNode; className?: string };

function Fact({ name, children, className }: FactProps) {
  return (
    <div className={cn("min-w-0", className)}>
      <dt className="text-ink-faint text-xs">{name}</dt>
      {/* A pipeline's names may be long and in any script; they are read whole. */}
      <dd dir="auto" className="mt-0.5 text-left wrap-anywhere">
        {children}
      </dd>
    </div>
  );
}
