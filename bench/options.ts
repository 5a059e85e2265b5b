import { parseArgs } from "node:util";

/** What a person asked for; undefined means: what the bench itself thinks right. */
export interface BenchOptions {
  rounds: number;
  runs: number | undefined;
  /** Who takes part, where peers do. Empty: everybody. */
  only: string[];
  /** Parts of the bench, where it has several. Empty: all. */
  ways: string[];
  workers: number | undefined;
  lanes: number | undefined;
  minutes: number;
  rate: number | undefined;
  /** Deployments of each fault, where faults are deployed. */
  faulty: number | undefined;
  /** Folder for CPU profiles of the measured processes. */
  profile: string | undefined;
}

/** A command line that cannot be understood; the message is for the person who wrote it. */
export class UsageError extends Error {}

/**
 * Reads the command line.
 *
 * @param names the benches there are
 * @throws UsageError naming what is wrong and what is possible
 */
export function readBenchOptions(
  args: readonly string[],
  names: readonly string[],
): { name: string; options: BenchOptions } {
  const { positionals, values } = parse(args);
  const [name, ...rest] = positionals;
  if (name === undefined || !names.includes(name) || rest.length > 0)
    throw new UsageError(
      `${name === undefined ? "Which bench?" : `There is no bench "${positionals.join(" ")}".`} One of: ${names.join(", ")}`,
    );
  return {
    name,
    options: {
      rounds: wholeNumber("rounds", values.rounds) ?? 3,
      runs: wholeNumber("runs", values.runs),
      only: values.only?.split(",") ?? [],
      ways: values.ways?.split(",") ?? [],
      workers: wholeNumber("workers", values.workers),
      lanes: wholeNumber("lanes", values.lanes),
      minutes: wholeNumber("minutes", values.minutes) ?? 10,
      rate: wholeNumber("rate", values.rate),
      faulty: wholeNumber("faulty", values.faulty),
      profile: values.profile,
    },
  };
}

function parse(args: readonly string[]) {
  const text = { type: "string" } as const;
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        rounds: text,
        runs: text,
        only: text,
        ways: text,
        workers: text,
        lanes: text,
        minutes: text,
        rate: text,
        faulty: text,
        profile: text,
      },
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function wholeNumber(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1)
    throw new UsageError(`--${name} needs a whole number from 1 on`);
  return value;
}
