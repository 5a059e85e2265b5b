import type { ProgramResult, Terminal } from "./terminal/terminal.js";

export interface TestTerminal extends Terminal {
  printed: string[];
  noted: string[];
  asked: string[];
}

/** A terminal without a person, a network or a second program, until a test gives it one. */
export function testTerminal(changes: Partial<Terminal> = {}): TestTerminal {
  const [printed, noted, asked]: [string[], string[], string[]] = [[], [], []];
  return {
    env: {},
    cwd: "/nowhere",
    home: "/nowhere",
    isInteractive: false,
    print: (line) => void printed.push(line),
    note: (line) => void noted.push(line),
    ask: (question) => {
      asked.push(question);
      return Promise.resolve("");
    },
    paint: (text) => text,
    fetch: () => Promise.reject(new TypeError("no network")),
    now: () => new Date("2026-03-14T09:26:53.000Z"),
    sleep: () => Promise.resolve(),
    random: () => 0.5,
    stop: new AbortController().signal,
    runProgram: () => Promise.resolve<ProgramResult>({ kind: "missing" }),
    ...changes,
    printed,
    noted,
    asked,
  };
}
