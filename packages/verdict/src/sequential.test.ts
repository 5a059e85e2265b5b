import { describe, expect, it } from "vitest";
import { anytimeBoundary } from "./sequential.js";
import { normal, seededChance } from "./testing/synthetic-deployment.js";

describe("anytimeBoundary", () => {
  it("is crossed by pure noise in at most one of a hundred windows, however often one looks", () => {
    const chance = seededChance(2024);
    const windows = 4000;
    const planned = 60;
    let crossed = 0;
    for (let i = 0; i < windows; i += 1) {
      let sum = 0;
      for (let looked = 1; looked <= planned; looked += 1) {
        sum += normal(chance);
        if (sum / Math.sqrt(looked) > anytimeBoundary(looked, planned)) {
          crossed += 1;
          break;
        }
      }
    }
    expect(crossed / windows).toBeLessThanOrEqual(0.01);
  });

  it("asks for most when least has been seen", () => {
    expect(anytimeBoundary(2, 60)).toBeGreaterThan(anytimeBoundary(10, 60));
    expect(anytimeBoundary(10, 60)).toBeGreaterThan(anytimeBoundary(20, 60));
  });
});
