import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { Prefetch } from "@/api/prefetch";
import { DeploymentView } from "@/features/deployments/deployment-view";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("deployment"))("pageTitle") };
}

export default async function DeploymentPage({ params }: PageProps<"/app/deployments/[id]">) {
  const { id } = await params;
  return (
    <Prefetch
      load={(client, queries) => [
        client.fetchQuery(queries.deployment(id)),
        client.fetchQuery(queries.samples(id)),
      ]}
    >
      <DeploymentView id={id} />
    </Prefetch>
  );
}
