import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { Prefetch } from "@/api/prefetch";
import { PageHeader } from "@/components/page-header";
import { parseHintChoice } from "@/features/hints/hint-choice";
import { HintsView } from "@/features/hints/hints-view";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("nav"))("hints") };
}

export default async function HintsPage({ searchParams }: PageProps<"/app/hints">) {
  const [t, asked] = await Promise.all([getTranslations("hints"), searchParams]);
  return (
    <Prefetch
      load={(client, queries) => [
        client.fetchInfiniteQuery(queries.hints({ choice: parseHintChoice(asked) })),
        client.fetchQuery(queries.hintCounts()),
      ]}
    >
      <PageHeader title={t("title")} description={t("description")} />
      <HintsView />
    </Prefetch>
  );
}
