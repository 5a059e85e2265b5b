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
  try {
    return (await lines.question("")).trim();
  } finally {
    lines.close();
    if (hidden) process.stderr.write("\n");
  }
}
