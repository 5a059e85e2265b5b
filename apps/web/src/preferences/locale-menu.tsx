"use client";

import { Languages } from "lucide-react";
import { useRouter } from "next/navigation";
import { useLocale, useTranslations } from "next-intl";
import { browserApi } from "@/api/client";
import { unwrap } from "@/api/problem";
import { useProblemToast } from "@/api/use-problem-text";
import { Button } from "@/components/ui/button";
import { Menu, MenuChoices } from "@/components/ui/menu";
import { LOCALE_COOKIE } from "@/i18n/locale-cookie";
import type { AppLocale } from "@/i18n/locales";
import { getLanguageName } from "./language-name";
import { setPreferenceCookie } from "./preference-cookie";

type LocaleMenuProps = {
  locales: readonly AppLocale[];
  /** Mails and the engine's texts follow the account's language, so a signed-in user's choice goes there too. */
  saveToAccount?: boolean;
};

export function LocaleMenu({ locales, saveToAccount }: LocaleMenuProps) {
  const t = useTranslations("language");
  const locale = useLocale();
  const router = useRouter();
  const onError = useProblemToast();
  const choose = async (next: AppLocale) => {
    setPreferenceCookie(LOCALE_COOKIE, next);
    if (saveToAccount) {
      await unwrap(browserApi.PATCH("/api/v1/me", { body: { locale: next } })).catch(onError);
    }
    router.refresh();
  };
  return (
    <Menu
      trigger={
        <Button variant="ghost" size="icon" aria-label={t("label")}>
          <Languages aria-hidden />
        </Button>
      }
    >
      <MenuChoices
        value={locale}
        onChange={(next) => void choose(next)}
        choices={locales.map((value) => ({ value, label: getLanguageName(value), lang: value }))}
      />
    </Menu>
  );
}
