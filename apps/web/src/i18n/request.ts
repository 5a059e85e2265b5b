import { cookies, headers } from "next/headers";
import { getRequestConfig } from "next-intl/server";
import { findMe } from "@/api/server";
import { chooseLocale } from "./choose-locale";
import { LOCALE_COOKIE } from "./locale-cookie";
import { getMessagesOf } from "./locales";

export default getRequestConfig(async () => {
  const [jar, head, me] = await Promise.all([cookies(), headers(), findMe()]);
  const locale = chooseLocale({
    cookie: jar.get(LOCALE_COOKIE)?.value,
    account: me?.user.locale,
    acceptLanguage: head.get("accept-language"),
  });
  return {
    locale,
    messages: getMessagesOf(locale),
    timeZone: me?.user.timeZone ?? "UTC",
    // One "now" for server and browser, so that relative times do not differ while hydrating.
    now: new Date(),
  };
});
