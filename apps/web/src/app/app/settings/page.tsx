import type { Metadata } from "next";
import { getTimeZone, getTranslations } from "next-intl/server";
import { Prefetch } from "@/api/prefetch";
import { PageHeader } from "@/components/page-header";
import { DeleteAccount } from "@/features/settings/delete-account";
import { Profile } from "@/features/settings/profile-form";
import { listTimeZones } from "@/features/settings/time-zones";
import { LOCALES } from "@/i18n/locales";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("nav"))("settings") };
}

export default async function SettingsPage() {
  const [t, timeZone] = await Promise.all([getTranslations("settings"), getTimeZone()]);
  return (
    <Prefetch load={(client, queries) => [client.fetchQuery(queries.me())]}>
      <PageHeader title={t("title")} description={t("description")} />
      <Profile locales={LOCALES} timeZones={listTimeZones(timeZone)} />
      <DeleteAccount />
    </Prefetch>
  );
}
