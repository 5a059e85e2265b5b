import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { checkExpression, evaluateExpression, type ExpressionScope } from "./evaluate-expression.js";
import { parseExpression } from "./expression-parser.js";
import type { ExpressionObject, ExpressionValue } from "./expression-value.js";

function evaluate(
  source: string,
  contexts: ExpressionObject = {},
  status: ExpressionScope["status"] = "success",
) {
  const node = parseExpression(source);
  checkExpression(node);
  return evaluateExpression(node, { contexts, status });
}

/** A string literal of the language. */
function quote(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

describe("literals and operators", () => {
  test.each<[string, ExpressionValue]>([
    ["true", true],
    ["null", null],
    ["711", 711],
    ["-9.2", -9.2],
    ["0xff", 255],
    ["-2.99e-2", -0.0299],
    ["'It''s open source!'", "It's open source!"],
    ["1 < 2 && 2 <= 2 && 3 > 2 && 3 >= 3", true],
    ["!false == true", true],
    ["true || false && false", true],
    ["(true || false) && false", false],
    ["'' || 'fallback'", "fallback"],
    ["'a' && 'b'", "b"],
    ["1 == 1 == true", true],
    ["'ABC' == 'abc'", true],
    ["null == 0", true],
    ["null == ''", true],
    ["true == 1", true],
    ["' 0xff ' == 255", true],
    ["'abc' == 0", false],
    ["'b' > 'A'", true],
    ["'abc' < 5", false],
    ["NaN == NaN", false],
  ])("%s is %j", (source, value) => {
    expect(evaluate(source)).toEqual(value);
  });

  test.each(["", "1 +", "'open", '"double"', "a..b", "f(", "(1", "1 2", "a[", "!", "a.1", "== 1"])(
    "refuses %j",
    (source) => {
      expect(() => evaluate(source)).toThrow(/Unexpected|Unrecognized/);
    },
  );

  test("refuses names, functions and numbers of arguments that GitHub does not know", () => {
    expect(() => evaluate("nobody.knows")).toThrow("Unrecognized named-value: 'nobody'");
    expect(() => evaluate("explode()")).toThrow("Unrecognized function: 'explode'");
    expect(() => evaluate("contains('a')")).toThrow("Too few parameters supplied: 'contains'");
    expect(() => evaluate("success('a')")).toThrow("Too many parameters supplied: 'success'");
  });

  test("refuses nesting that would exhaust the stack", () => {
    expect(() => evaluate("(".repeat(10_000) + "1" + ")".repeat(10_000))).toThrow("max expression depth");
    expect(() => evaluate("!".repeat(10_000) + "1")).toThrow("max expression depth");
  });
});

describe("contexts", () => {
  const github: ExpressionObject = {
    event: {
      client_payload: { list: [1, 2], "with-dash": "yes" },
      labels: [{ name: "Bug" }, { name: "ui" }, {}],
    },
    sha: "abc",
  };

  test.each<[string, ExpressionValue]>([
    ["github.sha", "abc"],
    ["GITHUB.SHA", "abc"],
    ["github['sha']", "abc"],
    ["github.event.client_payload.with-dash", "yes"],
    ["github.event.client_payload.list[1]", 2],
    ["github.event.client_payload.list[9]", null],
    ["github.nothing.at.all", null],
    ["github.event.labels.*.name", ["Bug", "ui"]],
    ["contains(github.event.labels.*.name, 'bug')", true],
    ["join(github.event.labels.*.name, '+')", "Bug+ui"],
    ["secrets.missing", null],
    ["github.constructor", null],
    ["github.__proto__", null],
  ])("%s is %j", (source, value) => {
    expect(evaluate(source, { github })).toEqual(value);
  });
});

describe("functions", () => {
  test.each<[string, ExpressionValue]>([
    ["contains('Hello world', 'llo W')", true],
    ["contains(fromJSON('[\"push\", 1]'), 'PUSH')", true],
    ["startsWith('Hello world', 'he')", true],
    ["endsWith('Hello world', 'LD')", true],
    ["format('Hello {0} {1} {0}', 'Mona', 7)", "Hello Mona 7 Mona"],
    ["format('{{{0}}}', 'x')", "{x}"],
    ["join(fromJSON('[1, true, null]'))", "1,true,"],
    ['fromJSON(\'{"a": {"b": 3}}\').a.b', 3],
    ["toJSON(fromJSON('{\"a\":1}'))", '{\n  "a": 1\n}'],
  ])("%s is %j", (source, value) => {
    expect(evaluate(source)).toEqual(value);
  });

  test("does not repeat the text that fromJSON could not read, which may be a secret", () => {
    const secrets = { KEY: "hunter2-not-json" };
    expect(() => evaluate("fromJSON(secrets.KEY)", { secrets })).toThrow(/^((?!hunter2).)*$/s);
  });

  test.each([
    ["success", [true, false, false, true]],
    ["failure", [false, true, false, true]],
    ["cancelled", [false, false, true, true]],
  ] as const)("tells status %s", (status, expected) => {
    const calls = ["success()", "failure()", "cancelled()", "always()"];
    expect(calls.map((call) => evaluate(call, {}, status))).toEqual(expected);
  });
});

const scalar = fc.oneof(
  fc.constant(null),
  fc.boolean(),
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.string(),
);

describe("properties", () => {
  test("any string survives as a literal and through toJSON and fromJSON", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        expect(evaluate(quote(text))).toBe(text);
        expect(evaluate(`fromJSON(toJSON(${quote(text)}))`)).toBe(text);
      }),
    );
  });

  test("any number survives as a literal", () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (number) => {
        expect(evaluate(String(number))).toBeCloseTo(number, 10);
      }),
    );
  });

  test("equality is symmetric, != is its opposite, and order never holds both ways", () => {
    fc.assert(
      fc.property(scalar, scalar, (a, b) => {
        const contexts = { inputs: { a, b } };
        const holds = (source: string) => evaluate(source, contexts);
        expect(holds("inputs.a == inputs.b")).toBe(holds("inputs.b == inputs.a"));
        expect(holds("inputs.a != inputs.b")).toBe(!holds("inputs.a == inputs.b"));
        expect(holds("inputs.a < inputs.b")).toBe(holds("inputs.b > inputs.a"));
        expect(holds("inputs.a < inputs.b && inputs.a > inputs.b")).toBe(false);
      }),
    );
  });

  test("&& binds tighter than ||", () => {
    const groups = fc.array(fc.array(fc.boolean(), { minLength: 1, maxLength: 4 }), {
      minLength: 1,
      maxLength: 4,
    });
    fc.assert(
      fc.property(groups, (alternatives) => {
        const source = alternatives.map((all) => all.join(" && ")).join(" || ");
        expect(evaluate(source)).toBe(alternatives.some((all) => all.every(Boolean)));
      }),
    );
  });

  test("no text whatever makes the parser do anything but parse or refuse", () => {
    const soup = fc.array(
      fc.constantFrom(...Array.from("()[].,*!<>=&|' \t1ax-+0"), "==", "&&", "github", "always()", "'s'"),
    );
    fc.assert(
      fc.property(soup, (parts) => {
        try {
          evaluate(parts.join(""), { github: { a: 1 } });
        } catch (error) {
          expect(error).toHaveProperty("name", "ExpressionError");
        }
      }),
      { numRuns: 500 },
    );
  });
});
