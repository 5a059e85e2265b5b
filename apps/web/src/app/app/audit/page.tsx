import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { Prefetch } from "@/api/prefetch";
import { PageHeader } from "@/components/page-header";
import { AuditList } from "@/features/audit/audit-list";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("nav"))("audit") };
}

export default async function AuditPage() {
  const t = await getTranslations("audit");
  return (
    <Prefetch load={(client, queries) => [client.fetchInfiniteQuery(queries.audit())]}>
      <PageHeader title={t("title")} description={t("description")} />
      <AuditList />
    </Prefetch>
  );
}
