import { getLocale, getTranslations } from "next-intl/server";
import { LOCALES } from "@/i18n/locales";
import { chooseLanguage } from "./choose-language";
import { getLanguageName } from "./language-name";

/** The languages as plain buttons of a form: works without any script. */
export async function LanguageChoice() {
  const [current, t] = await Promise.all([getLocale(), getTranslations("language")]);
  return (
    <form action={chooseLanguage} aria-label={t("label")} className="-ml-2 flex flex-wrap gap-x-1">
      {LOCALES.map((locale) => (
        <button
          key={locale}
          type="submit"
          name="locale"
          value={locale}
          lang={locale}
          aria-pressed={locale === current}
          className="rounded-md px-2 py-1 text-ink-faint text-sm hover:bg-hover hover:text-ink aria-pressed:font-medium aria-pressed:text-ink"
        >
          {getLanguageName(locale)}
        </button>
      ))}
    </form>
  );
}
