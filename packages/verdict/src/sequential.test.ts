import { describe, expect, it } from "vitest";
import { anytimeBoundary, lateBoundary } from "./sequential.js";
import { normal, seededChance } from "./testing/synthetic-deployment.js";

const PLANNED = 60;
const WINDOWS = 3000;

/** Pure noise, looked at after every sample, for a change at any earlier sample. */
function crosses(sums: readonly number[]): boolean {
  const now = sums.length - 1;
  const total = sums[now] ?? 0;
  if (total / Math.sqrt(now) > anytimeBoundary(now, PLANNED)) return true;
  for (let from = 1; from < now; from += 1) {
    const length = now - from;
    if ((total - (sums[from] ?? 0)) / Math.sqrt(length) > lateBoundary(length, PLANNED)) return true;
  }
  return false;
}

describe("the boundaries", () => {
  it("are crossed by pure noise in at most one of a hundred windows, however often and wherever one looks", () => {
    const chance = seededChance(2024);
    let crossed = 0;
    for (let i = 0; i < WINDOWS; i += 1) {
      const sums = [0];
      while (sums.length <= PLANNED) {
        sums.push((sums.at(-1) ?? 0) + normal(chance));
        if (crosses(sums)) {
          crossed += 1;
          break;
        }
      }
    }
    expect(crossed / WINDOWS).toBeLessThanOrEqual(0.01);
  });

  it("ask a stretch for more than the whole window as soon as that has a few samples", () => {
    expect(lateBoundary(8, PLANNED)).toBeGreaterThan(anytimeBoundary(20, PLANNED));
  });

  it("asks for most when least has been seen", () => {
    expect(anytimeBoundary(2, 60)).toBeGreaterThan(anytimeBoundary(10, 60));
    expect(anytimeBoundary(10, 60)).toBeGreaterThan(anytimeBoundary(20, 60));
  });
});
