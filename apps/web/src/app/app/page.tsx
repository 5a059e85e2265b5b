import { Plus } from "lucide-react";
import type { Metadata } from "next";
import Link from "next/link";
import { getTranslations } from "next-intl/server";
import { Prefetch } from "@/api/prefetch";
import { PageHeader } from "@/components/page-header";
import { Button } from "@/components/ui/button";
import { DORA_DAYS } from "@/features/overview/dora-days";
import { OverviewView } from "@/features/overview/overview-view";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("nav"))("overview") };
}

export default async function OverviewPage() {
  const [t, projects] = await Promise.all([getTranslations("overview"), getTranslations("projects")]);
  return (
    <Prefetch
      load={(client, queries) => [
        client.fetchQuery(queries.overview()),
        client.fetchQuery(queries.dora(DORA_DAYS)),
        client.fetchInfiniteQuery(queries.notices({})),
        client.fetchInfiniteQuery(queries.deploymentNotices()),
        client.fetchQuery(queries.workerNotices()),
      ]}
    >
      <PageHeader
        title={t("title")}
        description={t("description")}
        actions={
          <Button asChild variant="primary">
            <Link href="/app/projects/new">
              <Plus aria-hidden />
              {projects("create")}
            </Link>
          </Button>
        }
      />
      <OverviewView />
    </Prefetch>
  );
}
