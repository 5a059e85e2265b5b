import { cookies, headers } from "next/headers";
import { getRequestConfig } from "next-intl/server";
import { findMe } from "@/api/server";
import { PATH_HEADER } from "@/proxy";
import { chooseLocale } from "./choose-locale";
import { isNewAccount } from "./is-new-account";
import { LOCALE_COOKIE } from "./locale-cookie";
import { getMessagesOf } from "./locales";

export default getRequestConfig(async () => {
  const [jar, head, me] = await Promise.all([cookies(), headers(), findMe()]);
  const locale = chooseLocale({
    // The proxy names the path of the app's pages only.
    inApp: head.has(PATH_HEADER),
    cookie: jar.get(LOCALE_COOKIE)?.value,
    account: me && !isNewAccount(me.user) ? me.user.locale : undefined,
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
