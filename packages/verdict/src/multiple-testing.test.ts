import { describe, expect, it } from "vitest";
import { benjaminiHochberg } from "./multiple-testing.js";

describe("benjaminiHochberg", () => {
  it("asks one of five metrics for a fifth of the rate", () => {
    expect(benjaminiHochberg([0.009, 0.5, 0.6, 0.7, 0.8], 0.05)).toEqual([true, false, false, false, false]);
    expect(benjaminiHochberg([0.011, 0.5, 0.6, 0.7, 0.8], 0.05)).toEqual(Array(5).fill(false));
  });

  it("lets metrics that move together support each other", () => {
    expect(benjaminiHochberg([0.04, 0.03, 0.045, 0.02, 0.01], 0.05)).toEqual(Array(5).fill(true));
  });

  it("passes nothing of nothing", () => {
    expect(benjaminiHochberg([], 0.05)).toEqual([]);
  });
});
