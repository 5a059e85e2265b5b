import { createInterface } from "node:readline/promises";
import { Writable } from "node:stream";

/**
 * Asks on standard error, so that standard output stays the result's.
 *
 * @param hidden what is typed is not shown
 */
export async function askOnTerminal(question: string, hidden: boolean): Promise<string> {
  process.stderr.write(question);
  // The line editor echoes what is typed into its output: one that swallows everything shows nothing.
  const output = hidden ? new Writable({ write: (_chunk, _encoding, done) => done() }) : process.stderr;
  const lines = createInterface({ input: process.stdin, output, terminal: true });
  // Ctrl+C at a question is a person who wants out, and Ctrl+D one who has no answer.
  lines.on("SIGINT", () => process.exit(130));
  const ended = new Promise<string>((resolve) => lines.on("close", () => resolve("")));
  try {
    return (await Promise.race([lines.question(""), ended])).trim();
  } finally {
    lines.close();
    if (hidden) process.stderr.write("\n");
  }
}
