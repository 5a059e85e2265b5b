import { parseArgs } from "node:util";
import type { Command, Request } from "./command.js";

export type ParsedLine =
  | { kind: "run"; command: Command; request: Request }
  | {
      kind: "help";
      command: Command | undefined /** Words that several commands begin with. */;
      group: string[];
    }
  | { kind: "version" }
  | { kind: "wrong"; code: string; problem: string; command: Command | undefined; json: boolean };

/** Options of every command. */
const GLOBAL_OPTIONS = { help: { type: "boolean", short: "h" }, json: { type: "boolean" } } as const;
const SECRET_OPTION = /^--?(?:token|github-token|gh-token|password|secret|auth|pat)(?:=|$)/i;

/**
 * Finds the command that the words ask for and reads its options. What is wrong is told without repeating values:
 * they may be secrets that were put in the wrong place.
 *
 * @param args the command line after the program's name
 */
export function parseCommandLine(args: readonly string[], commands: readonly Command[]): ParsedLine {
  const json = args.includes("--json");
  if (args[0] === "--version" || args[0] === "-V" || args[0] === "version") return { kind: "version" };
  const words = args.slice(0, firstOption(args)).filter((word) => word !== "help");
  const asksForHelp =
    args.length === 0 || args[0] === "help" || args.includes("--help") || args.includes("-h");
  const command = commands.find((known) => known.words.every((word, index) => words[index] === word));
  if (command === undefined) {
    const isGroup = commands.some((known) => words.every((word, index) => known.words[index] === word));
    if (isGroup && (asksForHelp || words.length > 0))
      return { kind: "help", command: undefined, group: words };
    const problem = `There is no command "${words.join(" ") || (args[0] ?? "")}".`;
    return { kind: "wrong", code: "unknown_command", problem, command: undefined, json };
  }
  if (asksForHelp) return { kind: "help", command, group: [] };
  return parseOptions(args.slice(command.words.length), command, json);
}

function parseOptions(rest: readonly string[], command: Command, json: boolean): ParsedLine {
  const wrong = (code: string, problem: string): ParsedLine => ({
    kind: "wrong",
    code,
    problem,
    command,
    json,
  });
  if (rest.some((word) => SECRET_OPTION.test(word))) {
    return wrong(
      "secret_in_arguments",
      "No secret is taken from the command line: it would stay in your shell's history and in the list of processes.",
    );
  }
  const own = Object.entries(command.options).map(([name, { value }]) => {
    return [name, { type: value === undefined ? ("boolean" as const) : ("string" as const) }] as const;
  });
  try {
    const { values, positionals } = parseArgs({
      args: [...rest],
      options: { ...GLOBAL_OPTIONS, ...Object.fromEntries(own) },
      allowPositionals: true,
      strict: true,
    });
    if (positionals.length > 0 && command.operands === undefined)
      return wrong("unexpected_argument", `"${command.words.join(" ")}" takes options only.`);
    return { kind: "run", command, request: { options: values, operands: positionals, json } };
  } catch (error) {
    return wrong("wrong_option", describe(error, rest));
  }
}

/** Node's messages repeat what was written, and more than is needed; these name the option at most. */
function describe(error: unknown, rest: readonly string[]): string {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  const named = error instanceof Error ? /'(?:-\w, )?(--?[\w-]+)/.exec(error.message)?.[1] : undefined;
  const name = named !== undefined && rest.some((word) => word.split("=")[0] === named) ? ` ${named}` : "";
  if (code === "ERR_PARSE_ARGS_UNKNOWN_OPTION") return `There is no option${name} here.`;
  if (code === "ERR_PARSE_ARGS_INVALID_OPTION_VALUE") return `The option${name} is not used like that.`;
  return "The options cannot be read.";
}

function firstOption(args: readonly string[]): number {
  const index = args.findIndex((word) => word.startsWith("-"));
  return index < 0 ? args.length : index;
}
