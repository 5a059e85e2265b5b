import { expect, it } from "vitest";
import { ChaosUsage, parseChaosArguments } from "./chaos-options.ts";

it("fills in what is not said", () => {
  expect(parseChaosArguments(["--seed", "7"])).toEqual({
    seed: 7,
    minutes: 1,
    processes: 5,
    rate: 60,
    pulses: 3_600,
    groups: undefined,
    plan: false,
    keep: false,
  });
});

it("takes parts of minutes, and groups of faults by name", () => {
  const { minutes, groups } = parseChaosArguments(["--minutes", "0.5", "--faults", "redis,kill"]);
  expect([minutes, groups]).toEqual([0.5, ["kill", "redis"]]);
  expect(parseChaosArguments(["--faults", "none"]).groups).toEqual([]);
});

it.each([
  [["--seed", "x"], "--seed is a whole number"],
  [["--processes", "99"], "--processes is a whole number from 1 to"],
  [["--minutes", "0"], "--minutes is a number"],
  [["--rate", "1.5"], "--rate is a whole number"],
  [["--faults", "fire"], "not fire"],
  [["--what"], "--what"],
])("refuses %j and says what is wrong", (args, message) => {
  expect(() => parseChaosArguments(args)).toThrow(ChaosUsage);
  expect(() => parseChaosArguments(args)).toThrow(message);
});
