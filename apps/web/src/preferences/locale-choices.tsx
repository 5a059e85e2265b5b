"use client";

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
import { useShowProfile } from "./use-show-profile";

/** The language of the account, and of this device's public pages along with it. */
export default function LocaleChoices({
  trigger,
  locales,
}: OpenedMenuProps & { locales: readonly AppLocale[] }) {
  const locale = useLocale();
  const showProfile = useShowProfile();
  const onError = useProblemToast();
  const choose = async (next: AppLocale) => {
    try {
      const me = await unwrap(browserApi.PATCH("/api/v1/me", { body: { locale: next } }));
      setPreferenceCookie(LOCALE_COOKIE, next);
      showProfile(me);
    } catch (error) {
      onError(error);
    }
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
