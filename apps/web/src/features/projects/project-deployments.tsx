"use client";

import { useInfiniteQuery } from "@tanstack/react-query";
import { Rocket } from "lucide-react";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { queries } from "@/api/queries";
import type { Project } from "@/api/types";
import { PageList } from "@/components/page-list";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { EmptyState } from "@/components/ui/empty-state";
import { DeploymentTable } from "../deployments/deployment-table";

export function ProjectDeployments({ project, compact }: { project: Project; compact?: boolean }) {
  const t = useTranslations("project");
  const deployments = useInfiniteQuery(queries.deployments({ projectId: project.id }));
  return (
    <Card className="overflow-hidden">
      <PageList
        query={deployments}
        empty={
          <EmptyState
            icon={Rocket}
            title={t("noDeployments")}
            action={
              <Button asChild variant="primary">
                <Link href={`/app/projects/${project.id}?tab=integration`}>{t("connect")}</Link>
              </Button>
            }
          >
            {t("noDeploymentsHint")}
          </EmptyState>
        }
      >
        {(rows) => <DeploymentTable deployments={rows} showProject={false} compact={compact} />}
      </PageList>
    </Card>
  );
}
