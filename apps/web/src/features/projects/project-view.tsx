"use client";

import { useQuery } from "@tanstack/react-query";
import { ShieldCheck } from "lucide-react";
import dynamic from "next/dynamic";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { queries } from "@/api/queries";
import { ErrorState } from "@/components/error-state";
import { PageHeader } from "@/components/page-header";
import { Badge } from "@/components/ui/badge";
import { Card } from "@/components/ui/card";
import { Skeleton } from "@/components/ui/skeleton";
import { EndpointBadge } from "./endpoint-badge";
import { ProjectDeployments } from "./project-deployments";
import { ProjectOverview } from "./project-overview";
import { PROJECT_TABS, type ProjectTab } from "./project-tabs";

const ProjectDiagnostics = dynamic(() => import("../hints/hints-view").then((it) => it.HintsView));
// The tabs with forms bring the validation along, which the others do without.
const ProjectIntegration = dynamic(() => import("./project-integration").then((it) => it.ProjectIntegration));
const ProjectPolicy = dynamic(() => import("./project-policy").then((it) => it.ProjectPolicy));
const ProjectSettings = dynamic(() => import("./project-settings").then((it) => it.ProjectSettings));

type ProjectViewProps = { id: string; tab: ProjectTab; origin: string };

export function ProjectView({ id, tab, origin }: ProjectViewProps) {
  const t = useTranslations("project");
  const nav = useTranslations("nav");
  const projects = useTranslations("projects");
  const project = useQuery(queries.project(id));
  if (project.isPending) return <ProjectSkeleton />;
  if (project.isError) {
    return (
      <Card>
        <ErrorState
          error={project.error}
          onRetry={() => void project.refetch()}
          retrying={project.isFetching}
        />
      </Card>
    );
  }
  const it = project.data;
  return (
    <>
      <PageHeader
        title={<bdi>{it.name}</bdi>}
        badges={
          <>
            <EndpointBadge state={it.endpoint.state} source={it.endpoint.source} />
            {it.hmacEnabled ? <Badge icon={ShieldCheck}>{projects("hmac")}</Badge> : null}
          </>
        }
        crumbs={[{ href: "/app/projects", label: nav("projects") }]}
      />
      <nav
        aria-label={t("tabs")}
        className="relative -mx-4 mb-6 overflow-x-auto border-line border-b px-4 sm:mx-0 sm:px-0"
      >
        <ul className="flex gap-1">
          {PROJECT_TABS.map((key) => (
            <li key={key}>
              <Link
                ref={key === tab ? showTab : undefined}
                href={key === "overview" ? `/app/projects/${id}` : `/app/projects/${id}?tab=${key}`}
                aria-current={key === tab ? "page" : undefined}
                className="-mb-px flex h-10 items-center whitespace-nowrap border-transparent border-b-2 px-3 font-medium text-ink-soft text-sm -outline-offset-2 hover:text-ink aria-[current=page]:border-accent aria-[current=page]:text-ink"
              >
                {t(`tab.${key}`)}
              </Link>
            </li>
          ))}
        </ul>
      </nav>
      {tab === "overview" ? <ProjectOverview project={it} /> : null}
      {tab === "deployments" ? <ProjectDeployments project={it} /> : null}
      {tab === "diagnostics" ? <ProjectDiagnostics projectId={id} /> : null}
      {tab === "policy" ? <ProjectPolicy id={id} /> : null}
      {tab === "integration" ? <ProjectIntegration project={it} origin={origin} /> : null}
      {tab === "settings" ? <ProjectSettings project={it} /> : null}
    </>
  );
}

/** On a narrow screen there is not room for all of them. */
function showTab(tab: HTMLElement | null): void {
  const tabs = tab?.closest("nav");
  if (tab && tabs) tabs.scrollLeft = tab.offsetLeft - (tabs.clientWidth - tab.offsetWidth) / 2;
}

function ProjectSkeleton() {
  return (
    <div className="flex flex-col gap-6">
      <Skeleton className="h-7 w-64" />
      <Skeleton className="h-10" />
      <Skeleton className="h-80" />
    </div>
  );
}
