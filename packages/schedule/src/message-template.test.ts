import { describe, expect, it } from "vitest";
import { findTemplateFault } from "./message-template.js";

describe("findTemplateFault", () => {
  it("takes every known placeholder and plain text", () => {
    expect(findTemplateFault("{weekday} {date} {file} {pulse} {streak} {language}")).toBeUndefined();
    expect(findTemplateFault("notes")).toBeUndefined();
  });

  it.each([
    ["hello {name}", 6, "{name} is not known"],
    ["{date} {}", 7, "{} is not known"],
    ["{date", 0, "no partner"],
    ["a } b", 2, "no partner"],
    ["{{date}}", 0, "no partner"],
    ["{Date}", 0, "{Date} is not known"],
  ])("refuses %j at character %i", (template, position, reason) => {
    expect(findTemplateFault(template)).toEqual({ position, reason: expect.stringContaining(reason) });
  });
});
