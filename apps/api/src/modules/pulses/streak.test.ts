import { describe, expect, it } from "vitest";
import { streakOf } from "./streak.js";

describe("streakOf", () => {
  it("is one with the first commit ever", () => expect(streakOf([])).toBe(1));
  it("does not grow by a second commit of the same day", () => expect(streakOf([0])).toBe(1));
  it("counts the days before without a gap", () => expect(streakOf([1, 2, 3])).toBe(4));
  it("counts the same whether today has a commit already or not", () => expect(streakOf([0, 1, 2])).toBe(3));
  it("starts again after a day without", () => expect(streakOf([2, 3, 4])).toBe(1));
  it("ends at the first gap", () => expect(streakOf([0, 1, 2, 4, 5])).toBe(3));
});
