import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { subjectHash } from "./subject-hash.js";

describe("subjectHash", () => {
  // Computed with PostgreSQL: kept hashes must mean the same in every version.
  it.each([
    ["", -474_954_686],
    ["chore: update the activity journal", -31_763_409],
    ["📝 Tagesjournal am Sonntag 🔥 41", -1_799_282_567],
  ])("gives %j the number that PostgreSQL gives it", (subject, number) => {
    expect(subjectHash(subject)).toBe(number);
  });

  it("fits a signed integer of 32 bits for any text", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (subject) => {
        const number = subjectHash(subject);
        expect(Number.isInteger(number) && number >= -(2 ** 31) && number < 2 ** 31).toBe(true);
      }),
    );
  });
});
