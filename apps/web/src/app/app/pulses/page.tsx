import { Plus } from "lucide-react";
import type { Metadata } from "next";
import Link from "next/link";
import { getTranslations } from "next-intl/server";
import { Prefetch } from "@/api/prefetch";
import { PageHeader } from "@/components/page-header";
import { Button } from "@/components/ui/button";
import { PulseList } from "@/features/pulses/pulse-list";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("nav"))("pulses") };
}

export default async function PulsesPage() {
  const t = await getTranslations("pulses");
  return (
    <Prefetch
      load={(client, queries) => [client.fetchQuery(queries.pulses()), client.fetchQuery(queries.workers())]}
    >
      <PageHeader
        title={t("title")}
        description={t("description")}
        actions={
          <Button asChild variant="primary">
            <Link href="/app/pulses/new">
              <Plus aria-hidden />
              {t("create")}
            </Link>
          </Button>
        }
      />
      <PulseList />
    </Prefetch>
  );
}
