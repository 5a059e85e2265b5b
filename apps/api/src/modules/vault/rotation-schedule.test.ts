import fc from "fast-check";
import { expect, it } from "vitest";
import { rotationStateOf } from "./rotation-schedule.js";

const DAY_MS = 86_400_000;
const currentSince = new Date("2026-01-01T00:00:00Z");
const stateAfter = (days: number, wraps = 0) =>
  rotationStateOf(
    { currentSince, wraps },
    { rotationDays: 90, now: new Date(currentSince.getTime() + days * DAY_MS) },
  ).state;

it.each([
  [0, "ok"],
  [90, "ok"],
  [90.1, "due"],
  [120, "due"],
  [120.1, "overdue"],
  [180, "overdue"],
  [180.1, "expired"],
])("after %d days of 90 the rotation is %s", (days, state) => {
  expect(stateAfter(days)).toBe(state);
});

it("is due early for a key that has wrapped very often [CRY-03]", () => {
  expect(stateAfter(1, 2 ** 24)).toBe("due");
  expect(stateAfter(1, 2 ** 24 - 1)).toBe("ok");
});

it("never goes back as time goes on", () => {
  const order = ["ok", "due", "overdue", "expired"];
  fc.assert(
    fc.property(
      fc.double({ min: 0, max: 400, noNaN: true }),
      fc.double({ min: 0, max: 400, noNaN: true }),
      (a, b) => {
        const [earlier, later] = [Math.min(a, b), Math.max(a, b)];
        expect(order.indexOf(stateAfter(earlier))).toBeLessThanOrEqual(order.indexOf(stateAfter(later)));
      },
    ),
  );
});
