import { localeSchema } from "@pulsekeep/contracts/api/shared";
import { describe, expect, it } from "vitest";
import { renderMail } from "./mail-templates.js";

const params = { name: "Ana {url}", url: "https://example.com/verify?token=t" };

describe("renderMail", () => {
  it("writes every language of an account, each in its own words, with nothing left to fill in", () => {
    const mails = localeSchema.options.map((locale) =>
      renderMail({ template: "verify_email", locale, params }),
    );
    expect(new Set(mails.map(({ subject }) => subject)).size).toBe(localeSchema.options.length);
    for (const { text } of mails) {
      expect(text).toContain(params.url);
      expect(text.replace(params.name, "")).not.toMatch(/[{}]/);
    }
  });

  it.each(localeSchema.options)("names the worker that stays away, in %s", (locale) => {
    const silent = {
      name: "Ana",
      repository: "ana/pulse",
      since: "2026-03-14 09:26 UTC",
      url: "https://x.test/w",
    };
    const { subject, text } = renderMail({ template: "worker_silent", locale, params: silent });
    expect(subject).toContain(silent.repository);
    for (const value of Object.values(silent)) expect(text).toContain(value);
    expect(subject + text).not.toMatch(/[{}]/);
  });

  it.each(
    (["deployment_rollback", "deployment_late_warning"] as const).flatMap((template) =>
      localeSchema.options.map((locale) => ({ template, locale })),
    ),
  )("names the deployment that somebody should look at: $template, $locale", ({ template, locale }) => {
    const told = {
      name: "Ana",
      project: "Shop",
      number: "17",
      environment: "prod-eu",
      url: "https://x.test/d",
    };
    const { subject, text } = renderMail({ template, locale, params: told });
    for (const value of [told.project, told.number]) expect(subject).toContain(value);
    for (const value of Object.values(told)) expect(text).toContain(value);
    expect(subject + text).not.toMatch(/[{}]/);
  });

  it("writes English for a language it does not know", () => {
    const mail = renderMail({ template: "verify_email", locale: "xx", params });
    expect(mail).toEqual(renderMail({ template: "verify_email", locale: "en", params }));
  });
});
