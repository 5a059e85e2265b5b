import type { Terminal } from "../terminal/terminal.js";

export interface OptionSpec {
  /** How the value is called in the help; absent for a switch. */
  value?: string;
  help: string;
}

export type OptionValues = Readonly<Record<string, string | boolean | undefined>>;

/** What a command was asked to do. */
export interface Request {
  options: OptionValues;
  /** What stood after the command's words and was no option. */
  operands: readonly string[];
  /** Print one JSON document instead of text. */
  json: boolean;
}

/** One row of the table of commands: adding one touches `commands.ts` only. */
export interface Command {
  /** `["worker", "init"]` */
  words: readonly string[];
  summary: string;
  /** Paragraphs below the summary. */
  description: readonly string[];
  options: Readonly<Record<string, OptionSpec>>;
  /** Name of the operands in the help; absent when the command takes none. */
  operands?: string;
  /** What each exit code means. */
  exits: Readonly<Record<number, string>>;
  examples: readonly string[];
  /** Resolves with the exit code. @throws CliFailure */
  run: (request: Request, terminal: Terminal) => Promise<number>;
}

/** The text of an option, if it was given. */
export function findText(options: OptionValues, name: string): string | undefined {
  const value = options[name];
  return typeof value === "string" ? value : undefined;
}
