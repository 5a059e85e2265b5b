import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatLabels, parseLabels } from "./prometheus-labels";

describe("label matchers", () => {
  it("are read as people write them", () => {
    expect(parseLabels('job="checkout", namespace=prod ,a="x, y"')).toEqual({
      job: "checkout",
      namespace: "prod",
      a: "x, y",
    });
    expect(parseLabels(" ")).toEqual({});
  });

  it.each(["job", "job=", '1a="b"', 'job="a" b', 'job=~"a.*"', 'job="a'])("are refused as %s", (text) => {
    expect(parseLabels(text)).toBeUndefined();
  });

  it("are the same after they were shown and read again", () => {
    const value = fc.string({ maxLength: 20 }).filter((text) => !/["\n]/.test(text));
    fc.assert(
      fc.property(fc.dictionary(fc.stringMatching(/^[a-z_][a-z0-9_]{0,8}$/), value), (labels) => {
        expect(parseLabels(formatLabels(labels))).toEqual({ ...labels });
      }),
    );
  });
});
