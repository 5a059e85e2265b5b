import * as fc from "fast-check";
import { expect, it } from "vitest";
import { toCsvLine } from "./csv.js";

it("writes numbers, truth and nothing as they are", () => {
  expect(toCsvLine([1.5, -2, true, null, "main"])).toBe("1.5,-2,true,,main\r\n");
});

it.each([
  '=HYPERLINK("http://evil.example")',
  "=1+1",
  "+49",
  "-2",
  "@SUM(A1)",
  "\t=1",
  " =cmd|' /C calc'!A0",
  "\r=1",
  "|x",
  "%0A",
])("BOMB-08 lets no spreadsheet take %j for a formula", (text) => expect(toCsvLine([text])).toMatch(/^"?'/));

it("is read back as it was, but for the mark before what looks like a formula", () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: "grapheme" }), { minLength: 1 }), (texts) => {
      const read = parseLine(toCsvLine(texts)).map((text) => text.replace(/^'/, ""));
      expect(read).toEqual(texts.map((text) => text.replace(/^'/, "")));
    }),
  );
});

/** RFC 4180, read as plainly as it is written. */
function parseLine(line: string): string[] {
  const cells: string[] = [];
  const body = line.slice(0, -2);
  for (let at = 0; at <= body.length; ) {
    if (body[at] === '"') {
      let text = "";
      for (at += 1; at < body.length; at += 1) {
        if (body[at] !== '"') text += body[at];
        else if (body[at + 1] === '"') {
          text += '"';
          at += 1;
        } else break;
      }
      cells.push(text);
      at += 2;
    } else {
      const end = body.indexOf(",", at);
      cells.push(body.slice(at, end < 0 ? body.length : end));
      at = end < 0 ? body.length + 1 : end + 1;
    }
  }
  return cells;
}
