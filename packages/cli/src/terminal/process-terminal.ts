import { execFile } from "node:child_process";
import { homedir } from "node:os";
import { setTimeout as delay } from "node:timers/promises";
import { styleText } from "node:util";
import { askOnTerminal } from "./ask-on-terminal.js";
import type { ProgramResult, Terminal } from "./terminal.js";

const TONES = { good: "green", bad: "red", weak: "dim" } as const;
const PROGRAM_TIMEOUT_MS = 15_000;

/** The terminal of this process. */
export function processTerminal(stop: AbortSignal): Terminal {
  const { env, stdin, stdout, stderr } = process;
  const hasColor =
    stdout.isTTY === true && stderr.isTTY === true && !env["NO_COLOR"] && env["TERM"] !== "dumb";
  return {
    env,
    cwd: process.cwd(),
    home: homedir(),
    isInteractive: stdin.isTTY === true && stderr.isTTY === true,
    print: (line) => void stdout.write(`${line}\n`),
    note: (line) => void stderr.write(`${line}\n`),
    ask: (question, { hidden = false } = {}) => askOnTerminal(question, hidden),
    paint: (text, tone) => (hasColor ? styleText(TONES[tone], text) : text),
    fetch,
    now: () => new Date(),
    sleep: (ms, until) =>
      delay(ms, undefined, until === undefined ? {} : { signal: until }).catch(() => undefined),
    random: Math.random,
    stop,
    runProgram,
  };
}

function runProgram(program: string, args: readonly string[]): Promise<ProgramResult> {
  return new Promise((resolve) => {
    execFile(program, [...args], { timeout: PROGRAM_TIMEOUT_MS }, (error, stdout) => {
      if (error === null) return resolve({ kind: "ended", code: 0, stdout });
      if (error.code === "ENOENT" || error.code === "EACCES") return resolve({ kind: "missing" });
      resolve({ kind: "ended", code: typeof error.code === "number" ? error.code : 1, stdout });
    });
  });
}
