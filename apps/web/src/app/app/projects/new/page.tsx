import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { findMeStrict } from "@/api/server";
import { PageHeader } from "@/components/page-header";
import { ProjectCreateForm } from "@/features/projects/project-create-form";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("projectForm"))("title") };
}

export default async function NewProjectPage() {
  const [t, nav, me] = await Promise.all([
    getTranslations("projectForm"),
    getTranslations("nav"),
    findMeStrict(),
  ]);
  return (
    <>
      <PageHeader
        title={t("title")}
        description={t("intro")}
        crumbs={[{ href: "/app/projects", label: nav("projects") }]}
      />
      {me ? <ProjectCreateForm accountId={me.user.id} /> : null}
    </>
  );
}
