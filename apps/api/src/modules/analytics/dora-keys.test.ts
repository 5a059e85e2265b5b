import { expect, it } from "vitest";
import { toDoraKeys, type WindowFigures } from "./dora-keys.js";

const NOTHING: WindowFigures = {
  released: 0,
  changes: 0,
  failures: 0,
  leadSeconds: null,
  leadMeasured: 0,
  restoreSeconds: null,
  restored: 0,
  incidents: 0,
};
const BUSY: WindowFigures = {
  released: 60,
  changes: 62,
  failures: 4,
  leadSeconds: 7_200,
  leadMeasured: 40,
  restoreSeconds: 90_000,
  restored: 2,
  incidents: 3,
};

it("says of a window without deployments that nothing was measured, and rates nothing", () => {
  const keys = Object.values(toDoraKeys(NOTHING, NOTHING, 30));
  expect(keys.map(({ value, level }) => [value, level])).toEqual([
    [0, null],
    [null, null],
    [null, null],
    [null, null],
  ]);
});

it("makes each key of what its formula names, and shows the window before beside it", () => {
  expect(toDoraKeys(BUSY, { ...NOTHING, released: 15, changes: 15 }, 30)).toMatchObject({
    deploymentFrequency: { value: 2, previous: 0.5, unit: "per_day", level: "elite" },
    leadTime: { value: 7_200, previous: null, unit: "seconds", measured: 40, total: 60, level: "elite" },
    changeFailureRate: { value: 4 / 62, previous: 0, unit: "share", measured: 4, total: 62, level: "high" },
    timeToRestore: { value: 90_000, previous: null, measured: 2, total: 3, level: "medium" },
  });
});

it.each([
  ["deploymentFrequency", { released: 1 }, "medium"],
  ["deploymentFrequency", { released: 0 }, "low"],
  ["leadTime", { leadSeconds: 40 * 86_400 }, "low"],
  ["changeFailureRate", { failures: 10 }, "low"],
  ["timeToRestore", { restoreSeconds: 3_600 }, "elite"],
] as const)("rates %s of %j as %s", (key, figures, level) => {
  expect(toDoraKeys({ ...BUSY, ...figures }, NOTHING, 30)[key].level).toBe(level);
});
