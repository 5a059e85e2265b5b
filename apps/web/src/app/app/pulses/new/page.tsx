import type { Metadata } from "next";
import { getTimeZone, getTranslations } from "next-intl/server";
import { Prefetch } from "@/api/prefetch";
import { PageHeader } from "@/components/page-header";
import { PulseCreate } from "@/features/pulses/pulse-create";
import { listTimeZones } from "@/features/settings/time-zones";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("pulseForm"))("newTitle") };
}

export default async function NewPulsePage() {
  const [t, nav, timeZone] = await Promise.all([
    getTranslations("pulseForm"),
    getTranslations("nav"),
    getTimeZone(),
  ]);
  return (
    <Prefetch load={(client, queries) => [client.fetchQuery(queries.workers())]}>
      <PageHeader
        title={t("newTitle")}
        description={t("newDescription")}
        crumbs={[{ href: "/app/pulses", label: nav("pulses") }]}
      />
      <PulseCreate timeZone={timeZone} timeZones={listTimeZones(timeZone)} />
    </Prefetch>
  );
}
