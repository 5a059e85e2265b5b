"use client";

import { useRouter } from "next/navigation";
import { useLocale } from "next-intl";
import { useEffect } from "react";
import { browserApi } from "@/api/client";
import type { Me } from "@/api/types";

const NEW_ACCOUNT_MS = 10 * 60_000;
const DONE_KEY = "pulsekeep:account-defaults";

/** Gives a new account the browser's time zone and the language in which its owner signed up, once. */
export function AccountDefaults({ me }: { me: Me }) {
  const locale = useLocale();
  const router = useRouter();
  const { id, createdAt, timeZone, locale: accountLocale } = me.user;
  useEffect(() => {
    const isNew = Date.now() - Date.parse(createdAt) < NEW_ACCOUNT_MS;
    const browserZone = Intl.DateTimeFormat().resolvedOptions().timeZone;
    const fits = accountLocale === locale && timeZone === browserZone;
    if (!isNew || fits || timeZone !== "UTC" || sessionStorage.getItem(DONE_KEY) === id) return;
    sessionStorage.setItem(DONE_KEY, id);
    void browserApi
      .PATCH("/api/v1/me", { body: { timeZone: browserZone, locale } })
      .then(({ response }) => (response.ok ? router.refresh() : undefined))
      // A default that could not be saved is no reason to disturb: the settings page offers it.
      .catch(() => undefined);
  }, [id, createdAt, timeZone, accountLocale, locale, router]);
  return null;
}
