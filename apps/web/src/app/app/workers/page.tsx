import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { Prefetch } from "@/api/prefetch";
import { PageHeader } from "@/components/page-header";
import { WorkersToLookAt } from "@/features/attention/attention-list";
import { AnotherWorker } from "@/features/workers/another-worker";
import { WorkerList } from "@/features/workers/worker-list";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("nav"))("workers") };
}

export default async function WorkersPage({ searchParams }: PageProps<"/app/workers">) {
  const [t, search] = await Promise.all([getTranslations("workers"), searchParams]);
  return (
    <Prefetch
      load={(client, queries) => [
        client.fetchQuery(queries.workers()),
        client.fetchQuery(queries.workerNotices()),
      ]}
    >
      <PageHeader title={t("title")} description={t("description")} actions={<AnotherWorker />} />
      {search["consent"] === "unknown" ? (
        <p role="alert" className="mb-5 rounded-lg bg-warning-soft px-4 py-3 text-sm text-warning">
          {t("consentUnknown")}
        </p>
      ) : null}
      <div className="mb-5 empty:hidden">
        <WorkersToLookAt />
      </div>
      <WorkerList />
    </Prefetch>
  );
}
