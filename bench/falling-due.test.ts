import { expect, it } from "vitest";
import { dueInstants } from "./falling-due.ts";

it("lets as many fall due in each second as the rate says, none before the first instant", () => {
  const due = dueInstants({ runs: 30, warmUp: 20, perSecond: 25 }, 1_000);
  expect(due).toHaveLength(50);
  expect(due[0]).toBe(1_000);
  expect(due.filter((at) => at < 2_000)).toHaveLength(25);
  expect(due.at(-1)).toBeLessThan(3_000);
});
