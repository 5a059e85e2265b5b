import { expect, it } from "vitest";
import { lookedAtStepSeconds, usualStepSeconds } from "./usual-step.js";

const every = (seconds: number, count = 20) =>
  Array.from({ length: count }, (_, index) => ({ at: index * seconds * 1_000 }));

it("is what lies between most pushed samples, whatever was lost, seldom or dense", () => {
  expect(usualStepSeconds(every(60), 10)).toBe(60);
  expect(usualStepSeconds(every(1), 10)).toBe(1);
  const holed = every(60).filter((_, index) => index % 4 !== 3);
  expect(usualStepSeconds(holed, 10)).toBe(60);
});

it("is not told by a handful of samples, and never less than what is read", () => {
  expect(usualStepSeconds(every(60, 4), 10)).toBe(10);
  expect(usualStepSeconds([], 10)).toBe(10);
  expect(usualStepSeconds(every(0.01), 10)).toBe(0.1);
});

it("counts no request twice where an endpoint was asked more often for another deployment", () => {
  const look = { seconds: 1_800, baselineSeconds: 60 };
  expect(lookedAtStepSeconds({ ...look, samples: 180 })).toBe(10);
  expect(lookedAtStepSeconds({ ...look, samples: 30 })).toBe(60);
  // Of half an hour that nobody asked in, nothing is made up.
  expect(lookedAtStepSeconds({ ...look, samples: 15 })).toBe(60);
  expect(lookedAtStepSeconds({ ...look, samples: 0 })).toBe(60);
});
