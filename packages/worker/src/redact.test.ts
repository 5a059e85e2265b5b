import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { redact } from "./redact.js";

describe("redact", () => {
  it.each(["ghp_abcdefgh", "ghs_abcdefgh", "github_pat_11ABC", "eyJhbGciOiJIUzI1NiJ9.eyJhIjoxfQ.c2ln"])(
    "ZT-07 masks %s",
    (credential) => {
      expect(redact(`token ${credential}!`, [])).toBe("token ***!");
    },
  );

  it("masks the secrets it was told of, and makes one line of many", () => {
    expect(redact("a hush b\n::set-env name=x::y\r\u001b[0m", ["hush", ""])).toBe(
      "a *** b ::set-env name=x::y [0m",
    );
  });

  it("leaves no secret and no control character in any text", () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (before, after) => {
        const clean = redact(`${before}hush-hush${after}`, ["hush-hush"]);
        expect(clean).not.toContain("hush-hush");
        expect(clean).not.toMatch(/\p{Cc}/u);
      }),
    );
  });
});
