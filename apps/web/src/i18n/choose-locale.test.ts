import { describe, expect, it } from "vitest";
import { chooseLocale } from "./choose-locale";
import { isNewAccount } from "./is-new-account";

describe("chooseLocale", () => {
  it("speaks the account's language in the app, where the API's sentences are in it too", () => {
    expect(chooseLocale({ inApp: true, cookie: "de", account: "en", acceptLanguage: "de" })).toBe("en");
    expect(chooseLocale({ inApp: true, cookie: "de", acceptLanguage: "en" })).toBe("de");
  });

  it("prefers on public pages the cookie to the account and the account to the browser", () => {
    expect(chooseLocale({ inApp: false, cookie: "fr", account: "en", acceptLanguage: "en" })).toBe("fr");
    expect(chooseLocale({ inApp: false, account: "fr", acceptLanguage: "en" })).toBe("fr");
    expect(chooseLocale({ inApp: false, acceptLanguage: "fr-CA,fr;q=0.9,en;q=0.8" })).toBe("fr");
  });

  it("respects the quality values of the browser, zero included", () => {
    expect(chooseLocale({ inApp: false, acceptLanguage: "en;q=0.2, fr;q=0.7" })).toBe("fr");
    expect(chooseLocale({ inApp: false, acceptLanguage: "fr;q=0, en;q=0.1" })).toBe("en");
  });

  it.each([true, false])("falls back to English for languages without a message file (app: %s)", (inApp) => {
    expect(chooseLocale({ inApp, cookie: "__proto__", account: "xx", acceptLanguage: "zz, *" })).toBe("en");
    expect(chooseLocale({ inApp })).toBe("en");
  });
});

describe("isNewAccount", () => {
  const createdAt = "2026-03-01T08:00:00.000Z";
  const soonMs = Date.parse("2026-03-01T08:09:59.000Z");
  const user = {
    id: "01900000-0000-7000-8000-000000000000",
    name: "Dana",
    email: "dana@example.com",
    emailVerified: true,
    role: "user",
    locale: "en",
    timeZone: "UTC",
    createdAt,
  } as const;

  it("knows an account that nobody has given a language or a time zone", () => {
    expect(isNewAccount(user, soonMs)).toBe(true);
  });

  it("leaves alone what somebody has chosen, and accounts that are older than ten minutes", () => {
    expect(isNewAccount({ ...user, locale: "fr" }, soonMs)).toBe(false);
    expect(isNewAccount({ ...user, timeZone: "Europe/Paris" }, soonMs)).toBe(false);
    expect(isNewAccount(user, soonMs + 1_000)).toBe(false);
  });
});
