"use client";

import { Languages } from "lucide-react";
import { useTranslations } from "next-intl";
import { LazyMenu } from "@/components/ui/lazy-menu";
import type { AppLocale } from "@/i18n/locales";

const load = () => import("./locale-choices");

export function LocaleMenu({ locales }: { locales: readonly AppLocale[] }) {
  const t = useTranslations("language");
  return <LazyMenu label={t("label")} icon={<Languages aria-hidden />} load={load} menu={{ locales }} />;
}
