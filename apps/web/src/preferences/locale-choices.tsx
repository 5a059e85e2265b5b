"use client";

import { useRouter } from "next/navigation";
import { useLocale } from "next-intl";
import { browserApi } from "@/api/client";
import { unwrap } from "@/api/problem";
import { useProblemToast } from "@/api/use-problem-toast";
import type { OpenedMenuProps } from "@/components/ui/lazy-menu";
import { Menu, MenuChoices } from "@/components/ui/menu";
import { LOCALE_COOKIE } from "@/i18n/locale-cookie";
import type { AppLocale } from "@/i18n/locales";
import { getLanguageName } from "./language-name";
import { setPreferenceCookie } from "./preference-cookie";

/** Mails and the engine's texts follow the account's language, so the choice goes there too. */
export default function LocaleChoices({
  trigger,
  locales,
}: OpenedMenuProps & { locales: readonly AppLocale[] }) {
  const locale = useLocale();
  const router = useRouter();
  const onError = useProblemToast();
  const choose = async (next: AppLocale) => {
    setPreferenceCookie(LOCALE_COOKIE, next);
    await unwrap(browserApi.PATCH("/api/v1/me", { body: { locale: next } })).catch(onError);
    router.refresh();
  };
  return (
    <Menu trigger={trigger}>
      <MenuChoices
        value={locale}
        onChange={(next) => void choose(next)}
        choices={locales.map((value) => ({ value, label: getLanguageName(value), lang: value }))}
      />
    </Menu>
  );
}
