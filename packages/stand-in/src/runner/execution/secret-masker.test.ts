import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { JobLog } from "./job-log.js";
import { SecretMasker } from "./secret-masker.js";

function maskerOf(...secrets: readonly string[]): SecretMasker {
  const masker = new SecretMasker();
  for (const secret of secrets) masker.add(secret);
  return masker;
}

const secret = fc.string({
  minLength: 12,
  maxLength: 40,
  unit: fc.constantFrom(...Array.from('abcdefXYZ0189-_{}"\\/+')),
});

describe("masking", () => {
  test("masks values, their lines and their encodings", () => {
    const masker = maskerOf("line-one\nline-two", 'quo"ted/value');
    expect(masker.mask("a line-two b")).toBe("a *** b");
    expect(masker.mask(JSON.stringify({ v: 'quo"ted/value' }))).toBe('{"v":"***"}');
    expect(masker.mask(encodeURIComponent('quo"ted/value'))).toBe("***");
  });

  test("masks overlapping values as one", () => {
    expect(maskerOf("abcdef", "defghi").mask("xabcdefghix")).toBe("x***x");
  });

  test("does nothing for an empty secret", () => {
    expect(maskerOf("", "  ").mask("a b")).toBe("a b");
  });

  test("leaves no secret readable, plain or in base64 at any offset", () => {
    fc.assert(
      fc.property(secret, fc.string(), fc.string(), (value, before, after) => {
        const masker = maskerOf(value);
        expect(masker.mask(before + value + after)).not.toContain(value);
        const encoded = Buffer.from(before + value + after).toString("base64");
        const offset = Buffer.byteLength(before);
        // The characters that depend on the secret alone.
        const inner = encoded.slice(
          Math.ceil((offset * 4) / 3),
          Math.floor(((offset + value.length) * 4) / 3),
        );
        expect(masker.mask(encoded)).not.toContain(inner);
      }),
    );
  });

  test("leaves no part of a secret where a line is cut", () => {
    fc.assert(
      fc.property(fc.nat({ max: 30 }), (keep) => {
        const cut = maskerOf("0123456789").mask("ab0123456789cd0123456789", keep);
        expect(cut).not.toMatch(/\d/);
      }),
    );
  });

  test("masks a secret that arrives in pieces", () => {
    fc.assert(
      fc.property(secret, fc.array(fc.nat({ max: 60 }), { maxLength: 5 }), (value, cuts) => {
        const written: string[] = [];
        const log = new JobLog(maskerOf(value), { now: () => 0 }, (text) => written.push(text));
        const stream = log.openStream((line) => log.line(line));
        const text = `first ${value} middle\nlast ${value}`;
        let at = 0;
        for (const cut of cuts.toSorted((a, b) => a - b)) {
          stream.push(text.slice(at, cut));
          at = Math.max(at, cut);
        }
        stream.push(text.slice(at));
        stream.end();
        expect(written.join("")).not.toContain(value);
        expect(written.join("")).toContain("first *** middle");
      }),
    );
  });
});
