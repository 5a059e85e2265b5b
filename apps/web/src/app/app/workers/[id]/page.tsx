import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { Prefetch } from "@/api/prefetch";
import { WorkerView } from "@/features/workers/worker-view";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("worker"))("pageTitle") };
}

export default async function WorkerPage({ params }: PageProps<"/app/workers/[id]">) {
  const { id } = await params;
  return (
    <Prefetch
      load={(client, queries) => [
        client.fetchQuery(queries.worker(id)),
        client.fetchInfiniteQuery(queries.runs({ workerId: id })),
      ]}
    >
      <WorkerView id={id} />
    </Prefetch>
  );
}
