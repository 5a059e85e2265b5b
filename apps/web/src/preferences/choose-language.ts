"use server";

import { cookies } from "next/headers";
import { LOCALE_COOKIE } from "@/i18n/locale-cookie";
import { isAppLocale } from "@/i18n/locales";

const YEAR_SECONDS = 31_536_000;

/** Remembers the visitor's language on this device. */
export async function chooseLanguage(form: FormData): Promise<void> {
  const locale = form.get("locale");
  if (typeof locale !== "string" || !isAppLocale(locale)) return;
  const jar = await cookies();
  jar.set(LOCALE_COOKIE, locale, { path: "/", maxAge: YEAR_SECONDS, sameSite: "lax" });
}
