import type { Metadata } from "next";
import { getTimeZone, getTranslations } from "next-intl/server";
import { Prefetch } from "@/api/prefetch";
import { PulseEdit } from "@/features/pulses/pulse-edit";
import { listTimeZones } from "@/features/settings/time-zones";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("pulse"))("edit") };
}

export default async function EditPulsePage({ params }: PageProps<"/app/pulses/[id]/edit">) {
  const [{ id }, timeZone] = await Promise.all([params, getTimeZone()]);
  return (
    <Prefetch
      load={(client, queries) => [client.fetchQuery(queries.pulse(id)), client.fetchQuery(queries.workers())]}
    >
      <PulseEdit id={id} timeZones={listTimeZones(timeZone)} />
    </Prefetch>
  );
}
