import de from "../../messages/de.json";
import en from "../../messages/en.json";
import es from "../../messages/es.json";
import fr from "../../messages/fr.json";

/** Message files that exist; a language is offered when its file is here, and nowhere else. */
const catalogs = { en, fr, es, de };

export type AppLocale = keyof typeof catalogs;
export type Messages = typeof en;

export const LOCALES = Object.keys(catalogs) as AppLocale[];
export const DEFAULT_LOCALE: AppLocale = "en";

export function isAppLocale(value: string | undefined): value is AppLocale {
  return value !== undefined && Object.hasOwn(catalogs, value);
}

/** Messages of one language. A file that misses a key of the English one fails the type check. */
export function getMessagesOf(locale: AppLocale): Messages {
  return catalogs[locale];
}
