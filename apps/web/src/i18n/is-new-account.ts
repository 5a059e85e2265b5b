import type { Me } from "@/api/types";
import { DEFAULT_LOCALE } from "./locales";

const NEW_ACCOUNT_MS = 10 * 60_000;

/**
 * Whether an account has only what the database gives it: GitHub and the others tell no language and no time zone.
 * Until the browser has (`AccountDefaults`), its pages are in the language of the device.
 */
export function isNewAccount({ createdAt, locale, timeZone }: Me["user"], nowMs = Date.now()): boolean {
  const untouched = locale === DEFAULT_LOCALE && timeZone === "UTC";
  return untouched && nowMs - Date.parse(createdAt) < NEW_ACCOUNT_MS;
}
