import { parseArgs } from "node:util";
import { type FaultKind, faultKinds } from "./fault-kinds.ts";
import { MAX_PROCESSES } from "./place.ts";

/** A command line that cannot be obeyed. */
export class ChaosUsage extends Error {}

export type ChaosArguments = {
  seed: number;
  minutes: number;
  processes: number;
  pulses: number;
  rate: number;
  groups: FaultKind["group"][] | undefined;
  plan: boolean;
  keep: boolean;
};

const USAGE =
  "npm run chaos -- --seed N [--minutes M] [--processes P] [--pulses K] [--rate R] [--faults kill,redis,...] [--plan] [--keep]";

/** @throws ChaosUsage naming what is wrong */
export function parseChaosArguments(args: readonly string[]): ChaosArguments {
  const { values } = parse(args);
  const rate = toNumber("rate", values.rate, { fallback: 60, low: 1, high: 2_000 });
  return {
    seed: toNumber("seed", values.seed, { fallback: 1, low: 0, high: 2 ** 31 }),
    minutes: toNumber("minutes", values.minutes, { fallback: 1, low: 0.05, high: 600 }),
    processes: toNumber("processes", values.processes, { fallback: 5, low: 1, high: MAX_PROCESSES }),
    rate,
    pulses: toNumber("pulses", values.pulses, { fallback: rate * 60, low: 1, high: 1_000_000 }),
    groups: values.faults === undefined ? undefined : toGroups(values.faults),
    plan: values.plan,
    keep: values.keep,
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        seed: { type: "string" },
        minutes: { type: "string" },
        processes: { type: "string" },
        pulses: { type: "string" },
        rate: { type: "string" },
        faults: { type: "string" },
        plan: { type: "boolean", default: false },
        keep: { type: "boolean", default: false },
      },
    });
  } catch (error) {
    throw new ChaosUsage(`${error instanceof Error ? error.message : String(error)}\n${USAGE}`, {
      cause: error,
    });
  }
}

function toNumber(
  name: string,
  text: string | undefined,
  { fallback, low, high }: { fallback: number; low: number; high: number },
): number {
  const value = text === undefined ? fallback : Number(text);
  const mayBePart = name === "minutes";
  if (!(value >= low && value <= high) || (!mayBePart && !Number.isInteger(value)))
    throw new ChaosUsage(
      `--${name} is ${mayBePart ? "a" : "a whole"} number from ${low} to ${high}\n${USAGE}`,
    );
  return value;
}

function toGroups(text: string): FaultKind["group"][] {
  const known = new Set<string>(faultKinds.map(({ group }) => group));
  const names = text.split(",").filter((name) => name !== "" && name !== "none");
  const unknown = names.filter((name) => !known.has(name));
  if (unknown.length > 0)
    throw new ChaosUsage(`--faults knows ${[...known].join(", ")} and none, not ${unknown.join(", ")}`);
  return [...new Set(faultKinds.map(({ group }) => group))].filter((group) => names.includes(group));
}
