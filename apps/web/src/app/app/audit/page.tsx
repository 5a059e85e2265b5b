import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { Prefetch } from "@/api/prefetch";
import { PageHeader } from "@/components/page-header";
import { Button } from "@/components/ui/button";
import { auditQueryOf, parseAuditFilter } from "@/features/audit/audit-filter";
import { AuditList } from "@/features/audit/audit-list";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("nav"))("audit") };
}

type AuditPageProps = { searchParams: Promise<Record<string, string | string[] | undefined>> };

export default async function AuditPage({ searchParams }: AuditPageProps) {
  const filter = parseAuditFilter(await searchParams);
  // Days are the reader's own, and this server does not know them.
  const isByDay = filter.fromDay !== undefined || filter.toDay !== undefined;
  const t = await getTranslations("audit");
  return (
    <Prefetch
      load={(client, queries) =>
        isByDay ? [] : [client.fetchInfiniteQuery(queries.audit(auditQueryOf(filter)))]
      }
    >
      <PageHeader
        title={t("title")}
        description={t("description")}
        actions={
          <Button asChild>
            <a href="/api/v1/audit/export" download>
              {t("export")}
            </a>
          </Button>
        }
      />
      <AuditList />
    </Prefetch>
  );
}
