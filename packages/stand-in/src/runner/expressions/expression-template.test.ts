import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { checkTemplate, fillTemplate, fillText, holdsCondition } from "./expression-template.js";

const contexts = { env: { NAME: "Mona", FLAG: true, COUNT: 3 } };
const ok = { contexts, status: "success" } as const;
const failed = { contexts, status: "failure" } as const;

describe("templates", () => {
  test("fills expressions in text and keeps the type of a single one", () => {
    expect(fillText("Hi ${{ env.NAME }}, ${{ env.COUNT }}!", ok)).toBe("Hi Mona, 3!");
    expect(fillTemplate("${{ env.FLAG }}", ok)).toBe(true);
    expect(fillText("${{ env.MISSING }}", ok)).toBe("");
  });

  test("does not take }} inside a string for the end", () => {
    expect(fillText("${{ format('{{{0}}}', 'a}}b') }}", ok)).toBe("{a}}b}");
  });

  test("does not fill again what a value brings with it", () => {
    const scope = { ...ok, contexts: { inputs: { x: "${{ env.NAME }}" } } };
    expect(fillText("${{ inputs.x }}", scope)).toBe("${{ env.NAME }}");
  });

  test("refuses an expression that is not closed", () => {
    expect(() => checkTemplate("a ${{ env.NAME }")).toThrow("not closed");
  });

  test("leaves text without expressions as it is", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        fc.pre(!text.includes("${{"));
        expect(fillText(text, ok)).toBe(text);
      }),
    );
  });
});

describe("conditions", () => {
  test("without one, success is the condition", () => {
    expect(holdsCondition(undefined, ok)).toBe(true);
    expect(holdsCondition(undefined, failed)).toBe(false);
  });

  test("one without a status function also asks for success", () => {
    expect(holdsCondition("env.NAME == 'mona'", ok)).toBe(true);
    expect(holdsCondition("env.NAME == 'mona'", failed)).toBe(false);
    expect(holdsCondition("always() && env.NAME == 'mona'", failed)).toBe(true);
  });

  test("takes the expression with or without its brackets", () => {
    expect(holdsCondition("${{ failure() }}", failed)).toBe(true);
    expect(holdsCondition("failure()", ok)).toBe(false);
  });

  test("text around the brackets makes it true, as on GitHub", () => {
    expect(holdsCondition("${{ env.COUNT }} == 4", ok)).toBe(true);
  });
});
