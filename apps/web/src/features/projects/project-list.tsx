"use client";

import { useQuery } from "@tanstack/react-query";
import { Boxes, Plus, ShieldCheck } from "lucide-react";
import Link from "next/link";
import { useFormatter, useTranslations } from "next-intl";
import { queries } from "@/api/queries";
import type { Project } from "@/api/types";
import { ErrorState } from "@/components/error-state";
import { RelativeTime } from "@/components/instant";
import { Reason } from "@/components/reason";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { EmptyState } from "@/components/ui/empty-state";
import { Skeleton } from "@/components/ui/skeleton";
import { EndpointBadge } from "./endpoint-badge";
import { STATS_DAYS } from "./stats-days";

export function ProjectList() {
  const t = useTranslations("projects");
  const projects = useQuery(queries.projects());
  if (projects.isPending) return <ProjectListSkeleton />;
  if (projects.isError) {
    return (
      <Card>
        <ErrorState
          error={projects.error}
          onRetry={() => void projects.refetch()}
          retrying={projects.isFetching}
        />
      </Card>
    );
  }
  if (projects.data.rows.length === 0) {
    return (
      <Card>
        <EmptyState
          icon={Boxes}
          title={t("empty")}
          action={
            <Button asChild variant="primary">
              <Link href="/app/projects/new">
                <Plus aria-hidden />
                {t("create")}
              </Link>
            </Button>
          }
        >
          {t("emptyHint")}
        </EmptyState>
      </Card>
    );
  }
  return (
    <ul className="grid grid-cols-[minmax(0,1fr)] gap-4 md:grid-cols-2 xl:grid-cols-3">
      {projects.data.rows.map((project) => (
        <ProjectCard key={project.id} project={project} />
      ))}
    </ul>
  );
}

function ProjectCard({ project }: { project: Project }) {
  const t = useTranslations("projects");
  const stacks = useTranslations("projectForm.stacks");
  const verdicts = useTranslations("states.verdict");
  const format = useFormatter();
  const counts = [
    { key: "ok", value: project.stats.ok, look: "text-ok" },
    { key: "warning", value: project.stats.warning, look: "text-warning" },
    { key: "rollbackRecommended", value: project.stats.rollbackRecommended, look: "text-danger" },
  ] as const;
  return (
    <li className="relative flex flex-col rounded-lg border border-line bg-surface p-5 shadow-card transition-colors hover:border-line-strong has-focus-visible:outline-2 has-focus-visible:outline-accent has-focus-visible:outline-offset-2">
      <h2 className="line-clamp-2 font-semibold text-md wrap-anywhere">
        <Link
          href={`/app/projects/${project.id}`}
          className="outline-none after:absolute after:inset-0 after:rounded-lg"
        >
          <bdi>{project.name}</bdi>
        </Link>
      </h2>
      {project.description ? (
        <p className="mt-0.5 truncate text-ink-soft text-sm">{project.description}</p>
      ) : null}
      <p className="mt-0.5 truncate text-ink-faint text-xs">
        {format.list(project.environments)}
        {project.stack ? ` · ${stacks(project.stack)}` : null}
      </p>
      <div className="mt-3 flex flex-wrap gap-1.5">
        <EndpointBadge state={project.endpoint.state} source={project.endpoint.source} />
        {project.hmacEnabled ? <Badge icon={ShieldCheck}>{t("hmac")}</Badge> : null}
      </div>
      <p className="mt-4 border-line border-t pt-3 text-ink-faint text-xs">
        {t("counted", { days: STATS_DAYS })}
      </p>
      <dl className="mt-1.5 grid grid-cols-4">
        <div>
          <dt className="text-ink-faint text-xs">{t("count.total")}</dt>
          <dd className="figure font-medium text-md">{format.number(project.stats.deployments)}</dd>
        </div>
        {counts.map(({ key, value, look }) => (
          <div key={key}>
            <dt className="truncate text-ink-faint text-xs">{t(`count.${key}`)}</dt>
            <dd className={`figure font-medium text-md ${value > 0 ? look : "text-ink-faint"}`}>
              {format.number(value)}
            </dd>
          </div>
        ))}
      </dl>
      <p className="mt-3 text-ink-soft text-xs">
        {project.latest ? (
          <>
            {t("latest", { environment: project.latest.environment })} {verdicts(project.latest.verdict)}{" "}
            {project.latest.dryRun ? `(${t("latestDryRun")}) ` : null}·{" "}
            <RelativeTime at={project.latest.startedAt} />
          </>
        ) : (
          t("noDeployment")
        )}
      </p>
      <p className="mt-1 text-ink-faint text-xs">
        {project.lastScrapeErrorCode ? (
          <span className="text-danger">
            {t("failing", { source: project.endpoint.source })} <Reason code={project.lastScrapeErrorCode} />
          </span>
        ) : project.lastSampleAt ? (
          <>
            {t("lastSample")} <RelativeTime at={project.lastSampleAt} />
          </>
        ) : (
          t("noSample")
        )}
      </p>
    </li>
  );
}

function ProjectListSkeleton() {
  return (
    <div className="grid gap-4 md:grid-cols-2 xl:grid-cols-3">
      {["a", "b", "c"].map((it) => (
        <Skeleton key={it} className="h-56" />
      ))}
    </div>
  );
}
