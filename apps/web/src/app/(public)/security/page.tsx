import type { Metadata } from "next";
import { NextIntlClientProvider } from "next-intl";
import { getMessages, getTranslations } from "next-intl/server";
import { unwrap } from "@/api/problem";
import { findMe, getServerApi } from "@/api/server";
import { Section } from "@/components/ui/card";
import { CheckList } from "@/features/proof/check-list";
import { HeldData } from "@/features/proof/held-data";
import { NotHeld, Promises } from "@/features/proof/promises";
import { PublicFrame } from "@/features/proof/public-frame";

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("proof");
  return { title: t("title"), description: t("lead") };
}

export default async function SecurityPage() {
  const [t, { common }, me, api] = await Promise.all([
    getTranslations("proof"),
    getMessages(),
    findMe(),
    getServerApi(),
  ]);
  const { subjects, checks, workerRelease } = await unwrap(api.GET("/api/v1/security"));
  return (
    <PublicFrame title={t("title")} lead={t("lead")} signedIn={me !== undefined}>
      <Promises />
      <NotHeld />
      <HeldData subjects={subjects} />
      <NextIntlClientProvider messages={{ common }}>
        <CheckList checks={checks} />
      </NextIntlClientProvider>
      <Section title={t("release.title")} hint={t("release.text", { version: workerRelease.version })}>
        <code className="break-all font-mono text-sm">{workerRelease.sha256}</code>
      </Section>
    </PublicFrame>
  );
}
