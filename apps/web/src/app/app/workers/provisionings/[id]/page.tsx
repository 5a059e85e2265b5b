import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { Prefetch } from "@/api/prefetch";
import { ProvisioningView } from "@/features/workers/provisioning-view";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("provisioning"))("title") };
}

export default async function ProvisioningPage({ params }: PageProps<"/app/workers/provisionings/[id]">) {
  const { id } = await params;
  return (
    <Prefetch load={(client, queries) => [client.fetchQuery(queries.provisioning(id))]}>
      <ProvisioningView id={id} />
    </Prefetch>
  );
}
