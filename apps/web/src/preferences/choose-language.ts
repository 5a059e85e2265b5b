"use server";

import { cookies } from "next/headers";
import { findMe, getServerApi } from "@/api/server";
import { LOCALE_COOKIE } from "@/i18n/locale-cookie";
import { isAppLocale } from "@/i18n/locales";

const YEAR_SECONDS = 31_536_000;

/** Remembers the visitor's language on this device, and in the account of somebody who is signed in. */
export async function chooseLanguage(form: FormData): Promise<void> {
  const locale = form.get("locale");
  if (typeof locale !== "string" || !isAppLocale(locale)) return;
  const jar = await cookies();
  jar.set(LOCALE_COOKIE, locale, { path: "/", maxAge: YEAR_SECONDS, sameSite: "lax" });
  const me = await findMe();
  if (!me || me.user.locale === locale) return;
  const api = await getServerApi();
  // The page itself is in the chosen language also when the account could not be told.
  await api.PATCH("/api/v1/me", { body: { locale } }).catch(() => undefined);
}
