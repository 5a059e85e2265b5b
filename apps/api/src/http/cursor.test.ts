import fc from "fast-check";
import { expect, it } from "vitest";
import { decodeCursor, encodeCursor, toPage } from "./cursor.js";

it("gives back the position that it was made from", () =>
  fc.assert(
    fc.property(
      fc.date({ noInvalidDate: true, min: new Date(0), max: new Date(4e12) }),
      fc.uuid(),
      (at, id) => {
        expect(decodeCursor(encodeCursor({ at, id }))).toEqual({ at, id });
      },
    ),
  ));

it("refuses whatever is no cursor as invalid input, and never throws anything else", () =>
  fc.assert(
    fc.property(fc.string(), (text) => {
      expect(() => decodeCursor(text)).toThrow(expect.objectContaining({ code: "invalid_input" }));
    }),
  ));

it("has a next page only when there is one more row than asked for", () => {
  const rows = [1, 2, 3].map((n) => ({ at: new Date(n), id: `0190000${n}-0000-7000-8000-000000000000` }));
  expect(toPage(rows, 3, (row) => row).nextCursor).toBeNull();
  const page = toPage(rows, 2, (row) => row);
  expect(page.rows).toHaveLength(2);
  expect(decodeCursor(page.nextCursor ?? "")).toEqual(rows[1]);
});
