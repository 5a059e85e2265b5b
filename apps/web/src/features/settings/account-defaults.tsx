"use client";

import { useLocale } from "next-intl";
import { useEffect } from "react";
import { browserApi } from "@/api/client";
import type { Me } from "@/api/types";
import { useShowProfile } from "@/preferences/use-show-profile";

const DONE_KEY = "pulsekeep:account-defaults";

/** Gives a new account the browser's time zone and the language in which its owner signed up, once. */
export function AccountDefaults({ me }: { me: Me }) {
  const locale = useLocale();
  const showProfile = useShowProfile();
  const { id, timeZone, locale: accountLocale } = me.user;
  useEffect(() => {
    const browserZone = Intl.DateTimeFormat().resolvedOptions().timeZone;
    const fits = accountLocale === locale && timeZone === browserZone;
    if (fits || sessionStorage.getItem(DONE_KEY) === id) return;
    sessionStorage.setItem(DONE_KEY, id);
    void browserApi
      .PATCH("/api/v1/me", { body: { timeZone: browserZone, locale } })
      .then(({ data }) => data && showProfile(data))
      // A default that could not be saved is no reason to disturb: the settings page offers it.
      .catch(() => undefined);
  }, [id, timeZone, accountLocale, locale, showProfile]);
  return null;
}
