import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { Prefetch } from "@/api/prefetch";
import { PageHeader } from "@/components/page-header";
import { parseDeploymentFilter, parseDeploymentOrder } from "@/features/deployments/deployment-filter";
import { DeploymentList } from "@/features/deployments/deployment-list";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("nav"))("deployments") };
}

export default async function DeploymentsPage({ searchParams }: PageProps<"/app/deployments">) {
  const t = await getTranslations("deployments");
  const asked = await searchParams;
  const filter = parseDeploymentFilter(asked);
  return (
    <Prefetch
      load={(client, queries) => [
        client.fetchInfiniteQuery(queries.deployments(filter, parseDeploymentOrder(asked))),
        client.fetchQuery(queries.deploymentCounts(filter)),
        client.fetchQuery(queries.projects()),
      ]}
    >
      <PageHeader title={t("title")} description={t("description")} />
      <DeploymentList />
    </Prefetch>
  );
}
