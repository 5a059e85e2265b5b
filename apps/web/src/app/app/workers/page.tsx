import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { Prefetch } from "@/api/prefetch";
import { PageHeader } from "@/components/page-header";
import { AnotherWorker } from "@/features/workers/another-worker";
import { WorkerList } from "@/features/workers/worker-list";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("nav"))("workers") };
}

export default async function WorkersPage() {
  const t = await getTranslations("workers");
  return (
    <Prefetch load={(client, queries) => [client.fetchQuery(queries.workers())]}>
      <PageHeader title={t("title")} description={t("description")} actions={<AnotherWorker />} />
      <WorkerList />
    </Prefetch>
  );
}
