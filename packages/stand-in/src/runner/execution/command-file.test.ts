import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseAssignments } from "./command-file.js";

describe("environment files", () => {
  test("reads lines and blocks, the later of two winning", () => {
    const text = "a=1\nb<<EOT\none\ntwo=2\nEOT\na=3\nempty=\nurl=x=y\n";
    expect([...parseAssignments(text)]).toEqual([
      ["a", "3"],
      ["b", "one\ntwo=2"],
      ["empty", ""],
      ["url", "x=y"],
    ]);
  });

  test.each(["nonsense", "=value", "a<<END\nopen", "a<<\n\n", "<<END\nx\nEND"])("refuses %j", (text) => {
    expect(() => parseAssignments(text)).toThrow(/Invalid/);
  });

  test("a block keeps any text whose lines are not its delimiter", () => {
    const lines = fc.array(fc.string().filter((line) => !/[\r\n]/.test(line) && line !== "END-1"));
    fc.assert(
      fc.property(lines, (value) => {
        const text = `name<<END-1\n${value.map((line) => `${line}\n`).join("")}END-1\n`;
        expect(parseAssignments(text).get("name")).toBe(value.join("\n"));
      }),
    );
  });
});
