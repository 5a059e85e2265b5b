import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { Prefetch } from "@/api/prefetch";
import { PageHeader } from "@/components/page-header";
import { QuotaUse } from "@/features/projects/quota-use";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("quotas"))("title") };
}

export default async function QuotasPage() {
  const [t, nav] = await Promise.all([getTranslations("quotas"), getTranslations("nav")]);
  return (
    <Prefetch load={(client, queries) => [client.fetchQuery(queries.quotas())]}>
      <PageHeader
        title={t("title")}
        description={t("description")}
        crumbs={[{ href: "/app/projects", label: nav("projects") }]}
      />
      <QuotaUse />
    </Prefetch>
  );
}
