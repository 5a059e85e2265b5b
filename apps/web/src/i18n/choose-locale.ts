import { type AppLocale, DEFAULT_LOCALE, isAppLocale } from "./locales";

type Wishes = { inApp: boolean; cookie?: string; account?: string; acceptLanguage?: string | null };

/**
 * In the app the account's language goes first: the API's sentences stand on the same page. On public pages the choice
 * made on this device does. What the browser asks for comes last.
 */
export function chooseLocale({ inApp, cookie, account, acceptLanguage }: Wishes): AppLocale {
  const chosen = inApp ? [account, cookie] : [cookie, account];
  return chosen.find(isAppLocale) ?? findAccepted(acceptLanguage ?? "") ?? DEFAULT_LOCALE;
}

function findAccepted(header: string): AppLocale | undefined {
  return header
    .split(",")
    .map((part) => {
      const [tag = "", ...params] = part.trim().split(";");
      const quality = params.map((it) => it.trim()).find((it) => it.startsWith("q="));
      return { language: tag.toLowerCase().split("-")[0], quality: quality ? Number(quality.slice(2)) : 1 };
    })
    .filter((it) => it.quality > 0)
    .sort((a, b) => b.quality - a.quality)
    .map((it) => it.language)
    .find(isAppLocale);
}
