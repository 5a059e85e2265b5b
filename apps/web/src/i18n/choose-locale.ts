import { type AppLocale, DEFAULT_LOCALE, isAppLocale } from "./locales";

type Wishes = { cookie?: string; account?: string; acceptLanguage?: string | null };

/** The choice made on this device wins, then the account's, then what the browser asks for. */
export function chooseLocale({ cookie, account, acceptLanguage }: Wishes): AppLocale {
  if (isAppLocale(cookie)) return cookie;
  if (isAppLocale(account)) return account;
  return findAccepted(acceptLanguage ?? "") ?? DEFAULT_LOCALE;
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
