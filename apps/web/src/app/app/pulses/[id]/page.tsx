import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { Prefetch } from "@/api/prefetch";
import { PulseView } from "@/features/pulses/pulse-view";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("pulse"))("pageTitle") };
}

export default async function PulsePage({ params }: PageProps<"/app/pulses/[id]">) {
  const { id } = await params;
  return (
    <Prefetch
      load={(client, queries) => [
        client.fetchQuery(queries.pulse(id)),
        client.fetchInfiniteQuery(queries.runs({ pulseId: id })),
        client.fetchInfiniteQuery(queries.notices({ pulseId: id })),
        client.fetchQuery(queries.workers()),
      ]}
    >
      <PulseView id={id} />
    </Prefetch>
  );
}
