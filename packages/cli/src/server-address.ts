import { CliFailure } from "./command-line/cli-failure.js";
import { findText, type OptionSpec, type OptionValues } from "./command-line/command.js";
import { findSafeUrl } from "./safe-url.js";
import type { Terminal } from "./terminal/terminal.js";

export const SERVER_OPTION: OptionSpec = {
  value: "URL",
  help: "your PulseKeep server; or the environment variable PULSEKEEP_URL",
};

/** The server's origin from `--server` or the environment. @throws CliFailure */
export function getServerOrigin(options: OptionValues, { env }: Pick<Terminal, "env">): string {
  const text = findText(options, "server") ?? env["PULSEKEEP_URL"];
  if (text === undefined || text === "") {
    throw new CliFailure("server_missing", "Which server?", {
      hint: "Name it with --server https://... or in the environment variable PULSEKEEP_URL.",
      exitCode: 2,
    });
  }
  const url = findSafeUrl(text);
  if (url !== undefined) return url.origin;
  throw new CliFailure(
    "server_address_unsafe",
    "The server's address is neither https nor on this machine.",
    {
      hint: "Write it as https://pulsekeep.example.com, without a name and password in it.",
      exitCode: 2,
    },
  );
}
