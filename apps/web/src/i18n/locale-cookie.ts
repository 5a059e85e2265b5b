export const LOCALE_COOKIE = "pulsekeep_locale";
