import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { encodeBody, findBody, MAX_BODY_LENGTH } from "./entry-body.js";

const value = fc.oneof(fc.string({ maxLength: 20 }), fc.integer(), fc.boolean(), fc.constant(null));

describe("entry body", () => {
  it("reads back what it wrote", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string({ maxLength: 10 }), value, { maxKeys: 8 }), (body) => {
        expect(findBody(encodeBody(body))).toEqual({ ...body });
      }),
    );
  });

  it("never throws on what others wrote, and takes only objects", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        const found = findBody(text);
        expect(found === undefined || (typeof found === "object" && !Array.isArray(found))).toBe(true);
      }),
    );
    for (const text of ["", "null", "[]", "1", "{", undefined]) expect(findBody(text)).toBeUndefined();
  });

  it("refuses the first body that is too long", () => {
    const overhead = JSON.stringify({ a: "" }).length;
    const longest = { a: "x".repeat(MAX_BODY_LENGTH - overhead) };
    expect(encodeBody(longest)).toHaveLength(MAX_BODY_LENGTH);
    expect(() => encodeBody({ a: `${longest.a}x` })).toThrow(RangeError);
  });
});
