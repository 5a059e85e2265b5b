import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { Prefetch } from "@/api/prefetch";
import { RunView } from "@/features/pulses/run-view";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("run"))("pageTitle") };
}

export default async function RunPage({ params }: PageProps<"/app/runs/[id]">) {
  const { id } = await params;
  return (
    <Prefetch
      load={(client, queries) => [client.fetchQuery(queries.run(id)), client.fetchQuery(queries.workers())]}
    >
      <RunView id={id} />
    </Prefetch>
  );
}
