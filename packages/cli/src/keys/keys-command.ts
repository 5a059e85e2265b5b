import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import path from "node:path";
import { CliFailure } from "../command-line/cli-failure.js";
import { type Command, findText, type Request } from "../command-line/command.js";
import type { Terminal } from "../terminal/terminal.js";

const SCRIPT = "apps/api/dist/modules/vault/keys-command.js";
const SOURCE = "apps/api/src/modules/vault/keys-command.ts";

const SERVER_NODE = 24;

const EXITS = {
  0: "done, or as it should be",
  1: "not as it should be: a rotation is overdue, or something cannot be opened",
  2: "nothing was done: no checkout, or the command line is wrong",
  78: "nothing was done: the server's environment is missing or wrong",
};

const WHERE =
  "For the server's operator. It works on the server's own database and keyring, so it runs inside the server's checkout or container, with the server's environment (DATABASE_URL, PULSEKEEP_KEYRING).";

const row = (word: string, summary: string, options: Command["options"] = {}): Command => ({
  words: ["keys", word],
  summary,
  description: [WHERE],
  options,
  exits: EXITS,
  examples: [`pulsekeep keys ${word}`, `pulsekeep keys ${word} --json`],
  run: (request, terminal) => runScript(word, request, terminal),
});

export const keysCommands: readonly Command[] = [
  row("status", "Operator: which keys there are, how old they are, what still uses the old ones."),
  row("rotate", "Operator: wrap every data key under the current key, and retire the others.", {
    "new-key": { help: "make a key first: into PULSEKEEP_KEYRING_FILE, or as a keyring on standard output" },
    "data-keys": { help: "also make every data key anew, and seal under it what the former one has sealed" },
    batch: { value: "N", help: "data keys per transaction, 1 to 1000; default 100" },
  }),
  row("verify", "Operator: open every data key and every sealed value, to know that none is lost."),
];

async function runScript(word: string, { options, json }: Request, terminal: Terminal): Promise<number> {
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
  if (Number(process.versions.node.split(".")[0]) < SERVER_NODE) {
    throw new CliFailure(
      "node_too_old",
      `The server runs with Node ${SERVER_NODE}; this is ${process.version}.`,
      {
        hint: `In ${root}: npm run -s pulsekeep -- keys ${word}`,
        exitCode: 2,
      },
    );
  }
  const batch = findText(options, "batch");
  const more = [
    ...(options["new-key"] === true ? ["--new-key"] : []),
    ...(options["data-keys"] === true ? ["--data-keys"] : []),
    ...(batch === undefined ? [] : ["--batch", batch]),
    ...(json ? ["--json"] : []),
  ];
  return runNode([script, word, ...more], terminal);
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
