import { describe, expect, it } from "vitest";
import { splitInterval } from "./interval-units";
import { findFaultyTemplate, parseTemplateLines } from "./template-lines";

describe("parseTemplateLines", () => {
  it("takes one template per line and leaves out empty ones", () => {
    expect(parseTemplateLines(" Notes of {weekday} \n\n\tDaily {date}\n")).toEqual([
      "Notes of {weekday}",
      "Daily {date}",
    ]);
  });
});

describe("findFaultyTemplate", () => {
  it("finds unknown placeholders and lonely braces", () => {
    expect(findFaultyTemplate(["Notes of {weekday}", "By {author}"])).toBe("By {author}");
    expect(findFaultyTemplate(["Half {date"])).toBe("Half {date");
    expect(findFaultyTemplate(["No braces", "{date}: {pulse}, day {streak}"])).toBeUndefined();
  });
});

describe("splitInterval", () => {
  it("says an interval in the largest unit that fits", () => {
    expect(splitInterval(2_880)).toEqual({ amount: 2, unit: "days" });
    expect(splitInterval(90)).toEqual({ amount: 90, unit: "minutes" });
    expect(splitInterval(120)).toEqual({ amount: 2, unit: "hours" });
    expect(splitInterval(0)).toEqual({ amount: 0, unit: "minutes" });
  });
});
