"use client";

import { keepPreviousData, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Rocket } from "lucide-react";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { queries } from "@/api/queries";
import { PageList } from "@/components/page-list";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { EmptyState } from "@/components/ui/empty-state";
import { DeploymentCounts } from "./deployment-counts";
import { DeploymentExport, DeploymentFilters } from "./deployment-filters";
import { DeploymentTable } from "./deployment-table";
import { useDeploymentFilter } from "./use-deployment-filter";

export function DeploymentList() {
  const t = useTranslations("deployments");
  const { filter, order, setFilter, queryOf, queryInOrder } = useDeploymentFilter();
  const projects = useQuery(queries.projects());
  const deployments = useInfiniteQuery(queries.deployments(filter, order));
  const counts = useQuery({ ...queries.deploymentCounts(filter), placeholderData: keepPreviousData });
  const filtered = Object.values(filter).some((it) => it !== undefined);
  const isEmpty = !filtered && counts.data?.total === 0;
  return (
    <>
      {isEmpty ? null : (
        <>
          <DeploymentFilters
            filter={filter}
            setFilter={setFilter}
            order={order}
            projects={projects.data?.rows ?? []}
            services={counts.data?.services ?? []}
          />
          <div className="mb-3 flex min-h-8 flex-wrap items-center justify-between gap-x-4 gap-y-2">
            {counts.data ? (
              <DeploymentCounts counts={counts.data} filter={filter} queryOf={queryOf} />
            ) : (
              <span />
            )}
            <DeploymentExport filter={filter} />
          </div>
        </>
      )}
      <Card className="overflow-hidden">
        <PageList
          query={deployments}
          empty={
            filtered ? (
              <EmptyState icon={Rocket} title={t("noneFound")}>
                {t("noneFoundHint")}
              </EmptyState>
            ) : (
              <EmptyState
                icon={Rocket}
                title={t("empty")}
                action={
                  <Button asChild variant="primary">
                    <Link href="/app/projects">{t("emptyAction")}</Link>
                  </Button>
                }
              >
                {t("emptyHint")}
              </EmptyState>
            )
          }
        >
          {(rows) => <DeploymentTable deployments={rows} ordering={{ order, queryInOrder }} />}
        </PageList>
      </Card>
    </>
  );
}
