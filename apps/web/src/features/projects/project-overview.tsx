"use client";

import { useFormatter, useTranslations } from "next-intl";
import type { ReactNode } from "react";
import type { Project } from "@/api/types";
import { Instant, RelativeTime } from "@/components/instant";
import { Section } from "@/components/ui/card";
import { cn } from "@/components/ui/cn";
import { CopyButton } from "@/components/ui/copy-button";
import { DurationOf } from "../deployments/duration";
import { ProjectDeployments } from "./project-deployments";
import { ProjectSeries } from "./project-series";
import { SignalStatus } from "./signal-status";
import { STATS_DAYS } from "./stats-days";

export function ProjectOverview({ project }: { project: Project }) {
  const t = useTranslations("project");
  const counts = useTranslations("projects");
  const form = useTranslations("projectForm");
  const format = useFormatter();
  const tiles = [
    { label: counts("deployments"), value: project.stats.deployments, look: "text-ink" },
    { label: counts("count.ok"), value: project.stats.ok, look: "text-ok" },
    { label: counts("count.warning"), value: project.stats.warning, look: "text-warning" },
    {
      label: counts("count.rollbackRecommended"),
      value: project.stats.rollbackRecommended,
      look: "text-danger",
    },
  ];
  return (
    <div className="flex flex-col gap-5">
      <section aria-labelledby="counted" className="flex flex-col gap-3">
        <h2 id="counted" className="font-medium text-ink-soft text-sm">
          {counts("counted", { days: STATS_DAYS })}
        </h2>
        <dl className="grid grid-cols-2 divide-line overflow-hidden rounded-lg border border-line bg-surface shadow-card sm:grid-cols-4 sm:divide-x">
          {tiles.map(({ label, value, look }) => (
            <div key={label} className="px-5 py-4">
              <dt className="text-ink-faint text-sm">{label}</dt>
              <dd className={cn("figure mt-1 font-medium text-xl", value > 0 ? look : "text-ink-faint")}>
                {format.number(value)}
              </dd>
            </div>
          ))}
        </dl>
      </section>
      <div className="grid grid-cols-[minmax(0,1fr)] items-start gap-5 lg:grid-cols-[minmax(0,2fr)_minmax(18rem,1fr)]">
        <div className="flex min-w-0 flex-col gap-5">
          <section aria-labelledby="latest" className="flex flex-col gap-3">
            <h2 id="latest" className="font-semibold">
              {t("latest")}
            </h2>
            <ProjectDeployments project={project} compact />
          </section>
          <ProjectSeries projectId={project.id} />
        </div>
        <div className="flex flex-col gap-5">
          <SignalStatus project={project} />
          <Section title={t("details")} hint={project.description === "" ? undefined : project.description}>
            <dl className="grid grid-cols-[minmax(0,2fr)_minmax(0,3fr)] gap-x-5 gap-y-2.5 text-sm">
              <Row name={t("environments")}>{format.list(project.environments)}</Row>
              {project.services.length > 0 ? (
                <Row name={form("services")}>{format.list(project.services)}</Row>
              ) : null}
              {project.stack ? <Row name={form("stack")}>{form(`stacks.${project.stack}`)}</Row> : null}
              <Row name={t("observed")}>
                <DurationOf seconds={project.observation.windowSeconds} />
              </Row>
              <Row name={t("abandoned")}>
                <DurationOf seconds={project.observation.abandonSeconds} />
              </Row>
              <Row name={t("apiKey")}>
                <code className="font-mono text-xs">
                  {project.apiKey.prefix}…{project.apiKey.lastFour}
                </code>
              </Row>
              <Row name={t("apiKeyUsed")}>
                {project.apiKey.lastUsedAt ? <RelativeTime at={project.apiKey.lastUsedAt} /> : t("never")}
              </Row>
              <Row name={t("created")}>
                <Instant at={project.createdAt} as="date" />
              </Row>
              <Row name={t("id")}>
                <span className="flex items-center gap-1">
                  <code className="truncate font-mono text-xs">{project.id}</code>
                  <CopyButton text={project.id} label={t("copyId")} className="-my-1.5" />
                </span>
              </Row>
            </dl>
          </Section>
        </div>
      </div>
    </div>
  );
}

function Row({ name, children }: { name: string; children: ReactNode }) {
  return (
    <>
      <dt className="text-ink-faint">{name}</dt>
      <dd className="min-w-0 wrap-anywhere">{children}</dd>
    </>
  );
}
