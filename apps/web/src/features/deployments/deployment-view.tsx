"use client";

import { useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { Fragment } from "react";
import { queries } from "@/api/queries";
import type { DeploymentDetail } from "@/api/types";
import { ErrorState } from "@/components/error-state";
import { PageHeader } from "@/components/page-header";
import { DeploymentStateBadge } from "@/components/states";
import { Card } from "@/components/ui/card";
import { Skeleton } from "@/components/ui/skeleton";
import { DeploymentCharts } from "./deployment-charts";
import { DeploymentFacts } from "./deployment-facts";
import { DeploymentMarks } from "./deployment-marks";
import { HintList } from "./hint-list";
import { useDeploymentStream } from "./use-deployment-stream";
import { VerdictPanel } from "./verdict-panel";
import { VerdictReview } from "./verdict-review";

export function DeploymentView({ id }: { id: string }) {
  const numbers = useTranslations("deployments");
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
        title={
          <>
            <bdi>{it.projectName}</bdi> {numbers("number", { number: it.number })}
          </>
        }
        description={<Place deployment={it} />}
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
        <DeploymentFacts deployment={it} className="max-lg:order-last" />
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
            <HintList deployment={it} />
            <VerdictReview deployment={it} />
          </div>
        </div>
      </div>
    </>
  );
}

/** What was deployed where, in a line: on a narrow screen the facts stand last. */
function Place({ deployment: { environment, service, version, branch } }: { deployment: DeploymentDetail }) {
  const parts = [environment, service, version, branch].filter(Boolean);
  return (
    <p className="text-sm wrap-anywhere lg:hidden">
      {parts.map((part, index) => (
        <Fragment key={`${index} ${part}`}>
          {index > 0 ? " · " : null}
          <bdi>{part}</bdi>
        </Fragment>
      ))}
    </p>
  );
}

function DeploymentSkeleton() {
  return (
    <div className="flex flex-col gap-5">
      <div className="mb-1 flex flex-col gap-3">
        <Skeleton className="h-4 w-48" />
        <Skeleton className="h-7 w-72" />
      </div>
      <Skeleton className="h-112 md:h-56" />
      <Skeleton className="h-28 max-lg:hidden" />
      <div className="grid grid-cols-[minmax(0,1fr)] gap-5 lg:grid-cols-[minmax(0,2fr)_minmax(18rem,1fr)]">
        <Skeleton className="h-[58rem]" />
        <Skeleton className="h-56" />
      </div>
    </div>
  );
}
