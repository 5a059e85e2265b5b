import { describe, expect, it } from "vitest";
import { chooseLocale } from "./choose-locale";

describe("chooseLocale", () => {
  it("prefers the cookie to the account and the account to the browser", () => {
    expect(chooseLocale({ cookie: "fr", account: "en", acceptLanguage: "en" })).toBe("fr");
    expect(chooseLocale({ account: "fr", acceptLanguage: "en" })).toBe("fr");
    expect(chooseLocale({ acceptLanguage: "fr-CA,fr;q=0.9,en;q=0.8" })).toBe("fr");
  });

  it("respects the quality values of the browser, zero included", () => {
    expect(chooseLocale({ acceptLanguage: "en;q=0.2, fr;q=0.7" })).toBe("fr");
    expect(chooseLocale({ acceptLanguage: "fr;q=0, en;q=0.1" })).toBe("en");
  });

  it("falls back to English for languages without a message file", () => {
    expect(chooseLocale({ cookie: "__proto__", account: "xx", acceptLanguage: "zz, *" })).toBe("en");
    expect(chooseLocale({})).toBe("en");
  });
});
