import type { Command } from "./command.js";

const WIDTH = 100;

/** What `--help` prints for one command. */
export function commandHelp(command: Command): string {
  const { words, options, operands } = command;
  const usage = ["pulsekeep", ...words, ...(operands === undefined ? [] : [operands]), "[options]"].join(" ");
  const optionRows = Object.entries(options).map(([name, { value, help }]): [string, string] => [
    value === undefined ? `--${name}` : `--${name} ${value}`,
    help,
  ]);
  const sections = [
    command.summary,
    `Usage: ${usage}`,
    ...command.description.map((paragraph) => wrap(paragraph, 0)),
    `Options:\n${table([...optionRows, ["--json", "print one JSON document to standard output"], ["-h, --help", "print this"]])}`,
    `Exit codes:\n${table(Object.entries(command.exits))}`,
    `Examples:\n${command.examples.map((example) => `  ${example}`).join("\n")}`,
  ];
  return `${sections.join("\n\n")}\n`;
}

/** What `pulsekeep --help` prints, or the help of a group such as `worker`. */
export function overviewHelp(commands: readonly Command[], group: readonly string[]): string {
  const shown = commands.filter(({ words }) => group.every((word, index) => words[index] === word));
  const rows = shown.map(({ words, summary }): [string, string] => [words.join(" "), summary]);
  const usage = ["pulsekeep", ...group, "<command>", "[options]"].join(" ");
  return `Usage: ${usage}

Commands:
${table(rows)}

"pulsekeep <command> --help" says more. Results go to standard output, everything else to standard error.
Exit codes: 0 done or good, 1 failed or not good, 2 nothing could be found out, 130 ended at once by a second signal.
`;
}

function table(rows: readonly (readonly [string, string])[]): string {
  const left = Math.max(...rows.map(([name]) => name.length)) + 4;
  return rows.map(([name, text]) => `  ${name.padEnd(left - 2)}${wrap(text, left)}`).join("\n");
}

function wrap(text: string, indent: number): string {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && indent + line.length + word.length >= WIDTH) {
      lines.push(line);
      line = "";
    }
    line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line].join(`\n${" ".repeat(indent)}`);
}
