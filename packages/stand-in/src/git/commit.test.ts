import fc from "fast-check";
import { expect, test } from "vitest";
import { parseSignatureDate } from "./commit.js";

test("keeps the zone of an instant, which a commit shows", () => {
  expect(parseSignatureDate("2026-11-02T12:00:00+02:00")).toEqual({
    atSeconds: 1_793_613_600,
    offset: "+0200",
  });
  expect(parseSignatureDate("2026-11-02T10:00:00Z")).toEqual({ atSeconds: 1_793_613_600, offset: "+0000" });
});

test.each(["", "yesterday", "2026-11-02", "2026-13-02T10:00:00Z", "2026-11-02T10:00:00", "1793613600 +0000"])(
  "refuses %j",
  (date) => {
    expect(() => parseSignatureDate(date)).toThrow(RangeError);
  },
);

test("reads every instant back to the second", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 4_000_000_000 }), (atSeconds) => {
      expect(parseSignatureDate(new Date(atSeconds * 1000).toISOString())).toEqual({
        atSeconds,
        offset: "+0000",
      });
    }),
  );
});
