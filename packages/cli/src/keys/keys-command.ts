import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import path from "node:path";
import { CliFailure } from "../command-line/cli-failure.js";
import type { Command, Request } from "../command-line/command.js";
import type { Terminal } from "../terminal/terminal.js";

const SCRIPT = "apps/api/dist/modules/vault/keys-command.js";
const SOURCE = "apps/api/src/modules/vault/keys-command.ts";

const EXITS = {
  0: "done, or as it should be",
  1: "not as it should be: a rotation is overdue, or something cannot be opened",
  2: "nothing was done: no checkout, no server's environment, or the command line is wrong",
};

const WHERE =
  "For the server's operator. It works on the server's own database and keyring, so it runs inside the server's checkout or container, with the server's environment (DATABASE_URL, PULSEKEEP_KEYRING). Everything after the command's words goes to the server's script.";

const row = (word: string, summary: string): Command => ({
  words: ["keys", word],
  summary,
  description: [WHERE],
  options: {},
  operands: "[arguments]",
  exits: EXITS,
  examples: [`pulsekeep keys ${word}`, `pulsekeep keys ${word} --json`],
  run: (request, terminal) => runScript(word, request, terminal),
});

export const keysCommands: readonly Command[] = [
  row("status", "Operator: which keys there are, how old they are, what still uses the old ones."),
  row("rotate", "Operator: make a new key the current one and re-wrap everything under it."),
  row("verify", "Operator: open every sealed value once, to know that none is lost."),
];

async function runScript(word: string, { operands, json }: Request, terminal: Terminal): Promise<number> {
  const root = findCheckout(terminal.cwd);
  if (root === undefined) {
    throw new CliFailure("no_checkout", "This is not inside a checkout of the server.", {
      hint: `On the server, inside its checkout or container: node ${SCRIPT} ${word}`,
      exitCode: 2,
    });
  }
  const script = path.join(root, SCRIPT);
  if (!existsSync(script)) {
    throw new CliFailure("server_not_built", "The server in this checkout is not built.", {
      hint: `In ${root}: npm run build`,
      exitCode: 2,
    });
  }
  return runNode([script, word, ...operands, ...(json ? ["--json"] : [])], terminal);
}

/** The nearest folder upwards that holds the server. */
export function findCheckout(from: string): string | undefined {
  for (let folder = path.resolve(from); ; folder = path.dirname(folder)) {
    if ([SCRIPT, SOURCE, "apps/api/package.json"].some((file) => existsSync(path.join(folder, file))))
      return folder;
    if (folder === path.dirname(folder)) return undefined;
  }
}

function runNode(args: readonly string[], terminal: Terminal): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { stdio: "inherit" });
    terminal.stop.addEventListener("abort", () => child.kill("SIGTERM"));
    child.on("error", reject);
    child.on("exit", (code) => resolve(code ?? 1));
  });
}
