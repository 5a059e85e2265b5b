import { Plus } from "lucide-react";
import type { Metadata } from "next";
import Link from "next/link";
import { getTranslations } from "next-intl/server";
import { Prefetch } from "@/api/prefetch";
import { PageHeader } from "@/components/page-header";
import { Button } from "@/components/ui/button";
import { ProjectList } from "@/features/projects/project-list";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("nav"))("projects") };
}

export default async function ProjectsPage() {
  const t = await getTranslations("projects");
  return (
    <Prefetch load={(client, queries) => [client.fetchQuery(queries.projects())]}>
      <PageHeader
        title={t("title")}
        description={t("description")}
        actions={
          <>
            <Button asChild>
              <Link href="/app/projects/quotas">{t("quotas")}</Link>
            </Button>
            <Button asChild variant="primary">
              <Link href="/app/projects/new">
                <Plus aria-hidden />
                {t("create")}
              </Link>
            </Button>
          </>
        }
      />
      <ProjectList />
    </Prefetch>
  );
}
