import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeBase64url, encodeBase64url } from "./base64url.js";
import { parseStrictJson } from "./strict-json.js";

const parse = (text: string) => parseStrictJson(Buffer.from(text));

describe("strict JSON", () => {
  it.each([
    '{"action":"NOOP","action":"UPDATE"}',
    '{"a":{"b":1,"b":1}}',
    '{"a":[{"k":1},{"k":1,"k" : 2}]}',
    String.raw`{"ab":1,"\u0061b":2}`,
    '{"__proto__":1,"__proto__":2}',
  ])("SIG-17 refuses %s for its duplicate key", (text) => {
    expect(parse(text)).toEqual({ ok: false, reason: "duplicate_key" });
  });

  it.each(['{"a":{"a":{"a":1}}}', '{"a":"a","b":"a\\":"}', '{"k":[{"k":1},{"k":2}],"v":"\\\\"}', "{}"])(
    "accepts %s",
    (text) => {
      expect(parse(text)).toEqual({ ok: true, value: JSON.parse(text) });
    },
  );

  it.each(["", "[]", "null", "1", '"a"', "{", '{"a":1,}', '\uFEFF{"a":1}', '{"a":NaN}'])(
    "refuses %j",
    (text) => {
      expect(parse(text)).toEqual({ ok: false, reason: "malformed" });
    },
  );

  it("refuses bytes that are not UTF-8", () => {
    expect(parseStrictJson(Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d])).ok).toBe(false);
  });

  it("reads every object that JSON can write", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (object) => {
        const text = JSON.stringify(object);
        expect(parse(text)).toEqual({ ok: true, value: JSON.parse(text) });
      }),
    );
  });
});

describe("base64url", () => {
  it("gives back what it encoded", () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        expect(decodeBase64url(encodeBase64url(bytes))).toEqual(Buffer.from(bytes));
      }),
    );
  });

  it.each(["QQ==", "QR", "Q", "Q+", "Q/", "QQ\n", " QQ"])(
    "SIG-07 refuses %j, which it would not write",
    (text) => {
      expect(decodeBase64url(text)).toBeUndefined();
    },
  );
});
