import { CliFailure } from "./command-line/cli-failure.js";
import { commandHelp, overviewHelp } from "./command-line/help-text.js";
import { parseCommandLine } from "./command-line/parse-command-line.js";
import { commands } from "./commands.js";
import type { Terminal } from "./terminal/terminal.js";
import { CLI_VERSION } from "./version.js";

/**
 * Runs one command line.
 *
 * @param args after the program's name
 * @returns the exit code: 0 done or good, 1 failed or not good, 2 nothing could be found out
 */
export async function runCli(args: readonly string[], terminal: Terminal): Promise<number> {
  const parsed = parseCommandLine(args, commands);
  switch (parsed.kind) {
    case "version":
      terminal.print(CLI_VERSION);
      return 0;
    case "help": {
      const { command, group } = parsed;
      terminal.print((command ? commandHelp(command) : overviewHelp(commands, group)).trimEnd());
      return 0;
    }
    case "wrong": {
      const words = parsed.command?.words ?? [];
      const hint = `Try: ${["pulsekeep", ...words, "--help"].join(" ")}`;
      return tell(new CliFailure(parsed.code, parsed.problem, { hint, exitCode: 2 }), parsed.json, terminal);
    }
    case "run":
      try {
        return await parsed.command.run(parsed.request, terminal);
      } catch (error) {
        if (error instanceof CliFailure) return tell(error, parsed.request.json, terminal);
        throw error;
      }
  }
}

function tell(failure: CliFailure, json: boolean, terminal: Terminal): number {
  const { code, message, hint, exitCode } = failure;
  if (json) terminal.print(JSON.stringify({ error: { code, message, hint: hint ?? null } }));
  else {
    terminal.note(`${terminal.paint("pulsekeep:", "bad")} ${message}`);
    if (hint !== undefined) terminal.note(hint);
  }
  return exitCode;
}
