import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { PageHeader } from "@/components/page-header";
import { WorkerWays } from "@/features/workers/worker-ways";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("workerWays"))("title") };
}

export default async function NewWorkerPage() {
  const [t, nav] = await Promise.all([getTranslations("workerWays"), getTranslations("nav")]);
  return (
    <>
      <PageHeader
        title={t("title")}
        description={t("description")}
        crumbs={[{ href: "/app/workers", label: nav("workers") }]}
      />
      <WorkerWays />
    </>
  );
}
