import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { Prefetch } from "@/api/prefetch";
import { PageHeader } from "@/components/page-header";
import { TodayView } from "@/features/today/today-view";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("nav"))("today") };
}

export default async function TodayPage() {
  const t = await getTranslations("today");
  return (
    <Prefetch
      load={(client, queries) => [
        client.fetchQuery(queries.pulses()),
        client.fetchQuery(queries.workers()),
        client.fetchInfiniteQuery(queries.runs({})),
      ]}
    >
      <PageHeader title={t("title")} description={t("description")} />
      <TodayView />
    </Prefetch>
  );
}
