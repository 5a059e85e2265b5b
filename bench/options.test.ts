import { describe, expect, it } from "vitest";
import { readBenchOptions, UsageError } from "./options.ts";

const names = ["pulses", "soak"];
const read = (...args: string[]) => readBenchOptions(args, names);

describe("readBenchOptions", () => {
  it("takes three rounds, ten minutes and every contender unless told otherwise", () => {
    expect(read("pulses")).toMatchObject({
      name: "pulses",
      options: { rounds: 3, minutes: 10, only: [], ways: [], runs: undefined, rate: undefined },
    });
  });

  it("reads numbers and lists", () => {
    const { options } = read("pulses", "--rounds", "5", "--runs", "2000", "--only", "ours,bullmq");
    expect(options).toMatchObject({ rounds: 5, runs: 2_000, only: ["ours", "bullmq"] });
  });

  it.each([
    [[], "Which bench? One of: pulses, soak"],
    [["nope"], 'There is no bench "nope". One of: pulses, soak'],
    [["pulses", "soak"], 'There is no bench "pulses soak". One of: pulses, soak'],
    [["pulses", "--rounds", "0"], "--rounds needs a whole number from 1 on"],
    [["pulses", "--runs", "many"], "--runs needs a whole number from 1 on"],
  ])("refuses %j and says why", (args, message) => {
    expect(() => read(...args)).toThrow(new UsageError(message));
  });

  it("refuses an option that it does not know", () => {
    expect(() => read("pulses", "--fast")).toThrow(UsageError);
  });
});
