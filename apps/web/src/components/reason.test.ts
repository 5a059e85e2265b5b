import { RUN_REASONS } from "@pulsekeep/contracts/run-reasons";
import { describe, expect, it } from "vitest";
import { getMessagesOf, LOCALES } from "../i18n/locales";

describe("the reasons of runs", () => {
  it.each(LOCALES)("have words in %s for every code that a run can have", (locale) => {
    const texts: Record<string, string> = getMessagesOf(locale).runReasons;
    expect(RUN_REASONS.filter((code) => !texts[code])).toEqual([]);
    // What no run can have any more needs no words.
    expect(Object.keys(texts).sort()).toEqual([...RUN_REASONS].sort());
  });
});
